r"""Tests of the model's patterns, each linear in the text whatever a hostile caller sends.

Python's `re` has no `\p{..}`: those patterns are written as plain tests here. `str.isprintable` is false
exactly for the categories C* and Z* but the space, so it stands for `[\p{L}\p{M}\p{S}\p{N}\p{P} ]*`.
"""

import re
from collections.abc import Callable
from functools import cache

Matcher = Callable[[str], object]

_SPACES = dict.fromkeys(map(ord, "\t\n\v\f\r"))
_LINE_SPACES = dict.fromkeys(map(ord, "\t\n\r"))
# Every code point of category Z (separators), Unicode 15.
_SEPARATORS = dict.fromkeys(
    [0x20, 0xA0, 0x1680, *range(0x2000, 0x200B), 0x2028, 0x2029, 0x202F, 0x205F, 0x3000]
)
_PLACEHOLDER = "{####}"


def _is_visible(text: str) -> bool:
    return text != "" and text.isprintable() and " " not in text


def _is_prose(text: str) -> bool:
    return text.isprintable() or text.translate(_SPACES).isprintable()


def _is_some_prose(text: str) -> bool:
    return text != "" and _is_prose(text)


def _is_address(text: str) -> bool:
    return "@" in text[1:-1] and _is_visible(text)


def _is_attribute_name(text: str) -> bool:
    return text != "" and text.translate(_LINE_SPACES).isprintable()


def _is_provider_name(text: str) -> bool:
    return text != "" and text.translate(_SEPARATORS).isprintable()


def _is_new_provider_name(text: str) -> bool:
    outer = text[:1] + text[2:]
    return (
        len(text) > 2
        and _is_visible(text[1])
        and not any(one == "_" or ord(one) in _SEPARATORS for one in outer)
    )


def _has_code(text: str) -> bool:
    return _PLACEHOLDER in text and _is_prose(text)


def _has_link(text: str) -> bool:
    start = text.find("{##")
    return start >= 0 and text.rfind("##}") >= start + 3 and _is_prose(text)


def _has_sms_code(text: str) -> bool:
    return _PLACEHOLDER in text and "\n" not in text


def _is_anything(_text: str) -> bool:
    return True


_VISIBLE = r"[\p{L}\p{M}\p{S}\p{N}\p{P}]+"
_PROSE = r"[\p{L}\p{M}\p{S}\p{N}\p{P}\s*]*"

_PLAIN: dict[str, Matcher] = {
    _VISIBLE: _is_visible,
    f"^{_VISIBLE}$": _is_visible,
    f"{_VISIBLE}@{_VISIBLE}": _is_address,
    r"[\p{L}\p{M}\p{S}\p{N}\p{P}\t\n\r ]+": _is_attribute_name,
    r"[\p{L}\p{M}\p{S}\p{N}\p{P}\p{Z}]+": _is_provider_name,
    r"[^_\p{Z}][\p{L}\p{M}\p{S}\p{N}\p{P}][^_\p{Z}]+": _is_new_provider_name,
    _PROSE: _is_prose,
    r"[\p{L}\p{M}\p{S}\p{N}\p{P}\s*]+": _is_some_prose,
    r"[\p{L}\p{M}\p{S}\p{N}\p{P}\s]+": _is_some_prose,
    rf"{_PROSE}\{{####\}}{_PROSE}": _has_code,
    rf"{_PROSE}\{{##{_PROSE}##\}}{_PROSE}": _has_link,
    # As an expression this one is quadratic: it retries after each placeholder.
    r".*\{####\}.*": _has_sms_code,
    r"(?s).*": _is_anything,
}


@cache
def matcher(pattern: str) -> Matcher:
    r"""A test whether a whole text fits; compiled on first use.

    Raises:
        ValueError: on a pattern with `\p{..}` that has no plain test here.
    """
    plain = _PLAIN.get(pattern)
    if plain is not None:
        return plain
    if r"\p" in pattern:
        raise ValueError(f"no test is written for the pattern {pattern}")
    # The service's classes \w, \s and \d are ASCII.
    return re.compile(pattern, re.ASCII).fullmatch
