"""Second factors: of a pool, and of its users."""

from msgspec.structs import replace

from riskengine import api
from riskengine.entities import Pool
from riskengine.flows import first_factors, lookup, mfa
from riskengine.flows.sign_in import mfa_session
from riskengine.operations.again import serialised
from riskengine.operations.call import Call
from riskengine.operations.registry import Operations

operation = Operations()


@operation
async def get_user_pool_mfa_config(
    call: Call, request: api.GetUserPoolMfaConfigRequest
) -> api.GetUserPoolMfaConfigResponse:
    """Which factors a pool offers, and whether one is asked."""
    pool = await lookup.pool(call.storage, request.user_pool_id)
    return api.GetUserPoolMfaConfigResponse(
        sms_mfa_configuration=_sms(pool),
        software_token_mfa_configuration=pool.software_token_configuration,
        email_mfa_configuration=pool.email_mfa_configuration,
        mfa_configuration=pool.mfa,
        web_authn_configuration=pool.web_authn_configuration,
    )


@operation
async def set_user_pool_mfa_config(
    call: Call, request: api.SetUserPoolMfaConfigRequest
) -> api.SetUserPoolMfaConfigResponse:
    """Replace a pool's factors; those left out are off, MfaConfiguration left out stays."""
    async with call.storage.transaction() as tx:
        pool = _configured(await lookup.pool(tx, request.user_pool_id), request, call.now)
        tx.pools.save(pool)
    return api.SetUserPoolMfaConfigResponse(
        sms_mfa_configuration=_sms(pool),
        software_token_mfa_configuration=pool.software_token_configuration,
        email_mfa_configuration=pool.email_mfa_configuration,
        mfa_configuration=pool.mfa,
        web_authn_configuration=pool.web_authn_configuration,
    )


@operation
async def associate_software_token(
    call: Call, request: api.AssociateSoftwareTokenRequest
) -> api.AssociateSoftwareTokenResponse:
    """A new secret for an authenticator app: of the signed-in user, or in the middle of a sign-in."""
    if request.session is not None:
        code, session = await mfa_session.associate(call.services, request.session, call.now)
        return api.AssociateSoftwareTokenResponse(secret_code=code, session=session)
    user = call.signed_in.user
    async with call.storage.transaction() as tx:
        pool = await lookup.pool(tx, user.pool)
        user, code = mfa.associate(call.services, pool, user)
        tx.users.save(user)
    return api.AssociateSoftwareTokenResponse(secret_code=code)


@operation
async def verify_software_token(
    call: Call, request: api.VerifySoftwareTokenRequest
) -> api.VerifySoftwareTokenResponse:
    """See a code of the new secret; from then on the app can be asked for codes."""
    name = request.friendly_device_name
    if request.session is not None:
        session = await mfa_session.verify(call.services, request.session, request.user_code, name, call.now)
        return api.VerifySoftwareTokenResponse(status="SUCCESS", session=session)
    user = call.signed_in.user
    async with call.storage.transaction() as tx:
        pool = await lookup.pool(tx, user.pool)
        tx.users.save(mfa.verify(call.services, pool, user, request.user_code, call.now, device_name=name))
    return api.VerifySoftwareTokenResponse(status="SUCCESS")


@operation
@serialised
async def set_user_mfa_preference(
    call: Call, request: api.SetUserMFAPreferenceRequest
) -> api.SetUserMFAPreferenceResponse:
    """Switch the caller's own factors on or off."""
    user = call.signed_in.user
    async with call.storage.transaction() as tx:
        pool = await lookup.pool(tx, user.pool)
        tx.users.save(mfa.prefer(pool, user, _wishes(request), call.now))
    return api.SetUserMFAPreferenceResponse()


@operation
@serialised
async def admin_set_user_mfa_preference(
    call: Call, request: api.AdminSetUserMFAPreferenceRequest
) -> api.AdminSetUserMFAPreferenceResponse:
    """Switch a user's factors on or off."""
    async with call.storage.transaction() as tx:
        pool = await lookup.pool(tx, request.user_pool_id)
        user = await lookup.user(tx, pool, request.username)
        tx.users.save(mfa.prefer(pool, user, _wishes(request), call.now))
    return api.AdminSetUserMFAPreferenceResponse()


@operation
@serialised
async def admin_delete_software_token(
    call: Call, request: api.AdminDeleteSoftwareTokenRequest
) -> api.AdminDeleteSoftwareTokenResponse:
    """Take a user's authenticator app away, e.g. when the phone is lost."""
    async with call.storage.transaction() as tx:
        pool = await lookup.pool(tx, request.user_pool_id)
        user = await lookup.user(tx, pool, request.username)
        tx.users.save(mfa.without_software_token(user, call.now))
    return api.AdminDeleteSoftwareTokenResponse()


