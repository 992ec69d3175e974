"""An identity provider that a user pool trusts."""

from typing import Literal

from msgspec import Struct

ProviderType = Literal["SAML", "Facebook", "Google", "LoginWithAmazon", "SignInWithApple", "OIDC"]


class IdentityProvider(Struct, frozen=True, kw_only=True):
    """An identity provider. `details` are its ProviderDetails, sealed: they hold the client's secret."""

    pool: str
    name: str
    created: int
    modified: int
    type: ProviderType
    details: bytes
    attribute_mapping: dict[str, str] = {}
    identifiers: tuple[str, ...] = ()  # each is one provider's alone in the pool
    acr_mapping: dict[str, str] = {}
    version: int = 0
