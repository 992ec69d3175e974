"""Style sheets of the classic hosted pages: a few classes may be styled, nothing else."""

import re
from collections.abc import Iterator

from riskengine import api

VERSION = "20250115191928"  # of this set of classes, as the service numbers its own
_CLASSES = (
    "background",
    "banner",
    "errorMessage",
    "idpButton",
    "idpDescription",
    "inputField",
    "label",
    "legalText",
    "logo",
    "passwordCheck-notValid",
    "passwordCheck-valid",
    "redirect",
    "socialButton",
    "submitButton",
    "textDescription",
)
_STATES = ("idpButton-customizable:hover", "inputField-customizable:focus", "submitButton-customizable:hover")
SELECTORS = frozenset({*(f".{name}-customizable" for name in _CLASSES), *(f".{state}" for state in _STATES)})

_PROPERTY = re.compile(r"-{0,2}[a-z][a-z-]*", re.IGNORECASE)
# Nothing of these is needed to style a class; each is a way out of the sheet or into a script.
_FORBIDDEN = ("\\", "<", "expression(", "javascript:")
_BINDINGS = frozenset({"behavior", "-moz-binding"})


def require_css(css: str) -> None:
    """Raises InvalidParameterException for anything but rules of the classes that may be styled."""
    sheet = _without_comments(css)
    lowered = sheet.lower()
    for text in _FORBIDDEN:
        if text in lowered:
            raise _invalid(f"{text} is not allowed")
    *rules, rest = _pieces(sheet, "}")
    if rest.strip():
        raise _invalid("the last rule is not closed")
    for rule in rules:
        _require_rule(rule)


def _require_rule(rule: str) -> None:
    parts = list(_pieces(rule, "{"))
    if len(parts) != 2:
        raise _invalid("a rule is a list of selectors and one block")
    selectors, block = parts
    for selector in selectors.split(","):
        if selector.strip() not in SELECTORS:
            raise _invalid(f"{selector.strip()[:100]!r} can't be customized")
    for declaration in _pieces(block, ";"):
        name, colon, value = declaration.partition(":")
        is_property = _PROPERTY.fullmatch(name.strip()) and name.strip().lower() not in _BINDINGS
        if declaration.strip() and not (colon and is_property and value.strip()):
            raise _invalid(f"{declaration.strip()[:100]!r} is no declaration")


def _without_comments(css: str) -> str:
    kept, position = [], 0
    while (start := css.find("/*", position)) >= 0:
        end = css.find("*/", start + 2)
        if end < 0:
            raise _invalid("a comment is not closed")
        kept.append(css[position:start])
        position = end + 2
    return " ".join([*kept, css[position:]])


def _pieces(text: str, mark: str) -> Iterator[str]:
    """The text between marks; those inside quotes and parentheses do not count."""
    quote, depth, start = "", 0, 0
    for at, character in enumerate(text):
        if quote:
            if character == "\n":
                raise _invalid("a string is not closed")
            quote = "" if character == quote else quote
        elif character in "\"'":
            quote = character
        elif character == "(":
            depth += 1
        elif character == ")":
            depth -= 1
        elif character == mark and depth == 0:
            yield text[start:at]
            start = at + 1
    if quote or depth:
        raise _invalid("a string or a parenthesis is not closed")
    yield text[start:]


def _invalid(reason: str) -> api.errors.InvalidParameterException:
    return api.errors.InvalidParameterException(f"Invalid CSS: {reason}.")
