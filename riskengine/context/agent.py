"""User agents: browser, system and kind of device, by the user-agents package over the Rust parser."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

# Real agents stay below 500 characters; longer text is cut before any parser sees it.
LONGEST_AGENT = 1024
# Clients of this very API: a server or an app calls with them for its user.
_SDK = re.compile(
    r"^(?:aws-sdk-|aws-cli/|boto3/|botocore/|amplify-(?:android|swift|flutter)|aws-amplify/)|\baws-sdk-",
    re.IGNORECASE,
)
_LIBRARY = re.compile(
    r"^(?:python|urllib3|aiohttp|httpx/|okhttp|java/|jakarta|apache-httpclient|reactor-netty|go-http-client|go-resty|node-fetch"
    r"|node$|undici|axios/|got |superagent|curl/|wget/|libcurl|postmanruntime|insomnia|ruby|faraday|typhoeus"
    r"|guzzle|php|symfony|dart/|dart:io|perl|libwww|lwp|winhttp|restsharp|\.net|dotnet|rust|reqwest|hyper/"
    r"|elixir|hackney|scrapy|powershell)|\bwindowspowershell/",
    re.IGNORECASE,
)
_AUTOMATED = re.compile(r"headless|phantomjs|selenium|puppeteer|playwright|electron-nightmare", re.IGNORECASE)
_OTHER = "Other"


@dataclass(frozen=True, slots=True)
class ParsedAgent:
    """A user agent taken apart; None is unknown."""

    browser: str | None
    browser_version: int | None  # major
    os: str | None
    os_version: str | None
    kind: str | None  # desktop, mobile, tablet, bot, library
    display: str  # as Cognito shows it: "Chrome 126, Windows 10"
    is_sdk: bool = False  # a library made for this API: neither the user's device nor odd


UNKNOWN_AGENT = ParsedAgent(None, None, None, None, None, "Other, Other")


@cache
def _engine() -> Callable[[str], Any]:
    from riskengine.context.rust_agents import RustAgent  # noqa: PLC0415  slow: only whoever parses pays

    return RustAgent


def parse_agent(text: str | None) -> ParsedAgent:
    """Take a user agent apart; any text will do, and what is not recognised is None."""
    return _parse(text[:LONGEST_AGENT]) if text else UNKNOWN_AGENT


@lru_cache(maxsize=4096)
def _parse(text: str) -> ParsedAgent:
    # Only ASCII: the package takes "²" for a number and fails on it.
    text = text.encode("ascii", "replace").decode()
    if not text.strip():
        return UNKNOWN_AGENT
    parsed = _engine()(text)
    browser, os = _family(parsed.browser.family), _family(parsed.os.family)
    major = parsed.browser.version[0] if parsed.browser.version else None
    return ParsedAgent(
        browser=browser,
        browser_version=major if isinstance(major, int) else None,
        os=os,
        os_version=parsed.os.version_string or None if os else None,
        kind=_kind(text, parsed),
        display=f"{_named(browser, parsed.browser.version, 1)}, {_named(os, parsed.os.version, 2)}",
        is_sdk=_SDK.search(text) is not None,
    )


def _family(name: str | None) -> str | None:
    if not name or name == _OTHER:
        return None
    return "".join(letter for letter in name[:64] if letter.isprintable()).strip() or None


def _named(family: str | None, version: tuple[Any, ...], parts: int) -> str:
    if family is None:
        return _OTHER
    return f"{family} {'.'.join(str(part) for part in version[:parts])}".strip()


def _kind(text: str, parsed: Any) -> str | None:
    if _SDK.search(text) or _LIBRARY.search(text):
        return "library"
    if parsed.is_bot or _AUTOMATED.search(text):
        return "bot"
    if parsed.is_tablet:
        return "tablet"
    if parsed.is_mobile:
        return "mobile"
    return "desktop" if parsed.is_pc else None
