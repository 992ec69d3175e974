"""Made-up browsers: what they call themselves at a time, which headers they send in which order."""

from dataclasses import dataclass
from random import Random
from typing import Final

DAY = 86_400.0
_RELEASE = 28 * DAY
_WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"
_APPLE_WEBKIT = "AppleWebKit/605.1.15 (KHTML, like Gecko)"
_APP = "https://app.example.com"
# Chromium moves a header with this release: orders change under people's hands now and then.
_REORDERED = 147

# When a major version came out, and which; the next follow every four weeks.
_CALENDAR: Final = {
    "chrome": (1_770_681_600.0, 145),
    "edge": (1_770_940_800.0, 145),
    "firefox": (1_771_891_200.0, 148),
    "opera": (1_771_286_400.0, 128),
}
_SAMSUNG = 29  # lives for a season
# Apple's systems of two years, each with its last releases.
_APPLE: Final = {
    True: ((0.0, "26.2"), (1_770_768_000.0, "26.3"), (1_774_828_800.0, "26.4")),
    False: ((0.0, "18.6"),),
}
_MAC = "Macintosh; Intel Mac OS X 10_15_7"
_WINDOWS = "Windows NT 10.0; Win64; x64"
_LINUX = "X11; Linux x86_64"
_ANDROID = "Linux; Android 10; K"
_PLATFORMS: Final = {
    "windows": "Win32",
    "mac": "MacIntel",
    "linux": "Linux x86_64",
    "android": "Linux armv81",
}
_HINTS: Final = {"windows": "Windows", "mac": "macOS", "linux": "Linux", "android": "Android"}
_BRANDS: Final = {"chrome": "Google Chrome", "edge": "Microsoft Edge", "opera": "Opera", "brave": "Brave"}


@dataclass(frozen=True, slots=True)
class Make:
    """A browser on a system."""

    name: str
    system: str

    @property
    def is_apple(self) -> bool:
        """Whether its engine comes with the system."""
        return self.name == "safari" or self.system in {"ios", "ipad"}

    @property
    def is_chromium(self) -> bool:
        """Whether it sends client hints."""
        return self.name in {"chrome", "edge", "opera", "brave", "samsung", "webview"} and not self.is_apple

    @property
    def platform(self) -> str:
        """What scripts are told of the machine; a tablet of Apple's passes for a computer."""
        if self.system == "ios":
            return "iPhone"
        return "MacIntel" if self.system == "ipad" else _PLATFORMS[self.system]


# Share of sign-ins by zenlogin's statistics, January to June 2025; systems are an assumption.
COMPUTERS: Final = (
    (Make("chrome", "windows"), 0.43),
    (Make("chrome", "mac"), 0.17),
    (Make("safari", "mac"), 0.14),
    (Make("edge", "windows"), 0.12),
    (Make("chrome", "linux"), 0.03),
    (Make("firefox", "windows"), 0.03),
    (Make("firefox", "mac"), 0.008),
    (Make("firefox", "linux"), 0.012),
    (Make("brave", "windows"), 0.02),
    (Make("edge", "mac"), 0.01),
    (Make("opera", "windows"), 0.01),
)
PHONES: Final = (
    (Make("safari", "ios"), 0.50),
    (Make("chrome", "android"), 0.37),
    (Make("samsung", "android"), 0.05),
    (Make("chrome", "ios"), 0.03),
    (Make("webview", "android"), 0.03),
    (Make("firefox", "android"), 0.02),
)
TABLETS: Final = ((Make("safari", "ipad"), 0.75), (Make("chrome", "android"), 0.25))

Pairs = list[list[str]]


def choose(makes: tuple[tuple[Make, float], ...], rng: Random) -> Make:
    """One as people have them."""
    return rng.choices([make for make, _ in makes], [share for _, share in makes])[0]


