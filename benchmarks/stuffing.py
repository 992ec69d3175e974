"""What do good users feel of a stuffing attack of a thousand attempts a second from one network?"""

import argparse
import asyncio
import json
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from itertools import count
from pathlib import Path
from time import perf_counter
from typing import Any

import aiohttp
import servers
import uvloop
from people import People, address_of, settle
from reports import Report, percentile, spread

_ATTACKED = "41.58.1."  # a /24 where ordinary people live too
_TARGET = "AWSCognitoIdentityProviderService.InitiateAuth"
_AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0"


class Stream:
    """Calls at a fixed rate, whether or not the ones before have been answered."""

    def __init__(self, url: str, rate: float, make: Callable[[int], tuple[dict[str, str], bytes]]) -> None:
        self.url, self.rate, self.make = url, rate, make
        self.latencies: list[float] = []
        self.outcomes: Counter[str] = Counter()

    async def during(self, seconds: float) -> None:
        """Send for so long, then wait for the answers."""
        connector = aiohttp.TCPConnector(limit=512)
        patience = aiohttp.ClientTimeout(total=20)
        async with (
            aiohttp.ClientSession(connector=connector, timeout=patience) as session,
            asyncio.TaskGroup() as calls,
        ):
            begun = perf_counter()
            for number in count():
                due = begun + number / self.rate
                if due - begun >= seconds:
                    return
                await asyncio.sleep(max(due - perf_counter(), 0))
                calls.create_task(self._call(session, number, due))

    async def _call(self, session: aiohttp.ClientSession, number: int, due: float) -> None:
        headers, body = self.make(number)
        try:
            async with session.post(self.url, data=body, headers=headers) as answer:
                text = await answer.read()
        except (aiohttp.ClientError, TimeoutError) as error:
            self.outcomes[type(error).__name__] += 1
            return
        # From when it was due: a server that falls behind is not excused by what we did not send.
        self.latencies.append(perf_counter() - due)
        self.outcomes[outcome_of(answer.status, text)] += 1

    def told(self) -> dict[str, Any]:
        """The figures."""
        found = self.latencies or [0.0]
        return {
            "answered": len(self.latencies),
            "p50_ms": percentile(found, 0.5) * 1e3,
            "p95_ms": percentile(found, 0.95) * 1e3,
            "p99_ms": percentile(found, 0.99) * 1e3,
            "outcomes": dict(self.outcomes),
        }


def outcome_of(status: int, text: bytes) -> str:
    """`tokens`, or the error's type."""
    if status == 200:
        return "tokens" if b'"AccessToken"' in text else "challenge"
    return str(json.loads(text).get("__type", status))


def request_of(client: str, name: str, password: str, address: str) -> tuple[dict[str, str], bytes]:
    """A public sign-in from an address behind the trusted proxy."""
    members = {
        "ClientId": client,
        "AuthFlow": "USER_PASSWORD_AUTH",
        "AuthParameters": {"USERNAME": name, "PASSWORD": password},
    }
    headers = {
        "Content-Type": "application/x-amz-json-1.1",
        "X-Amz-Target": _TARGET,
        "User-Agent": _AGENT,
        "X-Forwarded-For": address,
    }
    return headers, json.dumps(members).encode()


