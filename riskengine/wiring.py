"""The only file that knows every implementation: settings in, a working house out. Read it first."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from aiohttp import web

from riskengine.base.clock import Clock, SystemClock
from riskengine.base.ids import new_process
from riskengine.base.offload import Offload
from riskengine.base.secret import Secret
from riskengine.breaches.local_list import LocalList
from riskengine.breaches.range_api import RangeApi
from riskengine.config import ConfigurationError, Settings
from riskengine.context.attempt import AttemptBuilder
from riskengine.context.breached import CommonPasswords
from riskengine.context.geo import Geo, GeoPaths
from riskengine.context.networks import Networks
from riskengine.context.ranges import RangeError, Ranges
from riskengine.courier.interface import Carrier, LogSink
from riskengine.courier.logs import log_sinks
from riskengine.courier.post import Post
from riskengine.courier.sms import SmsCarrier
from riskengine.courier.smtp import SmtpCarrier, SmtpServer
from riskengine.credentials.group import prepare
from riskengine.credentials.master_key import parse_master_keys, read_master_keys, read_or_create_master_keys
from riskengine.credentials.seal import Sealer
from riskengine.credentials.webhook import webhook_key
from riskengine.entities.message import Medium
from riskengine.flows.believed import Believed
from riskengine.flows.gate import Gate
from riskengine.flows.observing import pool_key
from riskengine.flows.risk_desk import RiskDesk
from riskengine.flows.screening import Screening
from riskengine.flows.services import Services
from riskengine.flows.tail import Tail
from riskengine.flows.token_issuer import TokenIssuer
from riskengine.hosted.feedback import FeedbackPages
from riskengine.risk import default_model
from riskengine.server.throttle import rates_of
from riskengine.storage.open import open_storage
from riskengine.triggers.client import HttpTriggers


@asynccontextmanager
async def open_house(settings: Settings, clock: Clock | None = None) -> AsyncIterator[Services]:
    """Everything that outlives a call, for the length of the block; the database is migrated."""
    clock = clock or SystemClock()
    require_lists(settings)  # a bad one stops the start before anything is made
    triggers = HttpTriggers(settings, clock)
    sinks = open_log_sinks(settings, clock)
    range_api = open_range_api(settings, clock)
    attempts = open_context(settings)
    sealer = open_sealer(settings)
    prepare()
    storage = await open_storage(settings.database)
    offload = Offload(settings.crypto_threads)
    gate = Gate(
        SystemClock(),
        lambda pool: pool_key(sealer, pool),
        is_closed_to_floods=settings.hold_back_floods,
    )
    risk = RiskDesk(storage, default_model(), new_process(clock.now()), gate)
    courier = open_courier(settings, clock)
    local = LocalList(breaches_file(settings))
    believed = Believed(storage, SystemClock())
    screening = Screening(
        storage, believed, sealer, CommonPasswords(), local, range_api, failure=settings.breaches_api_failure
    )
    try:
        await storage.migrate()
        yield Services(
            settings=settings,
            clock=clock,
            storage=storage,
            believed=believed,
            offload=offload,
            sealer=sealer,
            attempts=attempts,
            screening=screening,
            password_key=sealer.digest("attempted-password", b""),
            risk=risk,
            gate=gate,
            tail=Tail(storage, risk.shelf),
            tokens=TokenIssuer(settings, clock, storage, sealer, offload),
            courier=courier,
            triggers=triggers,
            log_sinks=sinks,
        )
    finally:
        await triggers.close()
        await screening.close()
        offload.close()
        await storage.close()


def require_lists(settings: Settings) -> None:
    """See that the lists which nothing reads before the first call can be read.

    Raises:
        ConfigurationError: an entry is none.
    """
    try:
        Ranges.of(settings.trusted_proxies, single=True)
    except RangeError as error:
        raise ConfigurationError(f"Bad setting: trusted_proxies: {error}") from None
    rates_of(settings.request_rates)


def require(settings: Settings) -> None:
    """See that all that the settings name can be made of them; nothing is opened but geography.

    Raises:
        ConfigurationError, ValueError, OSError: as a start would.
    """
    clock = SystemClock()
    require_lists(settings)
    HttpTriggers(settings, clock)
    open_log_sinks(settings, clock)
    open_range_api(settings, clock)
    open_courier(settings, clock)
    open_context(settings)


def open_pages(services: Services, machine: Clock | None = None) -> list[web.RouteDef]:
    """The pages for people, which `server.app` serves beside the API."""
    return FeedbackPages(services, machine or SystemClock()).routes()


def open_sealer(settings: Settings) -> Sealer:
    """Sealing under the master key of the settings, or of the key file, made at its first use."""
    if settings.secret_key:
        return Sealer(*parse_master_keys(Secret(settings.secret_key)))
    return Sealer(*read_or_create_master_keys(_key_file(settings)))


def existing_sealer(settings: Settings) -> Sealer:
    """The same, where nothing may be made.

    Raises:
        MasterKeyError: there is no key.
    """
    if settings.secret_key:
        return Sealer(*parse_master_keys(Secret(settings.secret_key)))
    return Sealer(*read_master_keys(_key_file(settings)))


def _key_file(settings: Settings) -> Path:
    # The key lies beside the file that it seals, wherever the command is called from.
    return Path(settings.secret_key_file or _beside_database(settings, "key"))


def breaches_file(settings: Settings) -> Path:
    """Where the imported list of breached passwords is, or will be."""
    return Path(settings.breaches_file or _beside_database(settings, "breaches"))


def _beside_database(settings: Settings, ending: str) -> str:
    _, _, path = settings.database.partition("sqlite:///")
    return f"{path}.{ending}" if path and path != ":memory:" else f"riskengine.{ending}"


def open_range_api(settings: Settings, clock: Clock) -> RangeApi | None:
    """The k-anonymity API, where one is configured."""
    if not settings.breaches_api:
        return None
    return RangeApi(settings.breaches_api, clock, timeout=settings.breaches_api_timeout)


def open_courier(settings: Settings, clock: Clock) -> Post:
    """Carriers for what the settings configure; messages of other media stay in the outbox."""
    carriers: dict[Medium, Carrier] = {}
    if settings.smtp:
        carriers["EMAIL"] = SmtpCarrier(SmtpServer.of(settings.smtp), settings.mail_from)
    if settings.sms_url:
        carriers["SMS"] = SmsCarrier(settings.sms_url, _webhook_key(settings), clock)
    return Post(carriers)


def open_log_sinks(settings: Settings, clock: Clock) -> Mapping[str, LogSink]:
    """Where exported logs go, by ARN."""
    return log_sinks(settings, _webhook_key(settings), clock)


def _webhook_key(settings: Settings) -> bytes | None:
    return webhook_key(Secret(settings.webhook_secret)) if settings.webhook_secret else None


def open_context(settings: Settings) -> AttemptBuilder:
    """What turns raw context into facts, with the operator's geography files where configured."""
    paths = GeoPaths(
        country=_path("geo_country", settings.geo_country),
        asn=_path("geo_asn", settings.geo_asn),
        city=_path("geo_city", settings.geo_city),
    )
    return AttemptBuilder(Geo(paths), Networks())


def _path(setting: str, text: str) -> Path | None:
    if text and not Path(text).is_file():
        raise ConfigurationError(f"Bad setting: {setting}: there is no file {text}")
    return Path(text) if text else None
