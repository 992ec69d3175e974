"""What an app client's settings become: defaults filled in, members held against each other and the pool."""

from urllib.parse import urlsplit

from msgspec.structs import replace

from riskengine import api
from riskengine.entities import Client, Pool
from riskengine.flows.attributes import schema_of
from riskengine.flows.client_tokens import FLOW as CLIENT_TOKEN_FLOW
from riskengine.flows.token_issuer import lifetimes_of
from riskengine.storage.interface import Reader
from riskengine.tokens.validity import out_of_range

CreateOrUpdate = api.CreateUserPoolClientRequest | api.UpdateUserPoolClientRequest

DEFAULT_FLOWS = ("ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_USER_SRP_AUTH", "ALLOW_CUSTOM_AUTH")
_REFRESH = "ALLOW_REFRESH_TOKEN_AUTH"
_DEFAULT_REFRESH_DAYS = 30
_DEFAULT_SESSION_MINUTES = 3
_NOT_WRITABLE = frozenset({"sub", "email_verified", "phone_number_verified"})
_STANDARD_SCOPES = frozenset({"phone", "email", "openid", "profile", "aws.cognito.signin.user.admin"})
_OWN_USERS = "COGNITO"
_SCRIPTS = frozenset({"javascript", "data", "vbscript", "blob", "about", "file"})
_LOCAL_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})


def described(request: CreateOrUpdate, before: api.UserPoolClientType) -> api.UserPoolClientType:
    """The settings a request asks for; what it leaves out has its default, but for name, id and secret."""
    return replace(
        before,
        client_name=request.client_name or before.client_name,
        refresh_token_validity=request.refresh_token_validity or _default_refresh(request),
        access_token_validity=request.access_token_validity,
        id_token_validity=request.id_token_validity,
        token_validity_units=request.token_validity_units or api.TokenValidityUnitsType(),
        read_attributes=request.read_attributes,
        write_attributes=request.write_attributes,
        explicit_auth_flows=_flows(request),
        supported_identity_providers=request.supported_identity_providers,
        callback_urls=request.callback_urls,
        logout_urls=request.logout_urls,
        default_redirect_uri=request.default_redirect_uri,
        allowed_o_auth_flows=request.allowed_o_auth_flows,
        allowed_o_auth_scopes=request.allowed_o_auth_scopes,
        allowed_o_auth_flows_user_pool_client=bool(request.allowed_o_auth_flows_user_pool_client),
        analytics_configuration=request.analytics_configuration,
        prevent_user_existence_errors=request.prevent_user_existence_errors,
        enable_token_revocation=request.enable_token_revocation is not False,
        enable_propagate_additional_user_context_data=bool(
            request.enable_propagate_additional_user_context_data
        ),
        auth_session_validity=request.auth_session_validity or _DEFAULT_SESSION_MINUTES,
        refresh_token_rotation=request.refresh_token_rotation,
    )


def require_consistent(client: Client, pool: Pool) -> None:
    """Refuse settings that contradict each other or their pool.

    Raises:
        InvalidParameterException, InvalidOAuthFlowException, FeatureUnavailableInTierException: the
        first contradiction found.
    """
    if out_of_range(lifetimes_of(client)):
        raise api.errors.InvalidParameterException("Invalid range for token validity.")
    _require_flows(client.description, pool)
    if CLIENT_TOKEN_FLOW in (client.description.explicit_auth_flows or ()) and not client.secrets:
        raise api.errors.InvalidParameterException(f"{CLIENT_TOKEN_FLOW} needs a client with a secret.")
    _require_attributes(client.description, pool)
    _require_oauth(client)
    _require_redirects(client.description)
    if client.description.enable_propagate_additional_user_context_data and not client.secrets:
        raise api.errors.InvalidParameterException(
            "EnablePropagateAdditionalUserContextData needs a client with a secret."
        )


async def require_known(reader: Reader, client: Client) -> None:
    """Refuse identity providers and scopes that the client's pool does not have.

    Raises:
        InvalidParameterException, ScopeDoesNotExistException: the first one that is missing.
    """
    for name in client.description.supported_identity_providers or ():
        if name != _OWN_USERS and await reader.identity_providers.find(client.pool, name) is None:
            raise api.errors.InvalidParameterException(
                f"The provider {name} does not exist for User Pool {client.pool}."
            )
    for scope in client.description.allowed_o_auth_scopes or ():
        if scope not in _STANDARD_SCOPES and not await _is_custom_scope(reader, client.pool, scope):
            raise api.errors.ScopeDoesNotExistException(f"Invalid scope requested: {scope}")


