"""Made-up devices: a browser or app in somebody's hands, what it sends, and how it changes."""

from dataclasses import dataclass
from random import Random
from typing import Final

from riskengine.training.simulate import rates
from riskengine.training.simulate.browsers import (
    COMPUTERS,
    DAY,
    PHONES,
    TABLETS,
    Make,
    Pairs,
    accepted,
    agent_text,
    apple_release,
    choose,
    header_lines,
    released,
)

_CHARACTERS = "abcdefghijklmnopqrstuvwxyz0123456789"
_PLUGINS = "PDF Viewer:Chrome PDF Viewer:Chromium PDF Viewer:Microsoft Edge PDF Viewer:WebKit built-in PDF"
_EXTRAS = ("DNT", "Sec-GPC")
_MODELS: Final = (
    ("samsung", "SM-S921B", "e1s", 1080, 2340),
    ("samsung", "SM-A556B", "a55x", 1080, 2340),
    ("google", "Pixel 8", "shiba", 1080, 2400),
    ("xiaomi", "23078PND5G", "zircon", 1220, 2712),
    ("motorola", "moto g54 5G", "cancunf", 1080, 2400),
)
_IPHONES: Final = (("iPhone15,4", 1179, 2556), ("iPhone16,1", 1179, 2556), ("iPhone14,5", 1170, 2532))
_SDKS: Final = {"15": "35", "16": "36"}

Fields = dict[str, str]


@dataclass(frozen=True, slots=True)
class Look:
    """What a sign-in page sees of a device."""

    headers: Pairs
    fields: Fields | None


@dataclass(slots=True)
class Device:
    """A browser, or the service's own app, on one machine."""

    make: Make
    kind: str  # computer, phone, tablet
    languages: tuple[str, ...]
    has_collector: bool
    is_app: bool = False
    is_private: bool = False
    is_hardened: bool = False
    is_relayed: bool = False
    extra: str | None = None
    model: int = 0
    lag: float = 0.0  # seconds after a release
    pinned: int = 0  # releases behind for good; 0: kept up to date
    is_new_system: bool = True
    id: str = ""
    last_used: float = 0.0

    @property
    def is_mobile(self) -> bool:
        """Whether it has a SIM."""
        return self.kind == "phone"

    def version(self, time: float) -> str:
        """The browser's version, as its agent tells it."""
        if self.make.is_apple:
            return apple_release(time - self.lag, is_new=self.is_new_system)
        if self.pinned:
            # From before the stream began: it does not move.
            return str(
                released(self.make.name, 0.0 if self.make.name == "samsung" else _PINNED_AT) - self.pinned
            )
        return str(released(self.make.name, time - self.lag))

    def use(self, time: float, clock: int, rng: Random) -> Look:
        """One sign-in: Safari forgets what was not visited for a week, private windows everything."""
        is_long_ago = time - self.last_used > rates.FORGETS_IN_SAFARI * DAY
        is_safari = self.make.is_apple and not self.is_app
        if not self.id or (is_safari and self.last_used and is_long_ago):
            self.id = new_id(time - 15.0, rng, is_app=self.is_app)
        self.last_used = time
        is_private = not self.is_app and (self.is_private or rng.random() < rates.NOW_PRIVATE)
        shown = new_id(time - 15.0, rng) if is_private else self.id
        look = self.look(time, clock, shown)
        if self.is_hardened and rng.random() < 0.5:
            look = Look(look.headers, None)
        return look

    def look(self, time: float, clock: int, device_id: str) -> Look:
        """What a page or app sends at a time; `clock`: minutes east of UTC."""
        if self.is_app:
            return self._app(time, clock, device_id)
        version = self.version(time)
        agent = agent_text(self.make, version, is_mobile=self.kind == "phone")
        languages = ("en-US",) if self.is_hardened else self.languages
        headers = header_lines(self.make, version, agent, accepted(self.make, languages), self.extra)
        if not self.has_collector:
            return Look(headers, None)
        zone = zone_text(0 if self.is_hardened else clock)
        fields = {
            "UserAgent": agent,
            "DeviceId": device_id,
            "DeviceLanguage": languages[0],
            "DeviceFingerprint": f"{agent}{'' if self.kind == 'phone' else _PLUGINS}:{languages[0]}",
            "DevicePlatform": self.make.platform,
            "ClientTimezone": zone,
        }
        return Look(headers, fields)

    def _app(self, time: float, clock: int, device_id: str) -> Look:
        """Amplify's libraries on Android and iOS."""
        language = self.languages[0]
        if self.make.system == "android":
            brand, name, product, width, height = _MODELS[self.model % len(_MODELS)]
            system = "16" if self.is_new_system else "15"
            agent = (
                f"amplify-android:2.29.0 ( Android {system}; {brand} {name}; {language.replace('-', '_')} )"
            )
            print_ = f"{brand}/{product}/{product}:{system}/AP3A.240905.015/{self.model}:user/release-keys"
            told = {
                "ApplicationName": "Example",
                "ApplicationVersion": "4.2",
                "ApplicationTargetSdk": "35",
                "DeviceBrand": brand,
                "DeviceName": name,
                "Product": product,
                "BuildType": "user",
                "DeviceOsReleaseVersion": system,
                "DeviceSdkVersion": _SDKS[system],
                "Platform": "ANDROID",
                "ThirdPartyDeviceId": "android_id",
            }
        else:
            name, width, height = _IPHONES[self.model % len(_IPHONES)]
            system = apple_release(time - self.lag, is_new=self.is_new_system)
            agent = f"amplify-swift/2.50.0 api/aws_cognito#2.50.0 lib/swift#6.1 os/iOS#{system}"
            print_ = f"Apple/{name}/{name}/-:{system}/-/-:-/release"
            told = {
                "ApplicationName": "Example",
                "ApplicationVersion": "4.2",
                "DeviceName": "iPhone",
                "DeviceOsReleaseVersion": system,
                "PhoneType": name,
                "Platform": "iOS",
            }
        headers = [["User-Agent", agent], ["Accept-Encoding", "gzip"], ["Connection", "Keep-Alive"]]
        fields = {
            **told,
            "DeviceId": device_id,
            "DeviceLanguage": language,
            "DeviceFingerprint": print_,
            "ClientTimezone": zone_text(clock),
            "ScreenWidthPixels": str(width),
            "ScreenHeightPixels": str(height),
        }
        return Look(headers, fields if self.has_collector else None)


