"""Which function a pool names for a trigger: the members of LambdaConfig."""

from collections.abc import Callable, Mapping
from typing import Literal

from riskengine import api
from riskengine.entities import Pool

TokenVersion = Literal["1", "2", "3"]

_NONE = api.LambdaConfigType()
_TOKEN_VERSIONS: Mapping[str, TokenVersion] = {"V1_0": "1", "V2_0": "2", "V3_0": "3"}


def _token_function(config: api.LambdaConfigType) -> str | None:
    newer = config.pre_token_generation_config
    return newer.lambda_arn if newer else config.pre_token_generation


# Every trigger, under the name that its errors carry.
FUNCTIONS: Mapping[str, Callable[[api.LambdaConfigType], str | None]] = {
    "PreSignUp": lambda config: config.pre_sign_up,
    "PostConfirmation": lambda config: config.post_confirmation,
    "PreAuthentication": lambda config: config.pre_authentication,
    "PostAuthentication": lambda config: config.post_authentication,
    "DefineAuthChallenge": lambda config: config.define_auth_challenge,
    "CreateAuthChallenge": lambda config: config.create_auth_challenge,
    "VerifyAuthChallengeResponse": lambda config: config.verify_auth_challenge_response,
    "PreTokenGeneration": _token_function,
    "UserMigration": lambda config: config.user_migration,
    "CustomMessage": lambda config: config.custom_message,
    "CustomEmailSender": lambda config: (
        config.custom_email_sender.lambda_arn if config.custom_email_sender else None
    ),
    "CustomSMSSender": lambda config: (
        config.custom_sms_sender.lambda_arn if config.custom_sms_sender else None
    ),
    "InboundFederation": lambda config: (
        config.inbound_federation.lambda_arn if config.inbound_federation else None
    ),
}


def function_of(pool: Pool, trigger: str) -> str | None:
    """The ARN that the pool names for a trigger of FUNCTIONS."""
    config = pool.description.lambda_config
    return (FUNCTIONS[trigger](config) or None) if config else None


def names_functions(pool: Pool) -> bool:
    """Whether the pool names a function for any trigger."""
    config = pool.description.lambda_config
    return config is not None and config != _NONE


def token_version(pool: Pool) -> TokenVersion:
    """Which form of event the pool's PreTokenGeneration function takes."""
    config = pool.description.lambda_config
    newer = config.pre_token_generation_config if config else None
    return _TOKEN_VERSIONS.get(newer.lambda_version, "1") if newer else "1"
