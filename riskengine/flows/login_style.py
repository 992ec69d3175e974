"""Styles of managed login: a bounded document of settings, and images by what they are for."""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from msgspec.structs import replace

from riskengine import api
from riskengine.flows.page_images import kind_of

_DEEPEST = 16
_LONGEST = 256 * 1024  # bytes of JSON
_MOST_ASSETS = 40
_LARGEST_ASSETS = 8 * 1024 * 1024  # bytes of all images together

Settings = dict[str, Any]
_Use = tuple[str, str]

# How our own pages look where a style says nothing, in the structure of the branding editor's document.
DEFAULTS: Settings = {
    "categories": {
        "auth": {
            "authMethodOrder": [[{"display": "BUTTON", "type": "FEDERATED"}, {"type": "USERNAME_PASSWORD"}]],
            "federation": {"interfaceStyle": "BUTTON_LIST", "order": []},
        },
        "form": {
            "displayGraphics": True,
            "instructions": {"enabled": False},
            "languageSelector": {"enabled": False},
            "location": {"horizontal": "CENTER", "vertical": "CENTER"},
            "sessionTimerDisplay": "NONE",
        },
        "global": {
            "colorSchemeMode": "LIGHT",
            "pageFooter": {"enabled": False},
            "pageHeader": {"enabled": False},
            "spacingDensity": "REGULAR",
        },
        "signUp": {"acceptanceElements": [{"enforcement": "NONE", "textKey": "en"}]},
    },
    "componentClasses": {
        "buttons": {"borderRadius": 8.0},
        "dropDown": {"borderRadius": 8.0},
        "input": {"borderRadius": 8.0},
    },
    "components": {
        "form": {"borderRadius": 8.0, "logo": {"enabled": False}},
        "pageBackground": {"image": {"enabled": False}},
    },
}


def settings_of(given: Any) -> Settings:
    """The settings that a request gives.

    Raises:
        InvalidParameterException: no JSON object, too large, or nested too deeply.
    """
    if not isinstance(given, dict):
        raise api.errors.InvalidParameterException("Settings must be a JSON object.")
    _require_shallow(given)
    if len(encoded(given)) > _LONGEST:
        raise api.errors.InvalidParameterException(f"Settings has more than {_LONGEST} bytes.")
    return given


def encoded(settings: Settings) -> bytes:
    """Settings as they are stored.

    Raises:
        InvalidParameterException: a text in them is no Unicode.
    """
    try:
        return msgspec.json.encode(settings)
    except UnicodeEncodeError:
        raise api.errors.InvalidParameterException("Settings holds text that is no Unicode.") from None


def decoded(stored: bytes | None) -> Settings:
    """Settings as they were given; none are empty."""
    return msgspec.json.decode(stored, type=Settings) if stored is not None else {}


def merged(below: Settings, above: Settings) -> Settings:
    """Two documents as one: objects member by member, of anything else the one above."""
    result = dict(below)
    for name, value in above.items():
        under = result.get(name)
        if isinstance(under, dict) and isinstance(value, dict):
            result[name] = merged(under, value)
        else:
            result[name] = value
    return result


def assets_of(before: Iterable[api.AssetType], given: Sequence[api.AssetType]) -> tuple[api.AssetType, ...]:
    """Images with the given ones in place of those for the same use.

    An image without bytes names one that is there already.

    Raises:
        InvalidParameterException: an image is not what it says, names none, or all are too much.
    """
    kept = {_use(asset): asset for asset in before}
    by_resource = {asset.resource_id: asset for asset in kept.values() if asset.resource_id}
    if len({_use(asset) for asset in given}) < len(given):
        raise api.errors.InvalidParameterException("Two assets have the same category and color mode.")
    for asset in given:
        kept[_use(asset)] = _with_bytes(asset, by_resource.get(asset.resource_id or ""))
    if len(kept) > _MOST_ASSETS:
        raise api.errors.InvalidParameterException(f"A style has at most {_MOST_ASSETS} assets.")
    if sum(len(asset.bytes_ or b"") for asset in kept.values()) > _LARGEST_ASSETS:
        raise api.errors.InvalidParameterException(
            f"The assets of a style have more than {_LARGEST_ASSETS} bytes together."
        )
    return tuple(kept[use] for use in sorted(kept))


def _use(asset: api.AssetType) -> _Use:
    return asset.category, asset.color_mode


def _with_bytes(asset: api.AssetType, stored: api.AssetType | None) -> api.AssetType:
    if asset.bytes_ is None:
        if stored is None:
            raise api.errors.InvalidParameterException(
                f"The asset {asset.category} needs Bytes, or the ResourceId of an asset of this style."
            )
        asset = replace(asset, bytes_=stored.bytes_)
    kind = kind_of(asset.bytes_ or b"")
    if kind != asset.extension:
        raise api.errors.InvalidParameterException(
            f"The asset {asset.category} is no {asset.extension} image that can be shown."
        )
    return asset


def _require_shallow(document: Settings) -> None:
    level: list[Any] = [document]
    for _ in range(_DEEPEST):
        level = [part for one in level for part in _parts(one)]
        if not level:
            return
    raise api.errors.InvalidParameterException(f"Settings is nested more than {_DEEPEST} deep.")


def _parts(value: Any) -> Iterable[Any]:
    match value:
        case dict():
            return value.values()
        case list():
            return value
    return ()