@operation
async def get_user_auth_factors(
    call: Call,
    request: api.GetUserAuthFactorsRequest,  # noqa: ARG001 - its token was read by the gateway
) -> api.GetUserAuthFactorsResponse:
    """By what the caller can sign in, and which second factors are on."""
    user = call.signed_in.user
    pool = await lookup.pool(call.storage, user.pool)
    return api.GetUserAuthFactorsResponse(
        username=user.username,
        preferred_mfa_setting=user.mfa_preferred,
        user_mfa_setting_list=list(user.mfa_enabled) or None,
        configured_user_auth_factors=await first_factors.configured(call.storage, pool, user),
    )


@operation
async def admin_get_user_auth_factors(
    call: Call, request: api.AdminGetUserAuthFactorsRequest
) -> api.AdminGetUserAuthFactorsResponse:
    """By what a user can sign in, and which second factors are on."""
    pool = await lookup.pool(call.storage, request.user_pool_id)
    user = await lookup.user(call.storage, pool, request.username)
    return api.AdminGetUserAuthFactorsResponse(
        username=user.username,
        preferred_mfa_setting=user.mfa_preferred,
        user_mfa_setting_list=list(user.mfa_enabled) or None,
        configured_user_auth_factors=await first_factors.configured(call.storage, pool, user),
    )


def _wishes(
    request: api.SetUserMFAPreferenceRequest | api.AdminSetUserMFAPreferenceRequest,
) -> list[mfa.Wish]:
    if request.web_authn_mfa_settings is not None:
        raise api.errors.InvalidParameterException(
            "A passkey is a second factor by the pool's WebAuthnConfiguration, not by a user's preference."
        )
    wishes = []
    sms, token, email = (
        request.sms_mfa_settings,
        request.software_token_mfa_settings,
        request.email_mfa_settings,
    )
    if sms is not None:
        wishes.append(mfa.Wish("SMS_MFA", bool(sms.enabled), bool(sms.preferred_mfa)))
    if token is not None:
        wishes.append(mfa.Wish("SOFTWARE_TOKEN_MFA", bool(token.enabled), bool(token.preferred_mfa)))
    if email is not None:
        wishes.append(mfa.Wish("EMAIL_OTP", bool(email.enabled), bool(email.preferred_mfa)))
    return wishes


def _configured(pool: Pool, request: api.SetUserPoolMfaConfigRequest, now: int) -> Pool:
    token, sms = request.software_token_mfa_configuration, request.sms_mfa_configuration
    email = request.email_mfa_configuration
    mode = request.mfa_configuration or pool.mfa
    has_token = token is not None and bool(token.enabled)
    has_factor = has_token or sms is not None or email is not None
    _require_deliverable(pool, request)
    if mode == "OFF" and has_factor and request.mfa_configuration:
        raise api.errors.InvalidParameterException(
            "Invalid MFA configuration given, can't turn off MFA and configure an MFA together."
        )
    if mode != "OFF" and not has_factor:
        raise api.errors.InvalidParameterException(
            "Invalid MFA configuration given, can't disable all MFAs and require an MFA together."
        )
    description = replace(pool.description, mfa_configuration=mode)
    if sms is not None:
        description = replace(
            description,
            sms_configuration=sms.sms_configuration or description.sms_configuration,
            sms_authentication_message=sms.sms_authentication_message
            or description.sms_authentication_message,
        )
    return replace(
        pool,
        description=description,
        is_software_token_enabled=has_token,
        software_token_configuration=token,
        sms_mfa_configuration=sms,
        email_mfa_configuration=email,
        web_authn_configuration=request.web_authn_configuration or pool.web_authn_configuration,
        modified=now,
    )


def _require_deliverable(pool: Pool, request: api.SetUserPoolMfaConfigRequest) -> None:
    sms, email = request.sms_mfa_configuration, request.email_mfa_configuration
    if sms is not None and not (sms.sms_configuration or pool.description.sms_configuration):
        raise api.errors.InvalidParameterException("SMS MFA needs an SmsConfiguration.")
    if email is None:
        return
    if pool.description.user_pool_tier == "LITE":
        raise api.errors.FeatureUnavailableInTierException("E-mail MFA is not part of tier LITE.")
    sender = pool.description.email_configuration
    if sender is None or sender.email_sending_account != "DEVELOPER":
        raise api.errors.InvalidParameterException(
            "E-mail MFA needs an EmailConfiguration with EmailSendingAccount DEVELOPER."
        )


def _sms(pool: Pool) -> api.SmsMfaConfigType | None:
    if pool.sms_mfa_configuration is None:
        return None
    return api.SmsMfaConfigType(
        sms_authentication_message=pool.description.sms_authentication_message,
        sms_configuration=pool.description.sms_configuration,
    )
