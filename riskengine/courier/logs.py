"""Where exported logs go: the settings' map from ARNs to files, HTTP endpoints and S3 buckets."""

import asyncio
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import SplitResult, parse_qs, quote, unquote, urlsplit

import aiohttp

from riskengine.base.clock import SECOND, Clock
from riskengine.base.ids import new_uuid
from riskengine.base.urls import is_url
from riskengine.config import ConfigurationError, Settings
from riskengine.courier.interface import DeliveryError, LogSink
from riskengine.credentials.webhook import webhook_headers

_ENTRY = re.compile(r"(?P<arn>arn:[^\s=]+)=(?P<url>(file|https?|s3\+https?)://[^\s]+)")
_TIMEOUT = aiohttp.ClientTimeout(total=30)
_LINES = "application/x-ndjson"


@dataclass(frozen=True, slots=True)
class FileSink:
    """Appends to a file of JSON lines."""

    path: Path

    async def write(self, lines: Sequence[bytes]) -> None:
        """Append; the file and its folder come into being."""
        try:
            await asyncio.to_thread(self._append, _joined(lines))
        except OSError as error:
            raise DeliveryError(type(error).__name__) from None

    def _append(self, data: bytes) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("ab") as file:
            file.write(data)


@dataclass(frozen=True, slots=True)
class HttpSink:
    """POSTs JSON lines; signed where there is a webhook_secret. 2xx means that they were taken."""

    url: str
    key: bytes | None
    clock: Clock

    async def write(self, lines: Sequence[bytes]) -> None:
        """One call for all lines."""
        body = _joined(lines)
        headers = {"Content-Type": _LINES}
        if self.key is not None:
            headers |= webhook_headers(self.key, new_uuid(), self.clock.now() // SECOND, body)
        await _send("POST", self.url, body, headers)


@dataclass(frozen=True, slots=True)
class S3Sink:
    """PUTs objects of JSON lines into a bucket of anything that speaks S3, signed as AWS asks."""

    base: str  # endpoint, bucket and prefix
    access_key: str
    secret_key: str
    region: str
    clock: Clock

    async def write(self, lines: Sequence[bytes]) -> None:
        """One object, under the hour of its writing."""
        hour = datetime.fromtimestamp(self.clock.now() // SECOND, UTC).strftime("%Y/%m/%d/%H")
        url = f"{self.base}/{hour}/{new_uuid()}.jsonl"
        body = _joined(lines)
        await _send("PUT", url, body, self._signed(url, body))

    def _signed(self, url: str, body: bytes) -> dict[str, str]:
        # Not needed unless somebody exports to S3: an extra of the package.
        from botocore.auth import S3SigV4Auth  # noqa: PLC0415
        from botocore.awsrequest import AWSRequest  # noqa: PLC0415
        from botocore.credentials import Credentials  # noqa: PLC0415

        request = AWSRequest("PUT", url, headers={"Content-Type": _LINES}, data=body)
        S3SigV4Auth(Credentials(self.access_key, self.secret_key), "s3", self.region).add_auth(request)
        return dict(request.headers.items())


def log_sinks(settings: Settings, key: bytes | None, clock: Clock) -> Mapping[str, LogSink]:
    """Every destination of the settings, by its ARN.

    Raises:
        ConfigurationError: an entry is no ARN=URL, an ARN stands twice, or S3 is not installed.
    """
    sinks: dict[str, LogSink] = {}
    for entry in settings.log_destinations:
        found = _ENTRY.fullmatch(entry)
        # The entry itself is not shown: its URL may carry a password.
        if found is None or not _is_place(found["url"]):
            raise ConfigurationError("Bad setting: an entry of log_destinations is not ARN=URL")
        if found["arn"] in sinks:
            raise ConfigurationError(f"Bad setting: log_destinations names {found['arn']} twice")
        sinks[found["arn"]] = _sink(found["arn"], urlsplit(found["url"]), key, clock)
    return sinks


def _is_place(url: str) -> bool:
    return url.startswith("file:///") or is_url(url, ("http", "https", "s3+http", "s3+https"))


def _sink(arn: str, url: SplitResult, key: bytes | None, clock: Clock) -> LogSink:
    if url.scheme == "file":
        return FileSink(Path(unquote(url.path)))
    if url.scheme in {"http", "https"}:
        return HttpSink(url.geturl(), key, clock)
    return _s3(arn, url, clock)


def _s3(arn: str, url: SplitResult, clock: Clock) -> S3Sink:
    try:
        import botocore.auth  # noqa: F401, PLC0415 - as above
    except ImportError:
        raise ConfigurationError("log_destinations names S3: install riskengine[s3]") from None
    if not url.username or not url.password:
        raise ConfigurationError(
            f"Bad setting: log_destinations has no s3+https://KEY:SECRET@HOST/ for {arn}"
        )
    host = url.hostname if url.port is None else f"{url.hostname}:{url.port}"
    path = quote(unquote(url.path.strip("/")))
    return S3Sink(
        base=f"{url.scheme.removeprefix('s3+')}://{host}/{path}",
        access_key=unquote(url.username),
        secret_key=unquote(url.password),
        region=parse_qs(url.query).get("region", ["us-east-1"])[0],
        clock=clock,
    )


async def _send(method: str, url: str, body: bytes, headers: Mapping[str, str]) -> None:
    try:
        async with (
            aiohttp.ClientSession(timeout=_TIMEOUT) as session,
            session.request(method, url, data=body, headers=headers, allow_redirects=False) as answer,
        ):
            status = answer.status
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        raise DeliveryError(type(error).__name__) from None
    if not 200 <= status < 300:
        raise DeliveryError(f"HTTP {status}")


def _joined(lines: Sequence[bytes]) -> bytes:
    return b"".join(line + b"\n" for line in lines)
