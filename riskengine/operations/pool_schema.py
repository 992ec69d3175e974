"""A pool's schema: the standard attributes, as the pool adjusts them, and its own."""

from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from riskengine import api

MOST_CUSTOM = 50
_CUSTOM = "custom:"
_DEVELOPER_ONLY = "dev:"


def _text(name: str, shortest: str = "0", longest: str = "2048") -> api.SchemaAttributeType:
    limits = api.StringAttributeConstraintsType(min_length=shortest, max_length=longest)
    return _attribute(name, "String", text_limits=limits)


def _attribute(
    name: str,
    kind: str,
    *,
    text_limits: api.StringAttributeConstraintsType | None = None,
    number_limits: api.NumberAttributeConstraintsType | None = None,
) -> api.SchemaAttributeType:
    return api.SchemaAttributeType(
        name=name,
        attribute_data_type=kind,
        developer_only_attribute=False,
        mutable=True,
        required=False,
        string_attribute_constraints=text_limits,
        number_attribute_constraints=number_limits,
    )


STANDARD: tuple[api.SchemaAttributeType, ...] = (
    replace(_text("sub", shortest="1"), mutable=False, required=True),
    _text("name"),
    _text("given_name"),
    _text("family_name"),
    _text("middle_name"),
    _text("nickname"),
    _text("preferred_username"),
    _text("profile"),
    _text("picture"),
    _text("website"),
    _text("email"),
    _attribute("email_verified", "Boolean"),
    _text("gender"),
    _text("birthdate", shortest="10", longest="10"),
    _text("zoneinfo"),
    _text("locale"),
    _text("phone_number"),
    _attribute("phone_number_verified", "Boolean"),
    _text("address"),
    _attribute("updated_at", "Number", number_limits=api.NumberAttributeConstraintsType(min_value="0")),
)
_STANDARD_NAMES = frozenset(attribute.name for attribute in STANDARD)


def complete(asked: Sequence[api.SchemaAttributeType] | None) -> list[api.SchemaAttributeType]:
    """The whole schema of a new pool.

    Raises:
        InvalidParameterException: a standard attribute is changed in what is fixed, or a custom one is wrong.
    """
    adjusted = {each.name: each for each in asked or () if each.name in _STANDARD_NAMES}
    own = [each for each in asked or () if each.name not in _STANDARD_NAMES]
    standard = [_adjusted(each, adjusted.get(each.name)) for each in STANDARD]
    return extended(standard, own)


def extended(
    schema: Sequence[api.SchemaAttributeType], own: Iterable[api.SchemaAttributeType]
) -> list[api.SchemaAttributeType]:
    """A schema with further custom attributes.

    Raises:
        InvalidParameterException: a custom attribute is wrong, there already, or one too many.
    """
    grown = list(schema)
    names = {attribute.name for attribute in schema}
    for asked in own:
        attribute = _custom(asked)
        if attribute.name in names:
            raise api.errors.InvalidParameterException(
                f"{attribute.name}: Existing attribute already has this name."
            )
        names.add(attribute.name)
        grown.append(attribute)
    if len(grown) - len(STANDARD) > MOST_CUSTOM:
        raise api.errors.InvalidParameterException(
            f"A user pool has at most {MOST_CUSTOM} custom attributes."
        )
    return grown


def _adjusted(
    standard: api.SchemaAttributeType, asked: api.SchemaAttributeType | None
) -> api.SchemaAttributeType:
    if asked is None:
        return standard
    has_other_type = asked.attribute_data_type not in {None, standard.attribute_data_type}
    if standard.name == "sub" or has_other_type or asked.developer_only_attribute:
        raise api.errors.InvalidParameterException(
            f"Type and developerOnlyAttribute of the standard attribute {standard.name} cannot be changed."
        )
    text, number = asked.string_attribute_constraints, asked.number_attribute_constraints
    _require_ordered(asked)
    return replace(
        standard,
        mutable=standard.mutable if asked.mutable is None else asked.mutable,
        required=bool(asked.required),
        string_attribute_constraints=text or standard.string_attribute_constraints,
        number_attribute_constraints=number or standard.number_attribute_constraints,
    )


def _custom(asked: api.SchemaAttributeType) -> api.SchemaAttributeType:
    if not asked.name:
        raise api.errors.InvalidParameterException("A schema attribute needs a name.")
    if asked.required:
        raise api.errors.InvalidParameterException("Required custom attributes are not supported currently.")
    _require_ordered(asked)
    is_developer_only = bool(asked.developer_only_attribute)
    kind = asked.attribute_data_type or "String"
    name = asked.name.removeprefix(_DEVELOPER_ONLY).removeprefix(_CUSTOM)
    return api.SchemaAttributeType(
        name=f"{_DEVELOPER_ONLY if is_developer_only else ''}{_CUSTOM}{name}",
        attribute_data_type=kind,
        developer_only_attribute=is_developer_only,
        mutable=asked.mutable is not False,
        required=False,
        string_attribute_constraints=(
            asked.string_attribute_constraints or api.StringAttributeConstraintsType()
            if kind == "String"
            else None
        ),
        number_attribute_constraints=(
            asked.number_attribute_constraints or api.NumberAttributeConstraintsType()
            if kind == "Number"
            else None
        ),
    )


def _require_ordered(asked: api.SchemaAttributeType) -> None:
    text = asked.string_attribute_constraints or api.StringAttributeConstraintsType()
    number = asked.number_attribute_constraints or api.NumberAttributeConstraintsType()
    for low, high in ((text.min_length, text.max_length), (number.min_value, number.max_value)):
        least, most = _whole(asked.name, low), _whole(asked.name, high)
        if least is not None and most is not None and least > most:
            raise api.errors.InvalidParameterException(
                f"The least value allowed for {asked.name} is above the greatest."
            )


def _whole(name: str | None, text: str | None) -> int | None:
    if not text:
        return None
    if not text.removeprefix("-").isascii() or not text.removeprefix("-").isdigit() or len(text) > 20:
        raise api.errors.InvalidParameterException(f"The limits of {name} must be whole numbers.")
    return int(text)
