"""Settings: defaults, then a TOML file, then RISKENGINE_* variables, then the command line."""

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec

from riskengine.base.urls import HTTP, is_url


class ConfigurationError(Exception):
    """A setting is unknown, malformed or missing; the message names it."""


# A day is what the risk state is rebuilt from after a restart.
Days = Annotated[int, msgspec.Meta(ge=1, le=36_500)]
Some = Annotated[int, msgspec.Meta(ge=1, le=1_000_000)]
_URLS = {
    **dict.fromkeys(
        ("issuer", "public_url", "breaches_api", "sms_url", "lambda_endpoint", "traces_url"), HTTP
    ),
    "smtp": ("smtp", "smtps"),
}


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Every setting of the service, with its default."""

    host: Annotated[str, msgspec.Meta(min_length=1)] = "127.0.0.1"  # "" would be every address
    port: Annotated[int, msgspec.Meta(ge=0, le=65_535)] = 8080  # 0 takes a free one
    workers: Annotated[int, msgspec.Meta(ge=1, le=256)] = 1  # processes; more than one need PostgreSQL
    database: str = "sqlite:///riskengine.db"
    region: Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9-]{1,31}$")] = "us-east-1"
    account: Annotated[str, msgspec.Meta(pattern="^[0-9]{12}$")] = (
        "000000000000"  # the account number in ARNs
    )
    issuer: str = ""  # base URL of token issuers; empty: http://HOST:PORT
    public_url: str = ""  # base URL of the pages that mails link to; empty: the issuer
    secret_key: str = ""  # master key, 32 bytes in base64 or hex; empty: from secret_key_file
    secret_key_file: str = ""  # empty: beside the SQLite file, else riskengine.key
    trusted_proxies: tuple[str, ...] = ()  # CIDRs whose forwarding header is believed
    forwarding_header: Literal["x-forwarded-for", "forwarded", "x-real-ip"] = "x-forwarded-for"
    geo_country: str = ""  # MaxMind-format files; empty: the bundled one
    geo_asn: str = ""
    geo_city: str = ""
    breaches_file: str = ""  # the imported list; empty: beside the SQLite file, else riskengine.breaches
    breaches_api: str = ""  # base URL of a k-anonymity range API; empty: none is asked
    breaches_api_timeout: Annotated[float, msgspec.Meta(gt=0, le=60)] = 1.0  # seconds
    breaches_api_failure: Literal["allow", "refuse"] = "allow"  # a password that it does not answer for
    smtp: str = ""  # smtp://USER:PASSWORD@HOST:PORT?starttls=required; empty: mail stays in the outbox
    mail_from: Annotated[str, msgspec.Meta(pattern=r"^[^\r\n]*[^\s@]@[^\s@][^\r\n]*$")] = (
        "no-reply@localhost"  # where a pool names no sender
    )
    sms_url: str = ""  # hook that sends SMS; empty: they stay in the outbox
    webhook_secret: str = ""  # signs the calls to hooks and triggers
    triggers: tuple[str, ...] = ()  # ARN=URL: where a function that pools name by its ARN is called
    lambda_endpoint: str = ""  # base URL of a Lambda-compatible endpoint, for every other ARN
    request_rates: tuple[str, ...] = ()  # "cognito" for its quotas, CATEGORY=NUMBER a second; empty: none
    log_destinations: tuple[str, ...] = ()  # ARN=URL: where exported logs go (file, http, s3+https)
    event_days: Days = 730  # how long authentication events are kept
    context_days: Days = 90  # how long they tell where from, with what and exactly which address
    body_limit: Annotated[int, msgspec.Meta(ge=1024, le=1 << 30)] = 1_048_576  # bytes
    hold_back_floods: bool = True  # refuse strangers from networks that fail too much
    requests_at_once: Some = 128  # of one process; others wait their turn, 2 seconds at most
    requests_waiting: Annotated[int, msgspec.Meta(ge=0, le=1_000_000)] = 1024  # beyond, calls are refused
    crypto_threads: Annotated[int, msgspec.Meta(ge=1, le=256)] = 2
    clock_skew_seconds: Annotated[int, msgspec.Meta(ge=0, le=86_400)] = (
        300  # of signed requests and SRP timestamps
    )
    log_level: str = "info"
    traces_url: str = ""  # OTLP/HTTP collector (http://HOST:4318/v1/traces); needs the extra `otel`
    log_format: str = "text"  # text or json
    insecure_dev: bool = False  # accept unsigned operator requests


def load(
    file: str | None, overrides: Mapping[str, Any], environment: Mapping[str, str] | None = None
) -> Settings:
    """Settings from every source; `overrides` (not None) win.

    Raises:
        ConfigurationError: naming what is unknown or malformed.
    """
    values: dict[str, Any] = {}
    environment = os.environ if environment is None else environment  # noqa: TID251 - the one reader
    file = file or environment.get("RISKENGINE_CONFIG")
    if file:
        values |= _from_file(Path(file))
    values |= _from_environment(environment)
    values |= {name: value for name, value in overrides.items() if value is not None}
    try:
        settings = msgspec.convert(values, Settings, strict=False)
    except msgspec.ValidationError as error:
        raise ConfigurationError(f"Bad setting: {error}") from None
    _require_urls(settings)
    return settings


def _require_urls(settings: Settings) -> None:
    """The URL itself is not shown: it may carry a password."""
    for name, schemes in _URLS.items():
        url = getattr(settings, name)
        if url and not is_url(url, schemes):
            wanted = " or ".join(f"{scheme}://HOST" for scheme in schemes)
            raise ConfigurationError(f"Bad setting: {name} must be a URL, {wanted}")


def _from_file(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigurationError(f"Can't read the settings file {path}: {error}") from None


def _from_environment(environment: Mapping[str, str]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name in Settings.__struct_fields__:
        text = environment.get(f"RISKENGINE_{name.upper()}")
        if text is None:
            continue
        is_list = isinstance(getattr(Settings(), name), tuple)
        values[name] = [part.strip() for part in text.split(",") if part.strip()] if is_list else text
    return values
