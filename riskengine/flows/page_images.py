"""Images of the hosted pages: known by their content, whatever they are called."""

from riskengine.flows.plain_xml import Element, XmlError, elements

_STARTS = (
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"GIF87a", "GIF"),
    (b"GIF89a", "GIF"),
    (b"\x00\x00\x01\x00", "ICO"),
)
_SVG = "http://www.w3.org/2000/svg"
# They run scripts or bring in other documents.
_ACTIVE = frozenset({"script", "foreignObject", "iframe", "object", "embed", "handler"})
_SAFE_LINKS = ("#", "data:image/png;", "data:image/jpeg;", "data:image/gif;", "data:image/webp;")


def kind_of(data: bytes) -> str | None:
    """PNG, JPEG, GIF, ICO, WEBP or SVG; None for anything else, and for an SVG that does something."""
    for start, kind in _STARTS:
        if data.startswith(start):
            return kind
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "WEBP"
    return "SVG" if _is_still_svg(data) else None


def _is_still_svg(data: bytes) -> bool:
    try:
        found = elements(data.decode("utf-8-sig"))
    except (UnicodeDecodeError, XmlError):
        return False
    return found[0].name == f"{_SVG} svg" and all(map(_is_still, found))


def _is_still(element: Element) -> bool:
    if element.name.rpartition(" ")[2] in _ACTIVE:
        return False
    for name, value in element.attributes.items():
        local = name.rpartition(" ")[2].lower()
        if local.startswith("on"):
            return False
        if local == "href" and not value.strip().lower().startswith(_SAFE_LINKS):
            return False
        if "javascript:" in value.lower():
            return False
    return True
