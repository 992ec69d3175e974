"""What a pool's settings become: defaults filled in, members held against each other."""

from collections.abc import Mapping

from msgspec.structs import replace

from riskengine import api
from riskengine.entities import Pool, pool_choices

CreateOrUpdate = api.CreateUserPoolRequest | api.UpdateUserPoolRequest

_MOST_TAGS = 50
_RESERVED_TAG = "aws:"
_DEFAULT_LENGTH = 8
_DEFAULT_TEMPORARY_DAYS = 7
_ACR_NAMES = {f"Level{level}": f"urn:cognito:loa:{level}" for level in range(1, 5)}
_PHONE_THEN_EMAIL = api.AccountRecoverySettingType(
    recovery_mechanisms=[
        api.RecoveryOptionType(priority=1, name="verified_phone_number"),
        api.RecoveryOptionType(priority=2, name="verified_email"),
    ]
)


def described(request: CreateOrUpdate, before: api.UserPoolType | None = None) -> api.UserPoolType:
    """The settings a request asks for; what it leaves out has its default, not its old value.

    Kept from `before` all the same: tier, tags, and what only a creation can set.

    Raises:
        InvalidParameterException: members contradict each other.
        FeatureUnavailableInTierException: a setting is above the pool's tier.
    """
    kept = before or api.UserPoolType()
    days = _temporary_days(request)
    template = _message_template(request)
    settings = replace(
        kept,
        policies=_policies(request.policies, days),
        deletion_protection=request.deletion_protection or "INACTIVE",
        lambda_config=request.lambda_config or api.LambdaConfigType(),
        auto_verified_attributes=request.auto_verified_attributes,
        # The older members say what the template says.
        sms_verification_message=template.sms_message,
        email_verification_message=template.email_message,
        email_verification_subject=template.email_subject,
        verification_message_template=template,
        sms_authentication_message=request.sms_authentication_message,
        user_attribute_update_settings=request.user_attribute_update_settings
        or api.UserAttributeUpdateSettingsType(attributes_require_verification_before_update=[]),
        mfa_configuration=request.mfa_configuration or "OFF",
        device_configuration=request.device_configuration,
        email_configuration=_email(request.email_configuration),
        sms_configuration=request.sms_configuration,
        user_pool_tags=request.user_pool_tags
        if request.user_pool_tags is not None
        else kept.user_pool_tags or {},
        admin_create_user_config=_admin_create_user(request.admin_create_user_config, days),
        user_pool_add_ons=request.user_pool_add_ons,
        dcr_configuration=request.dcr_configuration,
        account_recovery_setting=request.account_recovery_setting or _PHONE_THEN_EMAIL,
        user_pool_tier=request.user_pool_tier or kept.user_pool_tier or "PLUS",
        key_configuration=request.key_configuration or kept.key_configuration,
        issuer_configuration=request.issuer_configuration or kept.issuer_configuration,
        acr_configuration=request.acr_configuration,
    )
    _require_consistent(settings)
    _require_possible(settings)
    _require_tier(settings)
    return settings


def require_tags(tags: Mapping[str, str] | None) -> None:
    """Raises InvalidParameterException for reserved names, senseless choices or more than fifty tags."""
    if any(name.lower().startswith(_RESERVED_TAG) for name in tags or ()):
        raise api.errors.InvalidParameterException(f"Tag keys that start with {_RESERVED_TAG} are reserved.")
    if len(tags or ()) > _MOST_TAGS:
        raise api.errors.InvalidParameterException(f"A user pool has at most {_MOST_TAGS} tags.")
    faults = [fault for name, value in (tags or {}).items() if (fault := pool_choices.fault_of(name, value))]
    if faults:
        raise api.errors.InvalidParameterException(" ".join(faults))


def _temporary_days(request: CreateOrUpdate) -> int:
    # Zero counts as not given; the policy's value wins over the older member.
    policy = request.policies.password_policy if request.policies else None
    older = request.admin_create_user_config
    return (
        (policy.temporary_password_validity_days if policy else None)
        or (older.unused_account_validity_days if older else None)
        or _DEFAULT_TEMPORARY_DAYS
    )


def _policies(asked: api.UserPoolPolicyType | None, days: int) -> api.UserPoolPolicyType:
    password = asked.password_policy if asked else None
    sign_in = asked.sign_in_policy if asked else None
    return api.UserPoolPolicyType(
        password_policy=_password_policy(password, days),
        sign_in_policy=sign_in or api.SignInPolicyType(allowed_first_auth_factors=["PASSWORD"]),
    )


def _password_policy(asked: api.PasswordPolicyType | None, days: int) -> api.PasswordPolicyType:
    # Without a policy all classes are required; a policy requires only what it names.
    every = asked is None
    asked = asked or api.PasswordPolicyType()
    return api.PasswordPolicyType(
        minimum_length=asked.minimum_length or _DEFAULT_LENGTH,
        require_uppercase=every or bool(asked.require_uppercase),
        require_lowercase=every or bool(asked.require_lowercase),
        require_numbers=every or bool(asked.require_numbers),
        require_symbols=every or bool(asked.require_symbols),
        password_history_size=asked.password_history_size,
        temporary_password_validity_days=days,
    )


