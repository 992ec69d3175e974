"""User attributes against the pool's schema: which exist, what they may hold, who may read and write them."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal, InvalidOperation

from riskengine import api
from riskengine.entities import Client, Pool

VERIFIED_FLAGS = {"email": "email_verified", "phone_number": "phone_number_verified"}
LONGEST_VALUE = 2048  # bytes, whatever the schema says
_NEVER_BY_CLIENTS = frozenset({"sub", *VERIFIED_FLAGS.values()})
_DEVELOPER_ONLY = "dev:"
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")
_PHONE = re.compile(r"\+[0-9]{2,15}")  # E.164
_NUMBER = re.compile(r"[+-]?[0-9]{1,40}(\.[0-9]{1,40})?")
_LONGEST_DATE = 40


def is_email(text: str) -> bool:
    """Whether it has the form of an e-mail address."""
    return _EMAIL.fullmatch(text) is not None


def is_phone_number(text: str) -> bool:
    """Whether it is a phone number in E.164."""
    return _PHONE.fullmatch(text) is not None


def given(listed: Sequence[api.AttributeType] | None) -> dict[str, str]:
    """Attributes of a request by name; one without a value is blank, the last of a name holds."""
    return {attribute.name: attribute.value or "" for attribute in listed or ()}


def schema_of(pool: Pool) -> dict[str, api.SchemaAttributeType]:
    """The pool's schema by attribute name, standard and custom."""
    return {each.name: each for each in pool.description.schema_attributes or () if each.name}


def missing_required(pool: Pool, attributes: Mapping[str, str]) -> list[str]:
    """Required attributes that have no value yet."""
    required = (name for name, each in schema_of(pool).items() if each.required)
    return [name for name in required if name != "sub" and not attributes.get(name)]


def require_complete(pool: Pool, attributes: Mapping[str, str]) -> None:
    """Raises InvalidParameterException naming every required attribute that is missing."""
    _refuse([f"{name}: The attribute is required" for name in missing_required(pool, attributes)])


def require_valid(pool: Pool, attributes: Mapping[str, str]) -> None:
    """Raises InvalidParameterException naming what the schema does not allow; blank values pass."""
    schema = schema_of(pool)
    faults = [
        f"{name}: {fault}" for name, value in attributes.items() if (fault := _fault(schema, name, value))
    ]
    _refuse(faults)
    if attributes.get("email") and not is_email(attributes["email"]):
        raise api.errors.InvalidParameterException("Invalid email address format.")
    if attributes.get("phone_number") and not is_phone_number(attributes["phone_number"]):
        raise api.errors.InvalidParameterException("Invalid phone number format.")


def require_writable(client: Client, names: Iterable[str]) -> None:
    """Raises NotAuthorizedException when the client may not write one of these attributes."""
    if not all(_is_writable(client, name) for name in names):
        raise api.errors.NotAuthorizedException("A client attempted to write unauthorized attribute")


def readable(client: Client, attributes: Mapping[str, str]) -> dict[str, str]:
    """What of a user's attributes the client may see."""
    allowed = client.description.read_attributes
    return {name: value for name, value in attributes.items() if not allowed or name in allowed}


def first(pool: Pool, attributes: Mapping[str, str]) -> dict[str, str]:
    """A new user's attributes, checked and in their stored form; blank ones are left out."""
    require_valid(pool, attributes)
    if "sub" in attributes:
        _refuse(["sub: Attribute cannot be updated."])
    return _settled({}, _normalised(pool, attributes))


def changed(pool: Pool, current: Mapping[str, str], changes: Mapping[str, str]) -> dict[str, str]:
    """Attributes after a change: a blank value removes, a new address counts as not verified.

    Raises:
        InvalidParameterException: unknown, malformed, immutable, or a required one would go.
    """
    require_valid(pool, changes)
    schema = schema_of(pool)
    _refuse(
        [
            f"{name}: Attribute cannot be updated."
            for name, value in changes.items()
            if schema[name].mutable is False and value != current.get(name)
        ]
    )
    _refuse(
        [
            f"{name}: The attribute is required"
            for name, value in changes.items()
            if not value and schema[name].required
        ]
    )
    return _settled(current, _normalised(pool, changes))


def without(pool: Pool, current: Mapping[str, str], names: Iterable[str]) -> dict[str, str]:
    """Attributes after some were deleted; an address takes its verification along."""
    return changed(pool, current, dict.fromkeys(names, ""))


def _settled(current: Mapping[str, str], changes: Mapping[str, str]) -> dict[str, str]:
    merged = {name: value for name, value in {**current, **changes}.items() if value}
    for address, flag in VERIFIED_FLAGS.items():
        if address not in merged:
            if changes.get(flag) == "true":
                raise api.errors.InvalidParameterException(f"{flag} is true, but there is no {address}")
            merged.pop(flag, None)
        elif merged[address] != current.get(address):
            merged[flag] = changes.get(flag) or "false"
    return merged


def _normalised(pool: Pool, attributes: Mapping[str, str]) -> dict[str, str]:
    schema = schema_of(pool)
    return {
        name: value.lower() if schema[name].attribute_data_type == "Boolean" else value
        for name, value in attributes.items()
    }


def _is_writable(client: Client, name: str) -> bool:
    if name in _NEVER_BY_CLIENTS or name.startswith(_DEVELOPER_ONLY):
        return False
    allowed = client.description.write_attributes
    return not allowed or name in allowed


def _refuse(faults: Sequence[str]) -> None:
    if faults:
        text = "\n".join(faults)
        raise api.errors.InvalidParameterException(f"Attributes did not conform to the schema: {text}")


def _fault(schema: Mapping[str, api.SchemaAttributeType], name: str, value: str) -> str | None:
    attribute = schema.get(name)
    if attribute is None:
        return "Attribute does not exist in the schema."
    if not value:
        return None
    if len(value.encode("utf-8", "surrogatepass")) > LONGEST_VALUE:
        return f"Attribute value must not be longer than {LONGEST_VALUE} bytes."
    match attribute.attribute_data_type:
        case "Boolean":
            return None if value.lower() in {"true", "false"} else "Attribute value must be true or false."
        case "Number":
            return _number_fault(attribute, value)
        case "DateTime":
            return None if _is_date(value) else "Attribute value must be a date and time."
        case _:
            return _length_fault(attribute, value)


def _number_fault(attribute: api.SchemaAttributeType, value: str) -> str | None:
    if _NUMBER.fullmatch(value) is None:
        return "Attribute value must be a number."
    limits = attribute.number_attribute_constraints or api.NumberAttributeConstraintsType()
    least, most = _decimal(limits.min_value), _decimal(limits.max_value)
    number = Decimal(value)
    if least is not None and number < least:
        return f"Attribute value must not be less than {least}."
    if most is not None and number > most:
        return f"Attribute value must not be greater than {most}."
    return None


def _length_fault(attribute: api.SchemaAttributeType, value: str) -> str | None:
    limits = attribute.string_attribute_constraints or api.StringAttributeConstraintsType()
    shortest, longest = _decimal(limits.min_length), _decimal(limits.max_length)
    if shortest is not None and len(value) < shortest:
        return f"String must be at least {shortest} characters long."
    if longest is not None and len(value) > longest:
        return f"String must be no longer than {longest} characters."
    return None


def _decimal(text: str | None) -> Decimal | None:
    if not text:
        return None
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


def _is_date(value: str) -> bool:
    if _NUMBER.fullmatch(value):
        return True  # epoch
    try:
        datetime.fromisoformat(value[:_LONGEST_DATE])
    except ValueError:
        return False
    return len(value) <= _LONGEST_DATE
