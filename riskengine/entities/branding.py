"""How the hosted pages look: of the classic ones a style sheet and a logo, of managed login a style."""

from msgspec import Struct

from riskengine import api


class UiCustomization(Struct, frozen=True, kw_only=True):
    """What the classic pages wear; an empty client means every client without its own."""

    pool: str
    client: str
    created: int
    modified: int
    css: str | None = None
    image: bytes | None = None
    version: int = 0


class Branding(Struct, frozen=True, kw_only=True):
    """A client's managed login style. `settings` is a JSON document, absent where nothing was set."""

    pool: str
    id: str
    client: str
    created: int
    modified: int
    uses_provided_values: bool = False
    settings: bytes | None = None
    assets: tuple[api.AssetType, ...] = ()
    version: int = 0
