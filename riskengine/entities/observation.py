"""What processes tell each other of their sign-ins, and that they are there."""

from msgspec import Struct


class Observation(Struct, frozen=True, kw_only=True):
    """One thing that a process took into a pool's shared risk state, for the others to take in too.

    `number` counts up within the process and the pool. `decided`: all its numbers up to this one are
    written by now, or never will be.
    """

    pool: str
    process: str
    number: int
    decided: int
    body: bytes


class Worker(Struct, frozen=True, kw_only=True):
    """A serving process; `touched` are the pools it told of lately, each with its last number there."""

    process: str
    beat: int  # counts up
    expires: int  # by its host's clock
    touched: dict[str, int] = {}
    is_gone: bool = False  # it has said goodbye
