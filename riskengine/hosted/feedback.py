"""Was this you? The pages behind a notification's links: they ask, and only a form's button acts."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Literal
from urllib.parse import urlencode

import structlog
from aiohttp import web

from riskengine import api
from riskengine.base.clock import Clock
from riskengine.base.ids import new_uuid
from riskengine.base.secret import Secret
from riskengine.context.address import Address
from riskengine.context.attempt import RawContext
from riskengine.context.client_ip import client_address
from riskengine.context.ranges import Ranges
from riskengine.entities.event import EventType
from riskengine.flows import hooks, lookup, recovery, securing, verdicts
from riskengine.flows.feedback_tokens import FEEDBACK_PATH
from riskengine.flows.recording import Deed
from riskengine.flows.services import Services
from riskengine.hosted.case import Case, LinkError, open_case, others, view
from riskengine.hosted.forms import FormError, read_form
from riskengine.hosted.limiter import Limiter
from riskengine.hosted.rendering import page, see_other
from riskengine.storage.errors import StorageError
from riskengine.telemetry import frames

_LONGEST_PASSWORD = 256
_HEADERS = ("User-Agent", "Accept-Language")
_VALUES: dict[str, Literal["Valid", "Invalid"]] = {"Valid": "Valid", "Invalid": "Invalid"}

Handler = Callable[[web.Request], Awaitable[web.Response]]
log = structlog.get_logger()


class FeedbackPages:
    """The pages of one house. A link's token is all the authority that they ask for."""

    def __init__(self, services: Services, machine: Clock) -> None:
        self._services = services
        self._limiter = Limiter(machine)
        self._trusted = Ranges.of(services.settings.trusted_proxies, single=True)

    def routes(self) -> list[web.RouteDef]:
        """Every route, relative to each other so that a proxy may put a path before them."""
        base = FEEDBACK_PATH.rpartition("/")[0]
        return [
            web.get(FEEDBACK_PATH, self._guarded(self._show)),
            web.post(FEEDBACK_PATH, self._guarded(self._say)),
            web.post(f"{base}/sign-out", self._guarded(self._sign_out)),
            web.post(f"{base}/reset", self._guarded(self._reset)),
            web.get(f"{base}/password", self._guarded(self._ask_password)),
            web.post(f"{base}/password", self._guarded(self._set_password)),
        ]

    def _guarded(self, handler: Handler) -> Handler:
        """Limits, and the page for each kind of trouble; nothing of a request is logged."""

        async def guarded(request: web.Request) -> web.Response:
            address = self._address(request)
            if not self._limiter.allows(address.prefix if address else ""):
                return _message("busy", 429, retry_after=60)
            try:
                return await handler(request)
            except LinkError:
                return _message("gone", 410)
            except FormError:
                return _message("form", 400)
            except StorageError as error:
                log.warning("page_unavailable", error=type(error).__name__)
                return _message("trouble", 503, retry_after=5)
            except Exception as error:  # noqa: BLE001 - the one place where a page's faults end
                # Without the text and the traceback: both may quote what was sent.
                log.error("page_fault", error=type(error).__qualname__, at=frames(error))  # noqa: TRY400
                return _message("trouble", 500)

        return guarded

    async def _show(self, request: web.Request) -> web.Response:
        """Ask, or tell what was said; whoever only follows the link changes nothing."""
        case, now = await self._case(request.query), self._services.clock.now()
        wanted = _VALUES.get(request.query.get("value", ""), "")
        said = case.event.feedback
        is_told = said is not None and wanted in {"", said.value}
        risky = await others(self._services.storage, case, now)
        values = {**view(case, now), "wanted": wanted, "others": risky}
        return page("told.html" if is_told else "ask.html", values)

    async def _say(self, request: web.Request) -> web.Response:
        """Take the word in."""
        form = await self._form(request)
        case = await self._case(form)
        value = _VALUES.get(form.get("value", ""))
        if value is None:
            raise FormError
        verdict = verdicts.Verdict(value, verdicts.USER, case.notice, self._services.clock.now())
        await verdicts.give(self._services, case.user, case.event.id, verdict)
        return _go_on("feedback", case)

    async def _sign_out(self, request: web.Request) -> web.Response:
        case = await self._disowned(request)
        await securing.sign_out(self._services, case.user, self._services.clock.now())
        return _go_on("feedback", case)

    async def _reset(self, request: web.Request) -> web.Response:
        """The old password is dead from here on, and a code is on its way."""
        case = await self._disowned(request)
        deed = await self._deed(request, case, "ForgotPassword")
        try:
            await securing.reset(hooks.once(self._services), deed, case.user)
        except api.ApiError as error:
            return await self._password_page(case, status=400, problem=error.message)
        # Nothing to type a code into where none could be sent: the first page tells who can help.
        return _go_on("password" if recovery.channel(case.pool, case.user) else "feedback", case)

    async def _ask_password(self, request: web.Request) -> web.Response:
        case = await self._case(request.query)
        can_get_code = recovery.channel(case.pool, case.user) is not None
        if not case.is_disowned or case.has_working_password or not can_get_code:
            return _go_on("feedback", case)
        return await self._password_page(case)

    async def _set_password(self, request: web.Request) -> web.Response:
        form = await self._form(request)
        case = await self._case(form)
        if not case.is_disowned:
            return _go_on("feedback", case)
        code, password = Secret(form.get("code", "")), Secret(form.get("password", ""))
        if not code or not 0 < len(password) <= _LONGEST_PASSWORD:
            return await self._password_page(case, status=400, problem="Type the code and a new password.")
        deed = await self._deed(request, case, "PasswordChange", password)
        try:
            await recovery.confirm_forgot_password(hooks.once(self._services), deed, code, password)
        except api.ApiError as error:
            return await self._password_page(case, status=400, problem=error.message)
        return _go_on("feedback", case)

    async def _password_page(self, case: Case, *, status: int = 200, problem: str = "") -> web.Response:
        fresh = await open_case(self._services, case.token, self._services.clock.now())
        values = view(fresh, self._services.clock.now())
        return page("password.html", {**values, "problem": problem}, status=status)

    def _address(self, request: web.Request) -> Address | None:
        header = self._services.settings.forwarding_header
        return client_address(request.remote, request.headers.items(), self._trusted, header)

    async def _disowned(self, request: web.Request) -> Case:
        """The case of a form, if its user has said that it was somebody else."""
        case = await self._case(await self._form(request))
        if not case.is_disowned:
            raise FormError
        return case

    async def _form(self, request: web.Request) -> dict[str, str]:
        return await read_form(request, self._services.settings.public_url)

    async def _case(self, fields: Mapping[str, str]) -> Case:
        return await open_case(self._services, Secret(fields.get("token", "")), self._services.clock.now())

    async def _deed(
        self, request: web.Request, case: Case, type_: EventType, password: Secret | None = None
    ) -> Deed:
        """The same deed as through the app that the sign-in came through."""
        try:
            client = await lookup.client(self._services.storage, case.pool.id, case.event.client)
        except api.ApiError:
            raise LinkError from None
        address, now = self._address(request), self._services.clock.now()
        headers = tuple((name, _clean(request.headers[name])) for name in _HEADERS if name in request.headers)
        return Deed(
            pool=case.pool,
            client=client,
            username=case.user.username,
            user=case.user,
            context=RawContext(time=now, address=address.text if address else None, headers=headers),
            request_id=new_uuid(),
            now=now,
            type=type_,
            password=password,
        )


def _message(kind: str, status: int, *, retry_after: int | None = None) -> web.Response:
    return page("message.html", {"kind": kind}, status=status, retry_after=retry_after)


def _go_on(to: str, case: Case) -> web.Response:
    return see_other(f"{to}?{urlencode({'token': case.token.reveal()})}")


def _clean(text: str) -> str:
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
