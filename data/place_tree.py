"""Generalise a database of cities until it is small enough to carry; used by refresh.py only.

Neighbouring blocks become one as long as most of their addresses lie near one town; towns are
called after the largest one close by.
"""
# ruff: noqa: INP001
# Reason: a part of a command-line program outside the package.

import math
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import numpy as np
from mmdb_tree import Forest, Tree

EARTH_KM = 6371.0
NEAR_KM = 150.0
MOST = 0.85
SAME_TOWN_KM = 40.0
# By address bits: the finest block; the largest one whose gaps may be filled; the largest one that
# may be generalised (larger ranges of the source are defaults for what nobody uses).
FINEST = {32: 9, 128: 88}
FILLED = {32: 16, 128: 96}
LARGEST = {32: 24, 128: 96}
# In finest blocks, how much one range of the source may weigh: the wide ones are mostly defaults.
HEAVIEST = {32: 1 << 23, 128: 1}

Town = tuple[str, str, float, float]  # country, name, latitude, longitude
Floats = np.ndarray[Any, np.dtype[np.float64]]
Ints = np.ndarray[Any, np.dtype[np.int64]]


class Towns:
    """All towns of a database, numbered from 1, with their weight."""

    def __init__(self) -> None:
        self._numbers: dict[Town, int] = {}
        self.rows: list[Town] = [("", "", 0.0, 0.0)]
        self.weights: list[int] = [0]

    def number(self, record: dict[str, Any], weight: int) -> int:
        """The number of a record's town, which gains weight; 0 for none."""
        latitude, longitude = round(record["latitude"], 2), round(record["longitude"], 2)
        if latitude == 0 and longitude == 0:
            return 0
        # "Berlin (Mitte)" is Berlin.
        name = record["city"].partition(" (")[0]
        row = (record["country_code"], name, latitude, longitude)
        found = self._numbers.get(row)
        if found is None:
            found = self._numbers[row] = len(self.rows)
            self.rows.append(row)
            self.weights.append(0)
        self.weights[found] += weight
        return found

    def points(self) -> Floats:
        """Unit vectors of all towns."""
        latitude = np.radians(np.array([row[2] for row in self.rows]))
        longitude = np.radians(np.array([row[3] for row in self.rows]))
        flat = np.cos(latitude)
        return np.stack([flat * np.cos(longitude), flat * np.sin(longitude), np.sin(latitude)], axis=1)

    def largest_nearby(self, points: Floats) -> Ints:
        """For each town the heaviest one of its country within SAME_TOWN_KM."""
        least = math.cos(SAME_TOWN_KM / EARTH_KM)
        result = np.arange(len(self.rows))
        by_country: dict[str, list[int]] = defaultdict(list)
        for number, row in enumerate(self.rows[1:], start=1):
            by_country[row[0]].append(number)
        weights = np.array(self.weights)
        for numbers in by_country.values():
            ordered = np.array(numbers)[np.argsort(-weights[numbers], kind="stable")]
            here = points[ordered]
            is_free = np.ones(len(ordered), dtype=bool)
            for at in range(len(ordered)):
                if is_free[at]:
                    taken = is_free & (here @ here[at] >= least)
                    result[ordered[taken]] = ordered[at]
                    is_free &= ~taken
        return result


class Blocks:
    """Ranges of finest blocks with their town, in ascending order."""

    def __init__(self, ranges: Iterable[tuple[int, int, int]], bits: int) -> None:
        """Compile (first address, last address, town); within one block the heaviest town wins."""
        finest = FINEST[bits]
        wide: list[tuple[int, int, int]] = []
        narrow: dict[int, dict[int, int]] = defaultdict(lambda: defaultdict(int))
        for first, last, town in ranges:
            if not town or last - first >= 1 << LARGEST[bits]:
                continue
            if last - first + 1 >= 1 << finest:
                wide.append((first >> finest, (last >> finest) + 1, town))
            else:
                narrow[first >> finest][town] += last - first + 1
        wide.extend((at, at + 1, max(towns, key=towns.__getitem__)) for at, towns in narrow.items())
        table = np.array(sorted(wide), dtype=np.int64).reshape(-1, 3)
        self.starts, self.ends, self.towns = table[:, 0], table[:, 1], table[:, 2]

    def within(self, low: int, high: int) -> tuple[Ints, Ints]:
        """Towns of the ranges that reach into [low, high), and how many blocks each has there."""
        first = int(np.searchsorted(self.ends, low, side="right"))
        last = int(np.searchsorted(self.starts, high, side="left"))
        part = slice(first, last)
        sizes = np.minimum(self.ends[part], high) - np.maximum(self.starts[part], low)
        return self.towns[part], sizes


def place_tree(forest: Forest, blocks: Blocks, towns: Towns, bits: int) -> Tree:
    """The generalised tree of one address family."""
    points = towns.points()
    nearby = towns.largest_nearby(points)
    countries = np.unique(np.array([row[0] for row in towns.rows]), return_inverse=True)[1]
    least = math.cos(NEAR_KM / EARTH_KM)
    finest = FINEST[bits]

    def main_town(numbers: Ints, sizes: Ints) -> int | None:
        found, at = np.unique(nearby[numbers], return_inverse=True)
        weights = np.bincount(at, weights=sizes)
        main = int(found[weights.argmax()])
        near = (points[found] @ points[main] >= least) & (countries[found] == countries[main])
        return main if weights[near].sum() >= MOST * weights.sum() else None

    def grow(low: int, size: int) -> Tree:
        numbers, sizes = blocks.within(low >> finest, (low + (1 << size)) >> finest)
        if not len(numbers):
            return None
        covered = int(sizes.sum()) == 1 << (size - finest)
        if size <= LARGEST[bits] and (covered or size <= FILLED[bits]):
            weights = np.minimum(sizes, HEAVIEST[bits])
            main = int(nearby[numbers[0]]) if len(numbers) == 1 else main_town(numbers, weights)
            if main is not None:
                return forest.leaf(towns.rows[main], _record(towns.rows[main]))
        half = size - 1
        return forest.node(grow(low, half), grow(low + (1 << half), half))

    return grow(0, bits)


def _record(town: Town) -> dict[str, Any]:
    country, name, latitude, longitude = town
    record: dict[str, Any] = {"country_code": country, "latitude": latitude, "longitude": longitude}
    return record | {"city": name} if name else record
