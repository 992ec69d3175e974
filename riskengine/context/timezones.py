"""Offsets from UTC as clients write them, some of them wrongly."""

import re

_OFFSET = re.compile(r"(?:UTC|GMT)?([+\-\u2212]?)(\d{1,2})(?::?([0-5]\d))?", re.ASCII)
_FURTHEST = 14 * 60
# The JavaScript collector keeps the last two characters of "05.5": the hour is lost.
# Taken for the most people who live with such a clock: India, Newfoundland, Nepal.
_BROKEN = {".5:30": 330, "-.5:30": -210, "75:45": 345}


def parse_offset(text: object) -> int | None:
    """Minutes east of UTC; None for what no clock on earth says."""
    if not isinstance(text, str) or len(text) > 16:
        return None
    text = text.strip()
    if text in _BROKEN:
        return _BROKEN[text]
    match = _OFFSET.fullmatch(text)
    if match is None:
        return None
    minutes = int(match[2]) * 60 + int(match[3] or 0)
    if minutes > _FURTHEST:
        return None
    return -minutes if match[1] in ("-", "\u2212") else minutes


def format_offset(minutes: int) -> str:
    """An offset as -07:00 or +05:30."""
    hours, rest = divmod(abs(minutes), 60)
    return f"{'-' if minutes < 0 else '+'}{hours:02}:{rest:02}"


def is_offset_of(minutes: int, offsets: frozenset[int]) -> bool:
    """Whether a clock can stand in a country; of a half hour only the half is sure."""
    part = minutes % 60
    return minutes in offsets or (part != 0 and any(offset % 60 == part for offset in offsets))