def released(name: str, time: float) -> int:
    """The newest major version at a time."""
    if name == "samsung":
        return _SAMSUNG
    since, version = _CALENDAR["chrome" if name in {"brave", "webview"} else name]
    return version + int((time - since) // _RELEASE)


def apple_release(time: float, *, is_new: bool) -> str:
    """The newest Safari on this year's or last year's system."""
    return max((moment, name) for moment, name in _APPLE[is_new] if moment <= time)[1]


def agent_text(make: Make, version: str, *, is_mobile: bool = True) -> str:
    """The User-Agent: reduced as Chromium's are, frozen as Apple's are. `version`: major, or Safari's own."""
    system = {"windows": _WINDOWS, "mac": _MAC, "linux": _LINUX, "android": _ANDROID}.get(make.system, "")
    if make.is_apple:
        return _apple_agent(make, version)
    if make.name == "firefox":
        if make.system == "android":
            system = "Android 15; Mobile"
        mac = system.replace("10_15_7", "10.15")
        return f"Mozilla/5.0 ({mac}; rv:{version}.0) Gecko/{_gecko(make, version)} Firefox/{version}.0"
    mobile = "Mobile " if make.system == "android" and is_mobile else ""
    base = f"Mozilla/5.0 ({system}) {_WEBKIT} "
    if make.name == "samsung":
        return f"{base}SamsungBrowser/{version}.0 Chrome/136.0.0.0 {mobile}Safari/537.36"
    if make.name == "webview":
        system = "Linux; Android 15; SM-S921B Build/AP3A.240905.015.A2; wv"
        return (
            f"Mozilla/5.0 ({system}) {_WEBKIT} Version/4.0 Chrome/{version}.0.7300.60 {mobile}Safari/537.36"
        )
    engine = int(version) + 16 if make.name == "opera" else version
    tails = {"edge": f" Edg/{version}.0.0.0", "opera": f" OPR/{version}.0.0.0"}
    return f"{base}Chrome/{engine}.0.0.0 {mobile}Safari/537.36{tails.get(make.name, '')}"


def _gecko(make: Make, version: str) -> str:
    return f"{version}.0" if make.system == "android" else "20100101"


def _apple_agent(make: Make, version: str) -> str:
    if make.system in {"mac", "ipad"}:
        return f"Mozilla/5.0 ({_MAC}) {_APPLE_WEBKIT} Version/{version} Safari/605.1.15"
    system = "18_7" if version.startswith("26") else version.replace(".", "_")
    phone = f"Mozilla/5.0 (iPhone; CPU iPhone OS {system} like Mac OS X) {_APPLE_WEBKIT}"
    if make.name == "chrome":
        return f"{phone} CriOS/145.0.7632.55 Mobile/15E148 Safari/604.1"
    return f"{phone} Version/{version} Mobile/15E148 Safari/604.1"


def header_lines(make: Make, version: str, agent: str, languages: str, extra: str | None) -> Pairs:
    """The header lines of a page's call, in the order the browser sends them."""
    if make.is_apple:
        lines = [
            *(
                ["Accept", "*/*"],
                ["Origin", _APP],
                ["Sec-Fetch-Site", "cross-site"],
                ["Sec-Fetch-Mode", "cors"],
            ),
            *(["User-Agent", agent], ["Referer", f"{_APP}/"], ["Sec-Fetch-Dest", "empty"]),
            *(["Accept-Language", languages], ["Accept-Encoding", "gzip, deflate, br"]),
        ]
    elif make.name == "firefox":
        lines = [
            *(["User-Agent", agent], ["Accept", "*/*"], ["Accept-Language", languages]),
            *(["Accept-Encoding", "gzip, deflate, br, zstd"], ["Referer", f"{_APP}/"], ["Origin", _APP]),
            *(["Sec-Fetch-Dest", "empty"], ["Sec-Fetch-Mode", "cors"], ["Sec-Fetch-Site", "cross-site"]),
        ]
    else:
        lines = _chromium_lines(make, version, agent, languages)
    if extra is not None:
        lines.insert(3 if make.name == "firefox" else len(lines) - 1, [extra, "1"])
    return lines


def _chromium_lines(make: Make, version: str, agent: str, languages: str) -> Pairs:
    engine = {"samsung": "136", "opera": str(int(version) + 16)}.get(make.name, version)
    brand = {"samsung": "Samsung Internet", "webview": "Android WebView"}.get(make.name) or _BRANDS[make.name]
    own = f'"{brand}";v="{version}"'
    fetch = [["Sec-Fetch-Site", "cross-site"], ["Sec-Fetch-Mode", "cors"], ["Sec-Fetch-Dest", "empty"]]
    origin = [["Accept", "*/*"], ["Origin", _APP]]
    if int(engine) >= _REORDERED:
        origin.reverse()
    mobile = "?1" if make.system == "android" and "Mobile" in agent else "?0"
    return [
        ["sec-ch-ua-platform", f'"{_HINTS[make.system]}"'],
        ["User-Agent", agent],
        ["sec-ch-ua", f'{own}, "Chromium";v="{engine}", "Not:A-Brand";v="99"'],
        ["sec-ch-ua-mobile", mobile],
        *origin,
        *fetch,
        ["Referer", f"{_APP}/"],
        ["Accept-Encoding", "gzip, deflate, br, zstd"],
        ["Accept-Language", languages],
    ]


def bare_lines(agent: str) -> Pairs:
    """What programs send that only borrow a browser's name."""
    return [["User-Agent", agent], ["Accept-Encoding", "gzip, deflate"], ["Accept", "*/*"]]


def accepted(make: Make, languages: tuple[str, ...]) -> str:
    """The Accept-Language of a browser for its user's languages."""
    tags: list[str] = []
    for tag in languages:
        tags += [each for each in (tag, tag.partition("-")[0]) if each not in tags]
    if make.is_apple:
        tags = tags[:2]
    step = 1.0 / (len(tags) + 1) if make.name == "firefox" else 0.1
    return ",".join(
        tag if not at else f"{tag};q={max(0.1, 1 - step * at):.1f}" for at, tag in enumerate(tags)
    )