def attack(order: dict[str, Any]) -> dict[str, Any]:
    """One attacker's part: names of the pool and made-up ones, from all addresses of the network."""

    def make(number: int) -> tuple[dict[str, str], bytes]:
        names = order["names"]
        name = names[number // 2 % len(names)] if number % 2 else f"nobody{number}@example.com"
        return request_of(order["client"], name, f"Guess-{number}!aA1", f"{_ATTACKED}{number % 250 + 1}")

    stream = Stream(order["url"], order["rate"], make)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(stream.during(order["seconds"]))
    return stream.told()


@contextmanager
def attacker(order: dict[str, Any] | None, niceness: int) -> Iterator[list[dict[str, Any]]]:
    """The attack as a process of its own, during the block; its figures after it.

    Its own processor time is no load of the service: with a niceness, where both want a core, it waits.
    """
    told: list[dict[str, Any]] = []
    if order is None:
        yield told
        return
    command = ["nice", "-n", str(niceness), sys.executable, __file__, "--attack", json.dumps(order)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        yield told
        told.append(json.loads(process.communicate()[0]))


def good(people: People, rate: float, seconds: float, locals_: int) -> tuple[Stream, Stream]:
    """People at home elsewhere, and people who live in the attacked network."""
    elsewhere = people.users[locals_ : len(people.users) // 2]
    there = people.users[:locals_]

    def at_home(number: int) -> tuple[dict[str, str], bytes]:
        place = number % len(elsewhere)
        return request_of(people.client, elsewhere[place], PASSWORD, address_of(place))

    def in_the_network(number: int) -> tuple[dict[str, str], bytes]:
        place = number % len(there)
        return request_of(people.client, there[place], PASSWORD, f"{_ATTACKED}{place + 1}")

    streams = (
        Stream(people.server.url + "/", rate, at_home),
        Stream(people.server.url + "/", 2, in_the_network),
    )

    async def both() -> None:
        await asyncio.gather(*(stream.during(seconds) for stream in streams))

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(both())
    return streams


# How the attack runs beside the service, and its niceness; None: not at all.
_CONDITIONS = {"calm": None, "attacked": 15, "attacked by a process of equal priority": 0}
PASSWORD = "Corr3ct-horse-battery!"


def main() -> None:
    options = _options()
    if options.attack:
        print(json.dumps(attack(json.loads(options.attack))))
        return
    report = Report(__doc__)
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        server = stack.enter_context(servers.riskengine(Path(folder)))
        people = settle(server, options.users, "ENFORCED")
        good(people, options.rate, 2, options.locals)  # everybody has been at home once
        rounds = [_round(people, options) for _ in range(options.rounds)]
    _print(report, rounds, options)
    if not options.brief:
        report.save("stuffing", rounds)


def _round(people: People, options: argparse.Namespace) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, niceness in _CONDITIONS.items():
        order = {
            "url": people.server.url + "/",
            "client": people.client,
            # The other half of the users is what the attacker's list names.
            "names": people.users[len(people.users) // 2 :],
            "rate": options.attempts,
            "seconds": options.seconds + 2,
        }
        with attacker(None if niceness is None else order, niceness or 0) as told:
            if niceness is not None:
                asyncio.run(asyncio.sleep(2))
            before = people.server.cpu_seconds() or 0.0
            elsewhere, there = good(people, options.rate, options.seconds, options.locals)
            cpu = (people.server.cpu_seconds() or 0.0) - before
        found[name] = {
            "elsewhere": elsewhere.told(),
            "there": there.told(),
            "attack": told[0] if told else None,
            "server_cores": cpu / options.seconds,
        }
    return found


def _print(report: Report, rounds: list[dict[str, Any]], options: argparse.Namespace) -> None:
    rows = []
    for title, group in (("at home elsewhere", "elsewhere"), ("at home in the attacked network", "there")):
        for name in _CONDITIONS:
            each = [one[name][group] for one in rounds]
            good_ = sum(one["outcomes"].get("tokens", 0) for one in each)
            sent = sum(sum(one["outcomes"].values()) for one in each)
            rows.append(
                [
                    f"{title}, {name}",
                    spread([one["p50_ms"] for one in each], 1),
                    spread([one["p95_ms"] for one in each], 1),
                    f"{good_ / sent:.1%}" if sent else "-",
                ]
            )
    report.table(
        f"{options.rate:g} good sign-ins a second; attack: {options.attempts:g} a second from one /24",
        ["good users", "p50 ms", "p95 ms", "signed in"],
        rows,
    )
    for name in list(_CONDITIONS)[1:]:
        report.note(f"{name[0].upper()}{name[1:]}: {_effect(rounds, name, options)}")


def _effect(rounds: list[dict[str, Any]], name: str, options: argparse.Namespace) -> str:
    ratios = [one[name]["elsewhere"]["p50_ms"] / one["calm"]["elsewhere"]["p50_ms"] for one in rounds]
    attacks = [one[name]["attack"] for one in rounds]
    refused = [
        100 * each["outcomes"].get("TooManyRequestsException", 0) / max(sum(each["outcomes"].values()), 1)
        for each in attacks
    ]
    answered = [each["answered"] / (options.seconds + 2) for each in attacks]
    cores = [one[name]["server_cores"] for one in rounds]
    return (
        f"good users elsewhere are slower by {spread(ratios, 2)} x (median latency); of the attack's"
        f" {spread(answered)} answers a second {spread(refused, 1)} % were refused early; the server used"
        f" {spread(cores, 2)} cores."
    )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--attempts", type=float, default=1000.0, help="of the attack, a second")
    parser.add_argument("--rate", type=float, default=30.0, help="good sign-ins a second")
    parser.add_argument("--seconds", type=float, default=8.0, help="length of one measurement")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--users", type=int, default=128)
    parser.add_argument("--locals", type=int, default=8, help="good users in the attacked network")
    parser.add_argument("--brief", action="store_true", help="nothing is saved")
    parser.add_argument("--attack", help=argparse.SUPPRESS)
    return parser.parse_args()


if __name__ == "__main__":
    main()
