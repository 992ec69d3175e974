"""Pictures of a comparison as SVG files: lines over two axes, no more."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from math import log2
from pathlib import Path

import numpy as np

from riskengine.training.compare import ENGINE, Stream
from riskengine.training.metrics import LEGITIMATE, Scores

_WIDTH, _HEIGHT, _MARGIN = 640, 420, 64
_COLOURS = ("#0b6e4f", "#c1666b", "#4281a4", "#d4a017", "#6a4c93", "#444444")
_STEPS = 240
_BIN = 10  # points
_LEAST = 20  # sign-ins in a bin that is shown

Line = Sequence[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Axis:
    """What an axis says, its ends, and where numbers stand on it."""

    words: str
    low: float
    high: float
    ticks: Sequence[float]
    say: Callable[[float], str] = "{:g}".format


def draw(folder: Path, streams: Sequence[Stream], models: Sequence[str]) -> list[Path]:
    """Write all pictures into a folder; answers their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    pooled = {model: _pooled(streams, model) for model in models}
    whole, percent = (0.0, 0.25, 0.5, 0.75, 1.0), "{:.0%}".format
    caught = Axis("attacks caught", 0.0, 1.0, whole, percent)
    some = Axis("good sign-ins challenged", 0.0, 0.1, (0.0, 0.02, 0.04, 0.06, 0.08, 0.1), percent)
    every = Axis("good sign-ins challenged", 0.0, 1.0, whole, percent)
    curves = {model: _curve(*scores) for model, scores in pooled.items()}
    files = {
        "roc.svg": _chart("Attacks caught against good sign-ins challenged", every, caught, curves),
        "budget.svg": _chart("The part that matters: up to one good sign-in in ten", some, caught, curves),
        "reliability.svg": _reliability(*pooled[ENGINE]),
    }
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return [folder / name for name in files]


def _pooled(streams: Sequence[Stream], model: str) -> tuple[Scores, Scores]:
    """Good sign-ins' scores and attacks', of all streams."""
    good = [stream.scores[model][stream.labels == LEGITIMATE] for stream in streams]
    attacks = [stream.scores[model][stream.labels != LEGITIMATE] for stream in streams]
    return np.concatenate(good), np.concatenate(attacks)


def _curve(good: Scores, attacks: Scores) -> Line:
    # Closer together where few are challenged.
    shares = np.linspace(0.0, 1.0, _STEPS) ** 3
    limits = np.quantile(good, 1.0 - shares, method="higher")
    return [
        (float(share), float(np.mean(attacks > limit))) for share, limit in zip(shares, limits, strict=True)
    ]


def _reliability(good: Scores, attacks: Scores) -> str:
    """Observed doublings of the odds by points; the promise is one for ten, a straight line."""
    found: list[tuple[float, float]] = []
    for start in range(-150, 200, _BIN):
        calm = int(np.sum((good >= start) & (good < start + _BIN)))
        bad = int(np.sum((attacks >= start) & (attacks < start + _BIN)))
        if calm + bad >= _LEAST and calm and bad:
            found.append((start + _BIN / 2, log2(bad / calm)))
    base = float(np.mean([odds - points / 10.0 for points, odds in found])) if found else 0.0
    promise = [(points, base + points / 10.0) for points in (-150.0, 200.0)]
    across = Axis("points", -150.0, 200.0, (-150.0, -100.0, -50.0, 0.0, 50.0, 100.0, 150.0, 200.0))
    up = Axis("log2 of the odds of an attack", -14.0, 12.0, (-12.0, -8.0, -4.0, 0.0, 4.0, 8.0, 12.0))
    lines = {"observed": found, "promised: 10 points double": promise}
    return _chart("What points say, and what came true", across, up, lines)


def _chart(title: str, across: Axis, up: Axis, lines: Mapping[str, Line]) -> str:
    def x(value: float) -> float:
        return _MARGIN + (value - across.low) / (across.high - across.low) * (_WIDTH - 2 * _MARGIN)

    def y(value: float) -> float:
        return _HEIGHT - _MARGIN - (value - up.low) / (up.high - up.low) * (_HEIGHT - 2 * _MARGIN)

    parts = [_text(_MARGIN, 28, title, size=15), *_axes(across, up, x, y)]
    for number, (name, points) in enumerate(lines.items()):
        colour = _COLOURS[number % len(_COLOURS)]
        inside = [
            (x(a), y(b)) for a, b in points if across.low <= a <= across.high and up.low <= b <= up.high
        ]
        path = " ".join(f"{a:.1f},{b:.1f}" for a, b in inside)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts.append(_text(_WIDTH - _MARGIN - 190, _HEIGHT - _MARGIN - 12 - 17 * number, name, colour=colour))
    body = "\n".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" '
        f'width="{_WIDTH}" height="{_HEIGHT}" font-family="sans-serif">\n'
        f'<rect width="100%" height="100%" fill="white"/>\n{body}\n</svg>\n'
    )


def _axes(across: Axis, up: Axis, x: Callable[[float], float], y: Callable[[float], float]) -> list[str]:
    parts = []
    for tick in across.ticks:
        parts += [
            _rule(x(tick), y(up.low), x(tick), y(up.high)),
            _text(x(tick), y(up.low) + 18, across.say(tick), anchor="middle"),
        ]
    for tick in up.ticks:
        parts += [
            _rule(x(across.low), y(tick), x(across.high), y(tick)),
            _text(x(across.low) - 8, y(tick) + 4, up.say(tick), anchor="end"),
        ]
    parts.append(_text((x(across.low) + x(across.high)) / 2, _HEIGHT - 18, across.words, anchor="middle"))
    parts.append(_text(_MARGIN, 50, up.words))
    return parts


def _rule(x1: float, y1: float, x2: float, y2: float) -> str:
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="#dddddd"/>'


def _text(  # noqa: PLR0913 - where, what, and how it looks
    x: float, y: float, text: str, *, size: int = 12, anchor: str = "start", colour: str = "#222222"
) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" text-anchor="{anchor}" fill="{colour}">'
        f"{escape(text)}</text>"
    )
