"""What a SAML identity provider's metadata document says (SAML 2.0 Metadata, section 2)."""

from dataclasses import dataclass

from riskengine.flows.plain_xml import Element, XmlError, elements

_METADATA = "urn:oasis:names:tc:SAML:2.0:metadata"
_ENTITY = f"{_METADATA} EntityDescriptor"
_ROLE = f"{_METADATA} IDPSSODescriptor"
_SIGN_ON = f"{_METADATA} SingleSignOnService"
_SIGN_OUT = f"{_METADATA} SingleLogoutService"
_REDIRECT = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"


@dataclass(frozen=True, slots=True)
class SamlMetadata:
    """An identity provider: its name, and where browsers are sent to."""

    entity_id: str
    sign_on: str | None
    sign_out: str | None


def read(document: str) -> SamlMetadata:
    """The first identity provider of a metadata document.

    Raises:
        XmlError: no readable XML, or none that describes an identity provider.
    """
    found = elements(document)
    entity = next((one for one in found if one.name == _ENTITY and one.attributes.get("entityID")), None)
    in_role = [one for one in found if one.within == (_ENTITY, _ROLE)]
    if entity is None or not any(one.name == _SIGN_ON for one in in_role):
        raise XmlError("no identity provider is described")
    return SamlMetadata(
        entity.attributes["entityID"], _redirect(in_role, _SIGN_ON), _redirect(in_role, _SIGN_OUT)
    )


def _redirect(services: list[Element], name: str) -> str | None:
    for one in services:
        if one.name == name and one.attributes.get("Binding") == _REDIRECT:
            return one.attributes.get("Location")
    return None
