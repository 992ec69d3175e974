"""Where functions are called: the settings' map from ARNs to URLs, and an invoke endpoint for the rest."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote

from riskengine.base.urls import is_url
from riskengine.config import ConfigurationError, Settings

_ENTRY = re.compile(r"(?P<arn>arn:[^\s]+?)=(?P<url>https?://[^\s]+)")
_BASE = re.compile(r"https?://[^\s?#]+")


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A URL that takes an event by POST. `is_invoke`: it speaks Lambda's Invoke."""

    url: str
    is_invoke: bool = False


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Finds the endpoint of an ARN."""

    named: Mapping[str, str]
    base: str  # empty: ARNs without a URL of their own have none

    def find(self, arn: str) -> Endpoint | None:
        """Where the function is called; None where the settings name no place."""
        url = self.named.get(arn)
        if url is not None:
            return Endpoint(url)
        if not self.base:
            return None
        return Endpoint(f"{self.base}/2015-03-31/functions/{quote(arn, safe='')}/invocations", is_invoke=True)


def endpoints_of(settings: Settings) -> Endpoints:
    """What the settings say.

    Raises:
        ConfigurationError: an entry is no ARN=URL, or an ARN stands twice.
    """
    named: dict[str, str] = {}
    for entry in settings.triggers:
        found = _ENTRY.fullmatch(entry)
        # The entry itself is not shown: a URL may carry a password.
        if found is None or not is_url(found["url"]):
            raise ConfigurationError("Bad setting: an entry of triggers is not ARN=URL")
        if found["arn"] in named:
            raise ConfigurationError(f"Bad setting: triggers names {found['arn']} twice")
        named[found["arn"]] = found["url"]
    if settings.lambda_endpoint and _BASE.fullmatch(settings.lambda_endpoint) is None:
        raise ConfigurationError("Bad setting: lambda_endpoint must be an http:// or https:// URL")
    return Endpoints(named, settings.lambda_endpoint.rstrip("/"))