async def _is_custom_scope(reader: Reader, pool_id: str, scope: str) -> bool:
    # A scope's name has no slash, the identifier of its resource server may have.
    identifier, _, name = scope.rpartition("/")
    server = await reader.resource_servers.find(pool_id, identifier)
    return server is not None and any(each.name == name for each in server.scopes)


def _default_refresh(request: CreateOrUpdate) -> int:
    # Thirty days, in whatever unit the client counts.
    unit = request.token_validity_units.refresh_token if request.token_validity_units else None
    per_day = {"hours": 24, "minutes": 24 * 60, "seconds": 24 * 60 * 60}
    return _DEFAULT_REFRESH_DAYS * per_day.get(unit or "days", 1)


def _is_rotating(description: CreateOrUpdate | api.UserPoolClientType) -> bool:
    rotation = description.refresh_token_rotation
    return rotation is not None and rotation.feature == "ENABLED"


def _flows(request: CreateOrUpdate) -> list[str]:
    if request.explicit_auth_flows:
        return list(dict.fromkeys(request.explicit_auth_flows))
    return [flow for flow in DEFAULT_FLOWS if flow != _REFRESH or not _is_rotating(request)]


def _require_flows(description: api.UserPoolClientType, pool: Pool) -> None:
    flows = description.explicit_auth_flows or []
    modern = [flow for flow in flows if flow.startswith("ALLOW_")]
    if modern and len(modern) < len(flows):
        raise api.errors.InvalidParameterException(
            "ExplicitAuthFlows may not mix flows that start with ALLOW_ with those that do not."
        )
    if CLIENT_TOKEN_FLOW in flows and len(flows) > 1:
        raise api.errors.InvalidParameterException(f"{CLIENT_TOKEN_FLOW} excludes every other flow.")
    if not _is_rotating(description):
        return
    if pool.description.user_pool_tier == "LITE":
        raise api.errors.FeatureUnavailableInTierException("Refresh token rotation is not part of tier LITE.")
    if _REFRESH in flows:
        raise api.errors.InvalidParameterException(
            f"Refresh token rotation excludes {_REFRESH}: use GetTokensFromRefreshToken."
        )


def _require_attributes(description: api.UserPoolClientType, pool: Pool) -> None:
    schema = schema_of(pool)
    if not schema.keys() >= set(description.read_attributes or ()):
        raise api.errors.InvalidParameterException("Invalid read attributes specified for the client.")
    writable = {name for name, each in schema.items() if not each.developer_only_attribute} - _NOT_WRITABLE
    required = {name for name, each in schema.items() if each.required} - _NOT_WRITABLE
    named = set(description.write_attributes or ())
    if named and not required <= named <= writable:
        raise api.errors.InvalidParameterException("Invalid write attributes specified for the client.")


def _require_oauth(client: Client) -> None:
    description = client.description
    flows = description.allowed_o_auth_flows or []
    scopes = description.allowed_o_auth_scopes or []
    if description.allowed_o_auth_flows_user_pool_client and not (flows and scopes):
        raise api.errors.InvalidParameterException(
            "AllowedOAuthFlows and AllowedOAuthScopes are required "
            "if user pool client is allowed to use OAuth flows."
        )
    if "client_credentials" in flows:
        if len(flows) > 1:
            raise api.errors.InvalidOAuthFlowException(
                "client_credentials flow can not be selected along with code flow or implicit flow."
            )
        if not client.secrets:
            raise api.errors.InvalidOAuthFlowException(
                "client_credentials flow can not be selected if client does not have a client secret."
            )
        if _STANDARD_SCOPES.intersection(scopes):
            raise api.errors.InvalidOAuthFlowException(
                "client_credentials flow can be selected with custom scopes only."
            )
    elif flows and not description.callback_urls:
        raise api.errors.InvalidParameterException(
            "CallbackURLs are required for the code and implicit flows."
        )


def _require_redirects(description: api.UserPoolClientType) -> None:
    callbacks = description.callback_urls or []
    for url in [*callbacks, *(description.logout_urls or [])]:
        if not _is_redirect(url):
            raise api.errors.InvalidParameterException(f"{url} is not an allowed redirect URL.")
    default = description.default_redirect_uri
    if default is not None and default not in callbacks:
        raise api.errors.InvalidParameterException("DefaultRedirectURI must be one of the CallbackURLs.")


def _is_redirect(url: str) -> bool:
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return False
    if not parts.scheme or parts.fragment or "#" in url:
        return False
    if parts.scheme in _SCRIPTS:
        return False
    if parts.scheme == "http":
        return host in _LOCAL_HOSTS
    return parts.scheme != "https" or bool(host)
