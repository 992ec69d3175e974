"""The filter of ListUsers: one term, `attribute = "value"` or `attribute ^= "prefix"`."""

import re

from riskengine import api
from riskengine.storage.interface import UserFilter

SEARCHABLE = (
    "username",
    "email",
    "phone_number",
    "name",
    "given_name",
    "family_name",
    "preferred_username",
    "cognito:user_status",
    "status",
    "sub",
)
_TERM = re.compile(r'\s*([\w:.-]+)\s*(\^?=)\s*"((?:[^"\\]|\\.)*)"\s*', re.DOTALL)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


def parse(text: str | None) -> UserFilter | None:
    """The term of a filter; an empty filter has none.

    Raises:
        InvalidParameterException: not of the form, or of an attribute that can't be searched.
    """
    if text is None or not text.strip():
        return None
    term = _TERM.fullmatch(text)
    if term is None:
        raise api.errors.InvalidParameterException("Error while parsing filter")
    attribute, operator, quoted = term.groups()
    if attribute not in SEARCHABLE:
        raise api.errors.InvalidParameterException(f"Invalid search attribute: {attribute}")
    return UserFilter(attribute, _ESCAPED.sub(r"\1", quoted), is_prefix=operator == "^=")
