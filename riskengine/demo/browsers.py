"""The browsers of the demo's people: real user-agent strings, with the headers each sends, in its order."""

from collections.abc import Mapping
from dataclasses import dataclass

from riskengine.base.clock import DAY, SECOND

_RELEASE_DAYS = 28  # between two versions of an evergreen browser
_APP = "https://app.example.com"

Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Browser:
    """A browser on a system. `{v}` in its texts is the major version, `{language}` what the user reads."""

    words: str
    agent: str
    platform: str  # navigator.platform
    headers: Headers  # as they go over the wire, without what the transport adds
    newest: int = 0  # version on the day of the demo; 0: its texts name none

    def version(self, days_ago: int) -> int:
        """Major version that was current some days before the demo."""
        return self.newest - (days_ago + _RELEASE_DAYS - 3) // _RELEASE_DAYS if self.newest else 0

    def agent_text(self, days_ago: int) -> str:
        """The User-Agent some days before the demo."""
        return self.agent.replace("{v}", str(self.version(days_ago)))

    def header_lines(self, language: str, days_ago: int) -> Headers:
        """The header lines of a call some days before the demo."""
        told = {
            "{agent}": self.agent_text(days_ago),
            "{language}": language,
            "{v}": str(self.version(days_ago)),
        }
        return tuple((name, _filled(value, told)) for name, value in self.headers)


def _filled(text: str, told: Mapping[str, str]) -> str:
    for blank, value in told.items():
        text = text.replace(blank, value)
    return text


def _chromium(brand: str, platform: str, *, is_mobile: bool) -> Headers:
    return (
        ("Connection", "keep-alive"),
        ("sec-ch-ua-platform", f'"{platform}"'),
        ("User-Agent", "{agent}"),
        ("sec-ch-ua", f'"{brand}";v="{{v}}", "Chromium";v="{{v}}", "Not/A)Brand";v="24"'),
        ("sec-ch-ua-mobile", "?1" if is_mobile else "?0"),
        ("Accept", "*/*"),
        ("Origin", _APP),
        ("Sec-Fetch-Site", "cross-site"),
        ("Sec-Fetch-Mode", "cors"),
        ("Sec-Fetch-Dest", "empty"),
        ("Referer", f"{_APP}/"),
        ("Accept-Encoding", "gzip, deflate, br, zstd"),
        ("Accept-Language", "{language}"),
    )


_SAFARI: Headers = (
    ("Accept", "*/*"),
    ("Origin", _APP),
    ("Sec-Fetch-Site", "cross-site"),
    ("Sec-Fetch-Mode", "cors"),
    ("User-Agent", "{agent}"),
    ("Referer", f"{_APP}/"),
    ("Sec-Fetch-Dest", "empty"),
    ("Accept-Language", "{language}"),
    ("Accept-Encoding", "gzip, deflate, br"),
    ("Connection", "keep-alive"),
)
_FIREFOX: Headers = (
    ("User-Agent", "{agent}"),
    ("Accept", "*/*"),
    ("Accept-Language", "{language}"),
    ("Accept-Encoding", "gzip, deflate, br, zstd"),
    ("Origin", _APP),
    ("Connection", "keep-alive"),
    ("Referer", f"{_APP}/"),
    ("Sec-Fetch-Dest", "empty"),
    ("Sec-Fetch-Mode", "cors"),
    ("Sec-Fetch-Site", "cross-site"),
)
_BARE: Headers = (
    ("User-Agent", "{agent}"),
    ("Accept-Encoding", "gzip, deflate"),
    ("Accept", "*/*"),
    ("Connection", "keep-alive"),
)

_WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"
CHROME_WINDOWS = Browser(
    words="Chrome on Windows",
    agent=f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {_WEBKIT} Chrome/{{v}}.0.0.0 Safari/537.36",
    platform="Win32",
    headers=_chromium("Google Chrome", "Windows", is_mobile=False),
    newest=148,
)
CHROME_MAC = Browser(
    words="Chrome on a Mac",
    agent=f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {_WEBKIT} Chrome/{{v}}.0.0.0 Safari/537.36",
    platform="MacIntel",
    headers=_chromium("Google Chrome", "macOS", is_mobile=False),
    newest=148,
)
EDGE_WINDOWS = Browser(
    words="Edge on Windows",
    agent=f"{CHROME_WINDOWS.agent} Edg/{{v}}.0.0.0",
    platform="Win32",
    headers=_chromium("Microsoft Edge", "Windows", is_mobile=False),
    newest=148,
)
FIREFOX_LINUX = Browser(
    words="Firefox on Linux",
    agent="Mozilla/5.0 (X11; Linux x86_64; rv:{v}.0) Gecko/20100101 Firefox/{v}.0",
    platform="Linux x86_64",
    headers=_FIREFOX,
    newest=151,
)
SAFARI_MAC = Browser(
    words="Safari on a Mac",
    agent="Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/18.5 Safari/605.1.15",
    platform="MacIntel",
    headers=_SAFARI,
)
CHROME_ANDROID = Browser(
    words="Chrome on Android",
    agent=f"Mozilla/5.0 (Linux; Android 10; K) {_WEBKIT} Chrome/{{v}}.0.0.0 Mobile Safari/537.36",
    platform="Linux armv81",
    headers=_chromium("Google Chrome", "Android", is_mobile=True),
    newest=148,
)
SAFARI_IPHONE = Browser(
    words="Safari on an iPhone",
    agent="Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/18.5 Mobile/15E148 Safari/604.1",
    platform="iPhone",
    headers=_SAFARI,
)
# What stuffing tools send: a browser's name, and little else of it.
STUFFING_TOOL = Browser(
    words="a tool that says Chrome",
    agent=f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {_WEBKIT} Chrome/120.0.0.0 Safari/537.36",
    platform="",
    headers=_BARE,
)


@dataclass(frozen=True, slots=True)
class Device:
    """One browser on one machine. Without an id, no collector runs on its sign-in page."""

    browser: Browser
    language: str  # Accept-Language
    zone: str = "01:00"  # as the collector writes it
    id: str = ""  # 20 characters that the collector keeps in the browser's storage
    born_days: int = 0  # when it made them: days before the demo

    def context(self, opening: int, days_ago: int) -> dict[str, str] | None:
        """ContextData of the JavaScript collector; `opening` is when the demo begins (microseconds)."""
        if not self.id:
            return None
        agent, language = self.browser.agent_text(days_ago), self.language.partition(",")[0]
        born = (opening - self.born_days * DAY) // (SECOND // 1000)
        return {
            "UserAgent": agent,
            "DeviceId": f"{self.id}:{born}",
            "DeviceLanguage": language,
            "DeviceFingerprint": f"{agent}PDF Viewer:WebKit built-in PDF:{language}",
            "DevicePlatform": self.browser.platform,
            "ClientTimezone": self.zone,
        }