_PINNED_AT = 1_771_200_000.0


def new_id(time: float, rng: Random, *, is_app: bool = False) -> str:
    """A DeviceId as collectors make it: random text and the milliseconds of its birth."""
    if is_app:
        text = f"{rng.getrandbits(128):032x}"
        parts = (text[:8], text[8:12], text[12:16], text[16:20], text[20:])
        return f"{'-'.join(parts)}:{int(time * 1000)}"
    return f"{''.join(rng.choices(_CHARACTERS, k=20))}:{int(time * 1000)}"


def zone_text(minutes: int) -> str:
    """An offset as the collector writes it: only west of UTC with a sign."""
    hours, rest = divmod(abs(minutes), 60)
    return f"{'-' if minutes < 0 else ''}{hours:02d}:{rest:02d}"


def new_device(
    kind: str, languages: tuple[str, ...], rng: Random, *, has_collector: bool, time: float
) -> Device:
    """A device as people have them; its id is from the months before."""
    make = choose({"computer": COMPUTERS, "phone": PHONES, "tablet": TABLETS}[kind], rng)
    is_app = kind == "phone" and make.name in {"safari", "chrome"} and rng.random() < rates.USES_APP
    is_hardened = kind == "computer" and rng.random() < rates.HARDENED
    if is_hardened:
        make = Make("firefox", rng.choice(("windows", "linux")))
    median, spread = rates.SYSTEM_LAG_DAYS if make.is_apple else rates.LAG_DAYS
    is_pinned = not make.is_apple and rng.random() < rates.PINNED
    return Device(
        make=make,
        kind=kind,
        languages=languages,
        has_collector=has_collector and (is_app or rng.random() >= rates.BLOCKED),
        is_app=is_app,
        is_private=not is_app and rng.random() < rates.PRIVATE,
        is_hardened=is_hardened,
        is_relayed=make.name == "safari" and not is_app and rng.random() < rates.RELAYED,
        extra=rng.choice(_EXTRAS) if rng.random() < rates.UNTRACKED and not is_app else None,
        model=rng.randrange(1000),
        lag=median * DAY * 2.718281828 ** rng.gauss(0.0, spread),
        pinned=rng.choice((3, 4, 6, 9, 14, 20, 28, 36)) if is_pinned else 0,
        is_new_system=rng.random() >= rates.OLD_SYSTEM,
        id=new_id(time - rng.expovariate(1 / (90 * DAY)), rng, is_app=is_app),
    )
