"""Resource servers, identity providers, domains, looks and terms for the storage contract."""

from typing import Any

from stored_things import NOW, POOL

from riskengine import api
from riskengine.entities import (
    Branding,
    Domain,
    IdentityProvider,
    ResourceServer,
    ResourceServerScope,
    Terms,
    UiCustomization,
)

_WHEN = {"created": NOW, "modified": NOW}


def a_server(identifier: str = "https://api.example.org", **over: Any) -> ResourceServer:
    scopes = (ResourceServerScope("read", "Read all"),)
    return ResourceServer(
        **{"pool": POOL, "identifier": identifier, **_WHEN, "name": "api", "scopes": scopes, **over}
    )


def a_provider(name: str = "Okta", **over: Any) -> IdentityProvider:
    return IdentityProvider(
        **{
            "pool": POOL,
            "name": name,
            **_WHEN,
            "type": "OIDC",
            "details": b"\0sealed",
            "attribute_mapping": {"email": "mail"},
            "identifiers": ("example.org", "okta"),
            "acr_mapping": {"Level1": "pwd"},
            **over,
        }
    )


def a_domain(name: str = "login", **over: Any) -> Domain:
    custom = api.CustomDomainConfigType(certificate_arn="arn:aws:acm:us-east-1:000000000000:certificate/1")
    return Domain(**{"name": name, "pool": POOL, **_WHEN, "custom": custom, **over})


def a_ui(client: str = "", **over: Any) -> UiCustomization:
    return UiCustomization(
        **{"pool": POOL, "client": client, **_WHEN, "css": ".x{}", "image": b"\0png", **over}
    )


def a_branding(id_: str = "branding-1", **over: Any) -> Branding:
    asset = api.AssetType(category="FORM_LOGO", color_mode="DARK", extension="PNG", bytes_=b"\0png")
    return Branding(
        **{
            "pool": POOL,
            "id": id_,
            "client": "client-1",
            **_WHEN,
            "settings": b'{"a":1}',
            "assets": (asset,),
            **over,
        }
    )


def a_terms(id_: str = "terms-1", **over: Any) -> Terms:
    return Terms(
        **{
            "pool": POOL,
            "id": id_,
            "client": "client-1",
            **_WHEN,
            "name": "terms-of-use",
            "source": "LINK",
            "enforcement": "NONE",
            "links": {"cognito:default": "https://example.org/terms"},
            **over,
        }
    )