def _message_template(request: CreateOrUpdate) -> api.VerificationMessageTemplateType:
    asked = request.verification_message_template or api.VerificationMessageTemplateType()
    return replace(
        asked,
        sms_message=asked.sms_message or request.sms_verification_message,
        email_message=asked.email_message or request.email_verification_message,
        email_subject=asked.email_subject or request.email_verification_subject,
        default_email_option=asked.default_email_option or "CONFIRM_WITH_CODE",
    )


def _email(asked: api.EmailConfigurationType | None) -> api.EmailConfigurationType:
    asked = asked or api.EmailConfigurationType()
    return replace(asked, email_sending_account=asked.email_sending_account or "COGNITO_DEFAULT")


def _admin_create_user(
    asked: api.AdminCreateUserConfigType | None, days: int
) -> api.AdminCreateUserConfigType:
    asked = asked or api.AdminCreateUserConfigType()
    return replace(
        asked,
        allow_admin_create_user_only=bool(asked.allow_admin_create_user_only),
        unused_account_validity_days=days,
    )


def _require_consistent(settings: api.UserPoolType) -> None:
    require_tags(settings.user_pool_tags)
    mechanisms = (
        settings.account_recovery_setting.recovery_mechanisms if settings.account_recovery_setting else None
    ) or []
    names = [mechanism.name for mechanism in mechanisms]
    if "admin_only" in names and len(names) > 1:
        raise api.errors.InvalidParameterException("The recovery mechanism admin_only excludes all others.")
    if len({mechanism.priority for mechanism in mechanisms}) < len(mechanisms) or len(set(names)) < len(
        names
    ):
        raise api.errors.InvalidParameterException("Recovery mechanisms and their priorities must be unique.")
    update = settings.user_attribute_update_settings
    held_back = set((update.attributes_require_verification_before_update if update else None) or ())
    if not held_back <= set(settings.auto_verified_attributes or ()):
        raise api.errors.InvalidParameterException(
            "AttributesRequireVerificationBeforeUpdate may name auto-verified attributes only."
        )
    _require_one_token_function(settings.lambda_config)
    email = settings.email_configuration
    if email and email.email_sending_account == "DEVELOPER" and not email.source_arn:
        raise api.errors.InvalidParameterException("SourceArn is required to send e-mail as DEVELOPER.")


def _require_possible(settings: api.UserPoolType) -> None:
    key = settings.key_configuration
    if key is not None and (key.key_type == "CUSTOMER_MANAGED_KEY" or key.kms_key_arn):
        raise api.errors.InvalidParameterException(
            "There is no KMS here: what is secret is sealed under the master key of this service."
        )
    names = dict(_ACR_NAMES)
    names |= {level: given.acr_value for level, given in (settings.acr_configuration or {}).items()}
    if len(set(names.values())) < len(names):
        raise api.errors.InvalidParameterException("Names of ACR levels must be unique.")


def _require_one_token_function(config: api.LambdaConfigType | None) -> None:
    newer = config.pre_token_generation_config if config else None
    if config and newer and config.pre_token_generation not in {None, newer.lambda_arn}:
        raise api.errors.InvalidParameterException(
            "PreTokenGeneration and PreTokenGenerationConfig must name the same function."
        )


def _require_tier(settings: api.UserPoolType) -> None:
    tier = settings.user_pool_tier
    add_ons = settings.user_pool_add_ons
    wants_threat_protection = add_ons is not None and (
        add_ons.advanced_security_mode != "OFF" or add_ons.advanced_security_additional_flows is not None
    )
    if wants_threat_protection and tier != "PLUS":
        raise api.errors.FeatureUnavailableInTierException(f"Threat protection is not part of tier {tier}.")
    policies = settings.policies or api.UserPoolPolicyType()
    password, sign_in = policies.password_policy, policies.sign_in_policy
    factors = set((sign_in.allowed_first_auth_factors if sign_in else None) or ())
    config = settings.lambda_config or api.LambdaConfigType()
    token_hook = config.pre_token_generation_config
    wants_essentials = (
        bool(password and password.password_history_size)
        or bool(factors - {"PASSWORD"})
        or (token_hook is not None and token_hook.lambda_version != "V1_0")
        or bool(settings.acr_configuration)
        or settings.dcr_configuration is not None
    )
    if wants_essentials and tier == "LITE":
        raise api.errors.FeatureUnavailableInTierException(
            "Password history, sign-in without password, customised access tokens, names of ACR levels "
            "and dynamic client registration are not part of tier LITE."
        )


def require_tier_of_the_rest(pool: Pool) -> None:
    """Refuse a tier below what other operations have switched on in the pool.

    Raises:
        FeatureUnavailableInTierException: the setting has to go first.
    """
    tier = pool.description.user_pool_tier
    exported = {each.event_source for each in pool.log_configurations}
    if tier != "PLUS" and "userAuthEvents" in exported:
        raise api.errors.FeatureUnavailableInTierException(f"Export of userAuthEvents is not part of {tier}.")
    if tier == "LITE" and (pool.email_mfa_configuration is not None or pool.tracks_sessions):
        raise api.errors.FeatureUnavailableInTierException(
            "E-mail MFA and session tracking are not part of tier LITE."
        )
