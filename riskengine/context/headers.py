"""What a call's header lines say of the program that sent them; hostile lists are cut to limits."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from riskengine.context.agent import ParsedAgent

_MOST_HEADERS = 64
_LONGEST_NAME = 64
_LONGEST_VALUE = 1024
_MOST_LANGUAGES = 10
# Set by proxies, by what is asked or by what was asked before: they tell nothing of the program.
_VOLATILE = frozenset(
    (
        "age",
        "authorization",
        "cache-control",
        "cdn-loop",
        "client-ip",
        "content-length",
        "content-type",
        "cookie",
        "date",
        "expect",
        "forwarded",
        "host",
        "if-match",
        "if-modified-since",
        "if-none-match",
        "if-unmodified-since",
        "max-forwards",
        "pragma",
        "priority",
        "proxy-authorization",
        "range",
        "referer",
        "server",
        "traceparent",
        "tracestate",
        "transfer-encoding",
        "true-client-ip",
        "via",
    )
)
_VOLATILE_PREFIXES = (
    "x-amz",
    "x-amzn",
    "x-forwarded",
    "x-real",
    "x-request",
    "x-envoy",
    "x-b3",
    "x-riskengine",
    "cf-",
    "fly-",
    ":",
)
_LANGUAGE = re.compile(r"[a-z]{1,8}(?:-[a-z0-9]{1,8}){0,3}", re.ASCII)
_BRAND = re.compile(r'"([^"]{1,64})";v="(\d{1,4})')
# These never send client hints; apps and browsers by any other name may be built on Chromium.
_HINTLESS = re.compile(r"Firefox|Safari|\biOS\b|\bIE\b", re.IGNORECASE)
# Browsers whose agent and hints name one version; offshoots with an agent of Chrome's name their own brand
# beside the engine's.
_HINT_BRANDS = {"Chrome": "Google Chrome", "Chrome Mobile": "Google Chrome", "Edge": "Microsoft Edge"}
_BRANDS = frozenset(_HINT_BRANDS.values())
_ENGINE = "Chromium"
_AUTOMATED_BRAND = "HeadlessChrome"
_FAMILIES = (
    ("windows", ("windows", "win32", "win64", "wince")),
    ("ios", ("iphone", "ipad", "ipod", "ios")),
    ("mac", ("mac os x", "macos", "macintel", "macppc", "mac")),
    ("android", ("android",)),
    ("linux", ("linux", "ubuntu", "fedora", "debian", "chrome os", "chromium os", "cros", "x11")),
)
# The same machine may go by either name.
_ALIKE = frozenset((frozenset(("android", "linux")), frozenset(("ios", "mac"))))

Pairs = Iterable[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Headers:
    """Header facts; texts are cut to 1,024 characters."""

    agent: str | None = None
    languages: tuple[str, ...] = ()
    order: str | None = None  # names in wire order, without volatile ones
    count: int = 0
    hint_brands: str | None = None
    hint_platform: str | None = None
    hint_mobile: str | None = None


NO_HEADERS = Headers()
_KEPT = frozenset(("user-agent", "accept-language", "sec-ch-ua", "sec-ch-ua-platform", "sec-ch-ua-mobile"))


def read_headers(pairs: Pairs) -> Headers:
    """Facts of header lines in wire order; of a repeated name the first counts."""
    names: list[str] = []
    kept: dict[str, str] = {}
    count = 0
    for count, (written, value) in enumerate(pairs, start=1):
        name = _steady_name(written[:_LONGEST_NAME])
        if name:
            names.append(name)
            if name in _KEPT:
                kept.setdefault(name, value[:_LONGEST_VALUE])
        if count == _MOST_HEADERS:
            break
    return Headers(
        agent=kept.get("user-agent") or None,
        languages=parse_languages(kept.get("accept-language", "")),
        order=",".join(names) or None,
        count=count,
        hint_brands=kept.get("sec-ch-ua"),
        hint_platform=kept.get("sec-ch-ua-platform"),
        hint_mobile=kept.get("sec-ch-ua-mobile"),
    )


@lru_cache(maxsize=2048)
def _steady_name(written: str) -> str:
    """A header's name in lower case; empty for a volatile one."""
    name = written.lower()
    return "" if name in _VOLATILE or name.startswith(_VOLATILE_PREFIXES) else name


@lru_cache(maxsize=2048)
def parse_languages(text: str) -> tuple[str, ...]:
    """The tags of an Accept-Language value as written, lower case, ten at most."""
    tags = (part.partition(";")[0].strip().lower() for part in text.split(",")[:_MOST_LANGUAGES])
    return tuple(tag for tag in tags if _LANGUAGE.fullmatch(tag))


@lru_cache(maxsize=2048)
def _versions(brands: str) -> dict[str, str]:
    return dict(_BRAND.findall(brands))


def hints_contradict(headers: Headers, agent: ParsedAgent) -> bool:
    """Whether client hints name another browser, version, system or device than the agent."""
    if headers.hint_brands is None and headers.hint_platform is None:
        return False
    if agent.browser is None or _HINTLESS.search(agent.browser):
        return agent.browser is not None
    if headers.hint_platform is not None and platforms_differ(headers.hint_platform.strip('" '), agent.os):
        return True
    if headers.hint_mobile == "?1" and agent.kind == "desktop":
        return True
    versions = _versions(headers.hint_brands or "")
    if _AUTOMATED_BRAND in versions:
        return True
    if agent.browser not in _HINT_BRANDS or not versions:
        return False
    others = _BRANDS - {_HINT_BRANDS[agent.browser]}
    claimed = versions.get(_HINT_BRANDS[agent.browser]) or versions.get(_ENGINE)
    return (
        not others.isdisjoint(versions)
        or claimed is None
        or agent.browser_version is None
        or int(claimed) != agent.browser_version
    )


def platforms_differ(first: str | None, second: str | None) -> bool:
    """Whether two names of systems can't mean one machine; unknown names never differ."""
    one, other = _system(first), _system(second)
    if one is None or other is None or one == other:
        return False
    return frozenset((one, other)) not in _ALIKE


@lru_cache(maxsize=512)
def _system(name: str | None) -> str | None:
    if not name:
        return None
    lower = name.lower()
    for system, names in _FAMILIES:
        if lower.startswith(names):
            return system
    return None


def is_bare(headers: Headers, agent: ParsedAgent) -> bool:
    """Whether an agent that claims to be a browser lacks the language that every browser sends."""
    claims_browser = agent.kind in ("desktop", "mobile", "tablet")
    return claims_browser and headers.count >= 3 and not headers.languages
