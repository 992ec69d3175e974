"""XML from outside, read without its dangers: no document type, so no entities and nothing fetched."""

from dataclasses import dataclass
from xml.parsers import expat

_DEEPEST = 64
_MOST = 20_000  # elements


class XmlError(ValueError):
    """Not XML, or XML of a kind that is not read here; the message says which."""


@dataclass(frozen=True, slots=True)
class Element:
    """One element: its name as `namespace local`, its attributes, and the two elements around it."""

    name: str
    attributes: dict[str, str]
    within: tuple[str, ...]


def elements(document: str) -> list[Element]:
    """Every element in the order of the document.

    Raises:
        XmlError: malformed, too deep, too long, or with a document type.
    """
    found: list[Element] = []
    path: list[str] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        if len(path) >= _DEEPEST:
            raise XmlError("nested too deeply")
        if len(found) >= _MOST:
            raise XmlError("too many elements")
        found.append(Element(name, attributes, tuple(path[-2:])))
        path.append(name)

    def refuse(*_parts: object) -> None:
        raise XmlError("a document type is not allowed")

    # The text is Unicode already: whatever encoding it declares is overruled.
    parser = expat.ParserCreate("utf-8", " ")
    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = start
    parser.EndElementHandler = lambda _name: path.pop()
    try:
        parser.Parse(document.encode(), True)
    except (expat.ExpatError, UnicodeEncodeError) as error:
        raise XmlError(f"not well-formed: {error}") from None
    return found
