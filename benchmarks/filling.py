"""Databases with a past: real rows of a pool copied under other names, ids, times and networks.

A copy is the bytes that the service wrote with some places overwritten, each as long as it was; so a row
has the size, the columns and the indexes of a real one. Only the copied users' passwords prove nothing.
"""

import asyncio
import math
import random  # noqa: TID251 - made-up ids need no secrecy
import struct
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from hashlib import blake2b
from time import perf_counter
from typing import Any, Protocol

from riskengine.api import wire
from riskengine.base.clock import DAY, MINUTE
from riskengine.entities import AuthEvent, Session, User
from riskengine.flows import kept_state
from riskengine.flows.event_facts import assessment_of, outcome_of
from riskengine.flows.journal import Journal
from riskengine.risk import Engine, Population, default_model

_DAYS = 80  # of the past: all events still have their context, the largest they ever are
_SESSION_DAYS = 30  # as long as a client's refresh tokens live by default
_TAUGHT = 100_000  # of the newest events: enough to fill what a pool's shared state holds
_BUSY = 100  # one event in so many is of one busy user
_ABROAD = 10  # one event in so many comes from another network than the user's own
_CHECKED = 500  # copied events that are decoded afterwards

EVENT_COLUMNS = ("pool", "sub", "time", "id", "version", "body")
USER_COLUMNS = ("pool", "sub", "version", "body", "username", "enabled", "status")
PROFILE_COLUMNS = ("pool", "sub", "version", "body")
SESSION_COLUMNS = (
    *("pool", "id", "sub", "refresh_hash", "previous_hash", "expires", "is_revoked", "version", "body"),
)
_FILLED = ("users", "profiles", "sessions", "events")

_Row = tuple[Any, ...]


class Target(Protocol):
    """A database that is filled while nobody serves it."""

    def rows(self, query: str) -> Sequence[Any]:
        """All rows that a query answers."""
        ...

    def load(self, table: str, columns: Sequence[str], rows: Iterator[_Row]) -> None:
        """Insert many rows."""
        ...

    def put_state(self, pool: str, body: bytes) -> None:
        """Replace a pool's shared risk state."""
        ...

    def without_indexes(self, tables: Sequence[str]) -> AbstractContextManager[None]:
        """Make the indexes that enforce nothing at the end, all at once."""
        ...


@dataclass(frozen=True)
class Size:
    """How much a database holds."""

    events: int
    users: int

    @property
    def title(self) -> str:
        """As the tables name it."""
        return f"{_short(self.events)} events, {_short(self.users)} users"


def size_of(text: str) -> Size:
    """A size from `EVENTS:USERS`; `10k` and `1M` are understood."""
    events, _, users = text.partition(":")
    return Size(_number(events), _number(users))


def _number(text: str) -> int:
    units = {"k": 1000, "M": 1_000_000}
    return int(text[:-1]) * units[text[-1]] if text[-1:] in units else int(text)


def _short(number: int) -> str:
    for unit, name in ((1_000_000, " M"), (1000, " k")):
        if number >= unit and number % unit == 0:
            return f"{number // unit}{name}"
    return f"{number:,}"


class Stencil:
    """A record's bytes with places to be filled, each as long as what stood there."""

    def __init__(self, record: bytes, places: Sequence[bytes]) -> None:
        found = sorted(
            (start, len(place), number)
            for number, place in enumerate(places)
            for start in _every(record, place)
        )
        missing = set(range(len(places))) - {number for *_, number in found}
        if missing:
            raise ValueError(f"not in the record: {[places[number] for number in missing]}")
        self._pieces: list[bytes] = []
        self._slots: list[tuple[int, int]] = []
        end = 0
        for start, length, number in found:
            self._pieces.append(record[end:start])
            self._slots.append((len(self._pieces), number))
            self._pieces.append(b"")
            end = start + length
        self._pieces.append(record[end:])

    def filled(self, *values: bytes) -> bytes:
        """The record with other values in its places."""
        pieces = self._pieces.copy()
        for at, number in self._slots:
            pieces[at] = values[number]
        return b"".join(pieces)


