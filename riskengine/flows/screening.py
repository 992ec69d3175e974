"""Compromised credentials: whether a password is a known one, by whoever may know, the cheapest first."""

from typing import Literal

from riskengine import api
from riskengine.base.secret import Secret
from riskengine.breaches.interface import BreachCounts, NoCountError
from riskengine.breaches.local_list import LocalList
from riskengine.context.breached import CommonPasswords, plain_form
from riskengine.credentials.seal import Sealer
from riskengine.flows.believed import Believed
from riskengine.flows.threat import ThreatPolicy
from riskengine.storage.interface import Storage
from riskengine.telemetry import count_compromised, count_screened

ScreenedEvent = Literal["SIGN_IN", "SIGN_UP", "PASSWORD_CHANGE"]
Failure = Literal["allow", "refuse"]

REFUSED = "Provided password cannot be used for security reasons."
_OPERATIONS: dict[ScreenedEvent, Literal["SignIn", "SignUp", "PasswordChange"]] = {
    "SIGN_IN": "SignIn",
    "SIGN_UP": "SignUp",
    "PASSWORD_CHANGE": "PasswordChange",
}
_PURPOSE = "breached-password"


class UnscreenedError(Exception):
    """Whoever had to be asked does not answer, and that is not to be taken for a no."""


class Screening:
    """The common passwords, the pool's own list, the imported list, the range API: in this order.

    A `no` of the imported list is final. Its `yes` is asked of the range API again, unless it is certain;
    where that is not configured or does not answer, the list's word counts.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - one source each
        self,
        storage: Storage,
        believed: Believed,
        sealer: Sealer,
        common: CommonPasswords,
        local: LocalList,
        counts: BreachCounts | None,
        *,
        failure: Failure,
    ) -> None:
        self._storage = storage
        self._believed = believed
        self._sealer = sealer
        self._common = common
        self.local = local
        self._counts = counts
        self._failure = failure

    async def is_compromised(self, pool: str, password: Secret) -> bool:
        """Whether anybody knows the password.

        Raises:
            UnscreenedError: the range API has the last word and gives none, and `failure` is refuse.
        """
        try:
            known_to = await self._known_to(pool, password)
        except UnscreenedError:
            count_screened("unscreened")
            raise
        count_screened(known_to)
        return known_to not in {"nobody", "unscreened"}

    def digests(self, pool: str, password: Secret) -> tuple[bytes, ...]:
        """What a pool's own list keeps of a password, under every master key, the newest first."""
        text = f"{pool}\n{plain_form(password.reveal())}"
        return self._sealer.digests(_PURPOSE, text.encode("utf-8", "surrogatepass"))

    async def close(self) -> None:
        """Let go of the connections."""
        if self._counts is not None:
            await self._counts.close()

    async def _known_to(self, pool: str, password: Secret) -> str:
        if not password:
            return "nobody"
        if self._common.is_compromised(password):
            return "common"
        if await self._believed.password_lists.any(pool) and await self._is_listed(pool, password):
            return "pool"
        match self.local.look_up(password):
            case "clean":
                return "nobody"
            case "certain":
                return "list"
            case "probable":
                return await self._asked(password, otherwise="list")
            case _:
                return await self._asked(password, otherwise=None)

    async def _is_listed(self, pool: str, password: Secret) -> bool:
        for digest in self.digests(pool, password):
            if await self._storage.breached_passwords.has(pool, digest):
                return True
        return False

    async def _asked(self, password: Secret, otherwise: str | None) -> str:
        """What the range API says; `otherwise` counts where it says nothing."""
        if self._counts is None:
            return otherwise or "nobody"
        try:
            count = await self._counts.count(password)
        except NoCountError:
            if otherwise is None and self._failure == "refuse":
                raise UnscreenedError from None
            return otherwise or "unscreened"
        return "api" if count >= self.local.least_count else "nobody"


async def screened(  # noqa: PLR0913 - one fact each
    screening: Screening,
    threat: ThreatPolicy,
    pool: str,
    event: ScreenedEvent,
    password: Secret,
    *,
    forced: bool | None,
) -> bool:
    """Whether the configuration looks at such events and the password is a known one; counted.

    `forced` is what test mode wants to be found, None for what is true.

    Raises:
        InternalErrorException: such a password would be refused, and whether it is one can't be told.
    """
    if not threat.screens(event):
        return False
    try:
        is_known = await screening.is_compromised(pool, password) if forced is None else forced
    except UnscreenedError:
        if not threat.blocks_compromised(event):
            return False
        raise api.errors.InternalErrorException(
            "The password can't be checked at present. Try again."
        ) from None
    if is_known:
        count_compromised(pool, _OPERATIONS[event])
    return is_known
