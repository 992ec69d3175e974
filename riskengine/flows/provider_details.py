"""What an identity provider must say of itself, what is known of it anyway, and how both are kept."""

from collections.abc import Mapping
from urllib.parse import urlsplit

import msgspec

from riskengine import api
from riskengine.base.secret import Secret
from riskengine.entities import IdentityProvider, ProviderType
from riskengine.flows import saml_metadata
from riskengine.flows.plain_xml import XmlError
from riskengine.flows.services import Services

_PURPOSE = "identity-provider"
_MOST = 64
_LOCAL_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})
_HIDDEN = frozenset({"private_key"})  # taken, never answered
_DEFAULT_FACEBOOK = "v17.0"
_FLAGS = ("IDPInit", "IDPSignout", "EncryptedResponses")

_WITH_SECRET = ("client_id", "client_secret", "authorize_scopes")
_REQUIRED: Mapping[ProviderType, tuple[str, ...]] = {
    "Facebook": _WITH_SECRET,
    "Google": _WITH_SECRET,
    "LoginWithAmazon": _WITH_SECRET,
    "SignInWithApple": ("client_id", "team_id", "key_id", "private_key", "authorize_scopes"),
    "OIDC": ("client_id", "authorize_scopes", "oidc_issuer", "attributes_request_method"),
    "SAML": (),
}
_URLS = ("oidc_issuer", "authorize_url", "token_url", "attributes_url", "jwks_uri")

_KNOWN: Mapping[ProviderType, Mapping[str, str]] = {
    "Google": {
        "attributes_url": "https://people.googleapis.com/v1/people/me?personFields=",
        "attributes_url_add_attributes": "true",
        "authorize_url": "https://accounts.google.com/o/oauth2/v2/auth",
        "oidc_issuer": "https://accounts.google.com",
        "token_request_method": "POST",
        "token_url": "https://www.googleapis.com/oauth2/v4/token",
    },
    "LoginWithAmazon": {
        "attributes_url": "https://api.amazon.com/user/profile",
        "attributes_url_add_attributes": "false",
        "authorize_url": "https://www.amazon.com/ap/oa",
        "token_request_method": "POST",
        "token_url": "https://api.amazon.com/auth/o2/token",
    },
    "SignInWithApple": {
        "attributes_url_add_attributes": "false",
        "authorize_url": "https://appleid.apple.com/auth/authorize",
        "oidc_issuer": "https://appleid.apple.com",
        "token_request_method": "POST",
        "token_url": "https://appleid.apple.com/auth/token",
    },
    "OIDC": {"attributes_url_add_attributes": "false"},
}


def complete(kind: ProviderType, given: Mapping[str, str]) -> dict[str, str]:
    """A provider's details with what is known of its kind; nothing is fetched from elsewhere.

    An OIDC issuer's discovery document and a SAML MetadataURL are read at the first sign-in.

    Raises:
        InvalidParameterException: something required is missing, or does not hold together.
    """
    if len(given) > _MOST:
        raise api.errors.InvalidParameterException(f"ProviderDetails has at most {_MOST} entries.")
    required = _REQUIRED[kind]
    if not all(given.get(name, "").strip() for name in required):
        names = f"{', '.join(required[:-1])} and {required[-1]}"
        raise api.errors.InvalidParameterException(f"{names} are all required idp details.")
    if kind == "SAML":
        return _saml(given)
    details = {**_known(kind, given), **given}
    for name in _URLS:
        if name in details:
            _require_url(name, details[name])
    if kind == "OIDC":
        _require_openid(details)
    return details


def sealed(services: Services, pool: str, name: str, details: Mapping[str, str]) -> bytes:
    """Details as they are stored."""
    return services.sealer.seal(_PURPOSE, msgspec.msgpack.encode(details), _context(pool, name))


def opened(services: Services, provider: IdentityProvider) -> dict[str, str]:
    """A stored provider's details, secrets in the clear."""
    context = _context(provider.pool, provider.name)
    data = services.sealer.open(_PURPOSE, provider.details, context)
    return msgspec.msgpack.decode(data, type=dict[str, str])


def shown(details: Mapping[str, str]) -> dict[str, Secret]:
    """Details as operators read them: with the client's secret, without private keys."""
    return {name: Secret(value) for name, value in details.items() if name not in _HIDDEN}


def replaced(before: Mapping[str, str], given: Mapping[str, str]) -> dict[str, str]:
    """New details in place of old ones; what is never answered need not be given again."""
    kept = {name: before[name] for name in _HIDDEN if name in before}
    return {**kept, **given}


def _context(pool: str, name: str) -> bytes:
    return f"{pool}/{name}".encode()


def _known(kind: ProviderType, given: Mapping[str, str]) -> Mapping[str, str]:
    if kind != "Facebook":
        return _KNOWN.get(kind, {})
    version = given.get("api_version") or _DEFAULT_FACEBOOK
    return {
        "api_version": version,
        "attributes_url": f"https://graph.facebook.com/{version}/me?fields=",
        "attributes_url_add_attributes": "true",
        "authorize_url": f"https://www.facebook.com/{version}/dialog/oauth",
        "token_request_method": "GET",
        "token_url": f"https://graph.facebook.com/{version}/oauth/access_token",
    }


def _require_openid(details: Mapping[str, str]) -> None:
    if details["attributes_request_method"] not in {"GET", "POST"}:
        raise api.errors.InvalidParameterException("attributes_request_method must be GET or POST.")
    if "openid" not in details["authorize_scopes"].split():
        raise api.errors.InvalidParameterException("authorize_scopes must include openid.")


def _saml(given: Mapping[str, str]) -> dict[str, str]:
    url, file = given.get("MetadataURL"), given.get("MetadataFile")
    if bool(url) == bool(file):
        raise api.errors.InvalidParameterException(
            "SAML providers need either MetadataURL or MetadataFile in ProviderDetails."
        )
    for name in _FLAGS:
        if given.get(name, "false").lower() not in {"true", "false"}:
            raise api.errors.InvalidParameterException(f"{name} must be true or false.")
    if given.get("RequestSigningAlgorithm", "rsa-sha256") != "rsa-sha256":
        raise api.errors.InvalidParameterException("RequestSigningAlgorithm must be rsa-sha256.")
    if url:
        _require_url("MetadataURL", url)
    return {**given, **_of_file(file)} if file else dict(given)


def _of_file(file: str) -> dict[str, str]:
    try:
        metadata = saml_metadata.read(file)
    except XmlError as error:
        raise api.errors.InvalidParameterException(f"Invalid SAML metadata: {error}.") from None
    places = {"SSORedirectBindingURI": metadata.sign_on, "SLORedirectBindingURI": metadata.sign_out}
    return {name: place for name, place in places.items() if place is not None}


def _require_url(name: str, url: str) -> None:
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        host = None
    if not host or not (parts.scheme == "https" or (parts.scheme == "http" and host in _LOCAL_HOSTS)):
        raise api.errors.InvalidParameterException(f"{name} must be an https URL.")