def _every(record: bytes, place: bytes) -> Iterator[int]:
    start = record.find(place)
    while start >= 0:
        yield start
        start = record.find(place, start + len(place))


class Past:
    """What is copied: the users, events and sessions of a pool that has just been in use."""

    def __init__(self, target: Target) -> None:
        self._target = target
        (self._pool,) = {row[0] for row in target.rows("select pool from pools")}
        users = [wire.from_record(User, row[0]) for row in target.rows("select body from users")]
        self._user = users[0]
        self.settled = [(user.sub.encode(), user.username.encode()) for user in users]
        self._user_stencil = Stencil(wire.to_record(self._user), [*map(str.encode, self._names(self._user))])
        self._profile: bytes = target.rows("select body from profiles limit 1")[0][0]
        newest = target.rows("select body from events order by time desc limit 256")
        events = [wire.from_record(AuthEvent, row[0]) for row in newest]
        self._events = [(e, _event_stencil(e)) for e in events if e.type == "SignIn" and e.attempt]
        self._session = wire.from_record(Session, target.rows("select body from sessions limit 1")[0][0])
        oldest = target.rows("select min(time) from events")[0][0]
        # Before everything that really happened, and the shared state is learned in the order of time.
        self._end, self._start = oldest - MINUTE, oldest - _DAYS * DAY
        self._chance = random.Random(7)
        self._template_rows()

    @staticmethod
    def _names(user: User) -> tuple[str, str]:
        return user.sub, user.username

    def _template_rows(self) -> None:
        one = self._session
        times = [struct.pack(">Q", one.created), struct.pack(">Q", one.expires)]
        names = [each.encode() for each in (one.id, one.sub, one.event_id)]
        self._session_stencil = Stencil(wire.to_record(one), [*names, one.refresh_hash, *times])
        self._lifetime = one.expires - one.created

    def fill(self, size: Size) -> dict[str, float]:
        """Bring the database up to a size; answers the seconds each kind of row took."""
        took: dict[str, float] = {}
        begun = perf_counter()
        people = [*self.settled, *self._strangers(size.users - len(self.settled))]
        strangers = people[len(self.settled) :]
        with self._target.without_indexes(_FILLED):
            for table, columns, rows in (
                ("users", USER_COLUMNS, map(self._user_row, strangers)),
                ("profiles", PROFILE_COLUMNS, map(self._profile_row, strangers)),
                ("events", EVENT_COLUMNS, self._event_rows(people, size.events)),
                ("sessions", SESSION_COLUMNS, self._session_rows(people, size.events)),
            ):
                self._target.load(table, columns, rows)
                took[table] = perf_counter() - begun
                print(f"  {table} after {took[table]:,.0f} s", flush=True)
                begun = perf_counter()
        took["indexes"] = perf_counter() - begun
        self._teach(min(size.events, _TAUGHT))
        self._check()
        return took

    def _strangers(self, count: int) -> Iterator[tuple[bytes, bytes]]:
        width = len(self._user.username) - len("p@example.com")
        for number in range(count):
            yield self._id(), f"p{number:0{width}}@example.com".encode()

    def _user_row(self, person: tuple[bytes, bytes]) -> _Row:
        sub, name = person
        body = self._user_stencil.filled(sub, name)
        return (self._pool, sub.decode(), 0, body, name.decode(), "Enabled", self._user.status)

    def _profile_row(self, person: tuple[bytes, bytes]) -> _Row:
        return (self._pool, person[0].decode(), 1, self._profile)

    def _event_rows(self, people: Sequence[tuple[bytes, bytes]], count: int) -> Iterator[_Row]:
        """In the order of time, as they would have been written."""
        gap = (self._end - self._start) / max(count, 1)
        pick, templates = self._chance.random, self._events
        for number in range(count):
            # The first of the settled users is the busy one.
            sub, name = people[int(pick() * len(people)) if number % _BUSY else 0]
            stencil = templates[number % len(templates)][1]
            time, id_ = int(self._start + (number + pick()) * gap), self._id()
            network = _network(sub, is_abroad=number % _ABROAD == 1)
            moment = struct.pack(">d", time / 1_000_000)
            values = (sub, name, id_, self._id(), struct.pack(">Q", time), moment, *network)
            yield (self._pool, sub.decode(), time, id_.decode(), 0, stencil.filled(*values))

    def _session_rows(self, people: Sequence[tuple[bytes, bytes]], events: int) -> Iterator[_Row]:
        """One for each event of the last days; who signs in is drawn anew."""
        count = math.ceil(events * _SESSION_DAYS / _DAYS)
        start = self._end - _SESSION_DAYS * DAY + MINUTE
        gap = (self._end - start) / max(count, 1)
        for number in range(count):
            sub = people[int(self._chance.random() * len(people))][0]
            created, id_, secret = int(start + number * gap), self._id(), self._chance.randbytes(32)
            expires = created + self._lifetime
            times = (struct.pack(">Q", created), struct.pack(">Q", expires))
            body = self._session_stencil.filled(id_, sub, self._id(), secret, *times)
            yield (self._pool, id_.decode(), sub.decode(), secret, None, expires + DAY, 0, 0, body)

    def _id(self) -> bytes:
        text = f"{self._chance.getrandbits(128):032x}"
        return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-a{text[17:20]}-{text[20:]}".encode()

    def _teach(self, count: int) -> None:
        """The pool's shared state as the newest of the copied events leave it."""
        engine = Engine(default_model(), Population(model=default_model()))
        for (body,) in self._target.rows(
            f"select body from (select time, body from events where pool = '{self._pool}'"
            f" and time < {self._end} order by time desc limit {count}) as newest order by time"
        ):
            event = wire.from_record(AuthEvent, body)
            outcome = outcome_of(event)
            if event.attempt is not None and outcome is not None:
                engine.observe(engine.conclude(event.attempt, None, assessment_of(event), outcome))
        kept = self._target.rows("select body from populations")[0][0]
        self._target.put_state(self._pool, asyncio.run(_with(engine, self._pool, kept)))

    def _check(self) -> None:
        """Copies are records that the service reads, and their columns say what their bodies say."""
        for sub, time, id_, body in self._target.rows(
            f"select sub, time, id, body from events where time < {self._end} order by time limit {_CHECKED}"
        ):
            event = wire.from_record(AuthEvent, body)
            attempt = event.attempt
            same = (event.sub, event.time, event.id) == (sub, time, id_)
            if not same or attempt is None or (attempt.user, attempt.time) != (sub, time / 1_000_000):
                raise SystemExit(f"a copied event is no event: {id_}")


async def _with(engine: Engine, pool: str, kept: bytes) -> bytes:
    """A stored state with another population in it: what of the service's own rows is in it stays told."""
    before = await kept_state.read(kept, default_model())
    journal = Journal(pool, "filling", engine)
    journal.asked = before.asked
    return await kept_state.written(journal, before.position or {})


def _event_stencil(event: AuthEvent) -> Stencil:
    attempt = event.attempt
    if attempt is None or attempt.network.ip is None or attempt.network.prefix is None:
        raise SystemExit("an event that says nothing of its attempt can't be copied")
    texts = [event.sub, event.username, event.id, event.request_id]
    times = [struct.pack(">Q", event.time), struct.pack(">d", attempt.time)]
    networks = [attempt.network.ip.encode(), attempt.network.prefix.encode()]
    return Stencil(wire.to_record(event), [*map(str.encode, texts), *times, *networks])


def _network(sub: bytes, *, is_abroad: bool) -> tuple[bytes, bytes]:
    """Digests that stand for an address of a user's own and for the network around it."""
    text = blake2b(sub + b"+" * is_abroad, digest_size=16).hexdigest().encode()
    return text[:16], text[16:]
