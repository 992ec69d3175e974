"""Made-up browsers: what they call themselves, their headers in order, what collectors see."""

from dataclasses import dataclass
from random import Random

from riskengine.training.simulate import rates

DAY = 86_400.0
_CHARACTERS = "abcdefghijklmnopqrstuvwxyz0123456789"
_WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"

# Browser, system, share: sign-ins of 2025 by zenlogin's statistics, rounded; phones are an assumption.
_COMPUTERS = (
    ("chrome", "windows", 0.45),
    ("chrome", "mac", 0.13),
    ("edge", "windows", 0.15),
    ("safari", "mac", 0.12),
    ("firefox", "windows", 0.07),
    ("firefox", "linux", 0.03),
    ("chrome", "linux", 0.05),
)
_PHONES = (("chrome", "android", 0.44), ("safari", "ios", 0.50), ("samsung", "android", 0.06))
_NEWEST = {"chrome": 140, "edge": 140, "firefox": 142, "samsung": 27, "safari": 18}
# What agents say since they were reduced, and navigator.platform.
_SYSTEMS = {
    "windows": ("Windows NT 10.0; Win64; x64", "Win32"),
    "mac": ("Macintosh; Intel Mac OS X 10_15_7", "MacIntel"),
    "linux": ("X11; Linux x86_64", "Linux x86_64"),
    "android": ("Linux; Android 10; K", "Linux armv81"),
    "ios": ("iPhone; CPU iPhone OS {os} like Mac OS X", "iPhone"),
}
_HINTED = {"windows": "Windows", "mac": "macOS", "linux": "Linux", "android": "Android"}
_SCREENS = {
    "windows": ("1920x1080", "1366x768", "2560x1440", "1536x864"),
    "mac": ("1440x900", "1512x982", "2560x1440"),
    "linux": ("1920x1080", "2560x1440"),
    "android": ("412x915", "360x800", "393x873", "384x854"),
    "ios": ("390x844", "393x852", "430x932", "375x812"),
}
_SYSTEM_VERSIONS = ("18_4", "18_5", "18_6")

Headers = list[list[str]]


def new_id(time: float, rng: Random) -> str:
    """A DeviceId as the JavaScript collector makes it."""
    return f"{''.join(rng.choices(_CHARACTERS, k=20))}:{int(time * 1000)}"


@dataclass(slots=True)
class Browser:
    """One browser on one machine; `began` is the stream's first second."""

    name: str
    system: str
    lag: int
    system_version: str
    screen: str
    language: str
    id: str | None  # None: no collector runs
    is_private: bool
    began: float

    @classmethod
    def new(  # noqa: PLR0913 - one fact each
        cls, rng: Random, *, is_phone: bool, language: str, time: float, began: float, has_collector: bool
    ) -> "Browser":
        """A browser as people have it."""
        kinds = _PHONES if is_phone else _COMPUTERS
        name, system, _ = rng.choices(kinds, [kind[2] for kind in kinds])[0]
        return cls(
            name,
            system,
            rng.choice(rates.LAGS),
            rng.choice(_SYSTEM_VERSIONS),
            rng.choice(_SCREENS[system]),
            language,
            new_id(time, rng) if has_collector else None,
            rng.random() < rates.PRIVATE,
            began,
        )

    @property
    def is_phone(self) -> bool:
        """Whether it is carried about."""
        return self.system in {"android", "ios"}

    def version(self, time: float) -> int:
        """The major version on a day."""
        if self.name == "safari":
            return _NEWEST[self.name]
        return _NEWEST[self.name] + int((time - self.began) / DAY / rates.RELEASE_DAYS) - self.lag

    def agent(self, time: float) -> str:
        """The User-Agent on a day."""
        system, version = _SYSTEMS[self.system][0].replace("{os}", self.system_version), self.version(time)
        if self.name == "safari":
            tail = "Mobile/15E148 Safari/604.1" if self.is_phone else "Safari/605.1.15"
            webkit = "AppleWebKit/605.1.15 (KHTML, like Gecko)"
            return f"Mozilla/5.0 ({system}) {webkit} Version/{version}.5 {tail}"
        if self.name == "firefox":
            return f"Mozilla/5.0 ({system}; rv:{version}.0) Gecko/20100101 Firefox/{version}.0"
        brand = f"SamsungBrowser/{version}.0 Chrome/130" if self.name == "samsung" else f"Chrome/{version}"
        tail = f"{'Mobile ' if self.is_phone else ''}Safari/537.36"
        edge = f" Edg/{version}.0.0.0" if self.name == "edge" else ""
        return f"Mozilla/5.0 ({system}) {_WEBKIT} {brand}.0.0.0 {tail}{edge}"

    def headers(self, time: float) -> Headers:
        """The header lines, in the order the browser sends them."""
        agent, languages = ["User-Agent", self.agent(time)], self._languages()
        encodings = ["Accept-Encoding", "gzip, deflate, br"]
        if self.name == "firefox":
            return [agent, ["Accept", "*/*"], languages, encodings, ["Sec-Fetch-Mode", "cors"]]
        if self.name == "safari":
            return [["Accept", "*/*"], ["Sec-Fetch-Mode", "cors"], agent, languages, encodings]
        brand = "Microsoft Edge" if self.name == "edge" else "Google Chrome"
        version = 130 if self.name == "samsung" else self.version(time)
        return [
            ["Connection", "keep-alive"],
            ["sec-ch-ua-platform", f'"{_HINTED[self.system]}"'],
            agent,
            ["sec-ch-ua", f'"{brand}";v="{version}", "Chromium";v="{version}"'],
            ["sec-ch-ua-mobile", "?1" if self.is_phone else "?0"],
            ["Accept", "*/*"],
            ["Accept-Encoding", "gzip, deflate, br, zstd"],
            languages,
        ]

    def tool_headers(self, time: float) -> Headers:
        """What a program sends that borrows this browser's name."""
        return [
            ["Accept-Encoding", "gzip, deflate"],
            ["Accept", "*/*"],
            ["Connection", "keep-alive"],
            ["User-Agent", self.agent(time)],
        ]

    def fields(self, time: float, zone: str, rng: Random) -> dict[str, str] | None:
        """ContextData of the JavaScript collector; None where none runs."""
        if self.id is None:
            return None
        width, _, height = self.screen.partition("x")
        return {
            "UserAgent": self.agent(time),
            "DeviceId": new_id(time - 20.0, rng) if self.is_private else self.id,
            "DeviceLanguage": self.language,
            "DevicePlatform": _SYSTEMS[self.system][1],
            "ClientTimezone": zone,
            "ScreenWidthPixels": width,
            "ScreenHeightPixels": height,
        }

    def other_screen(self, rng: Random) -> str:
        """A screen that such a machine may have."""
        return rng.choice(_SCREENS[self.system])

    def _languages(self) -> list[str]:
        return ["Accept-Language", f"{self.language},{self.language.partition('-')[0]};q=0.9"]
