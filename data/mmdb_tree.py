"""Write answers for address ranges as a small MaxMind-format database; used by refresh.py only."""
# ruff: noqa: INP001
# Reason: a part of a command-line program outside the package.

import sys
from bisect import bisect_right
from collections import Counter
from pathlib import Path
from typing import Any

from mmdb_writer import Encoder, SearchTreeLeaf, SearchTreeNode, TreeWriter

Segments = list[tuple[int, int, Any]]
Value = tuple[tuple[int, str] | None, str | None]
Tree = SearchTreeNode | SearchTreeLeaf | None

NUMBER, OWNER, COUNTRY = "autonomous_system_number", "autonomous_system_organization", "country_code"
# By address bits: what is finer than this is generalised, ...
FINEST = {32: 8, 128: 80}
# ... and within blocks up to this, unannounced space may take its neighbour's answer.
FILLED = {32: 16, 128: 96}


class Forest:
    """Search trees that share equal parts: the format allows it, and it saves a third."""

    def __init__(self) -> None:
        self._nodes: dict[tuple[int, int], SearchTreeNode] = {}
        self._leaves: dict[Any, SearchTreeLeaf] = {}

    def leaf(self, key: Any, record: dict[str, Any]) -> Tree:
        """The one leaf of a record; nothing for an empty one."""
        if not record:
            return None
        if key not in self._leaves:
            self._leaves[key] = SearchTreeLeaf(record)
        return self._leaves[key]

    def node(self, left: Tree, right: Tree) -> Tree:
        """The one node with these branches; equal leaves need none."""
        if left is right and not isinstance(left, SearchTreeNode):
            return left
        key = (id(left), id(right))
        if key not in self._nodes:
            self._nodes[key] = SearchTreeNode(left, right)
        return self._nodes[key]

    def single_texts(self) -> frozenset[str]:
        """Texts that only one leaf holds."""
        texts = (
            text for leaf in self._leaves.values() for text in leaf.value.values() if isinstance(text, str)
        )
        return frozenset(text for text, count in Counter(texts).items() if count == 1)


def overlay(networks: Segments, countries: Segments) -> tuple[list[int], list[Value]]:
    """Where the answer changes, and the answer (network, country) from there on."""
    cuts = sorted({0} | {cut for first, last, _ in (*networks, *countries) for cut in (first, last + 1)})
    starts: list[int] = []
    values: list[Value] = []
    layers = (networks, countries)
    at = [0, 0]
    for cut in cuts:
        found: list[Any] = []
        for layer, ranges in enumerate(layers):
            while at[layer] < len(ranges) and ranges[at[layer]][1] < cut:
                at[layer] += 1
            here = at[layer] < len(ranges) and ranges[at[layer]][0] <= cut
            found.append(ranges[at[layer]][2] if here else None)
        value = (found[0], found[1])
        if not values or values[-1] != value:
            starts.append(cut)
            values.append(value)
    return starts, values


def network_tree(forest: Forest, answers: tuple[list[int], list[Value]], bits: int) -> Tree:
    """The tree of networks and countries of one address family of so many bits."""
    starts, values = answers

    def grow(low: int, size: int) -> Tree:
        at = bisect_right(starts, low) - 1
        whole = at + 1 == len(starts) or starts[at + 1] >= low + (1 << size)
        if whole or size <= FINEST[bits]:
            return forest.leaf(values[at], _record(values[at]))
        half = size - 1
        left, right = grow(low, half), grow(low + (1 << half), half)
        if size <= FILLED[bits]:
            left, right = _fill(left, right), _fill(right, left)
        return forest.node(left, right)

    return grow(0, bits)


def _record(value: Value) -> dict[str, Any]:
    network, country = value
    record: dict[str, Any] = {COUNTRY: country} if country else {}
    if network:
        record[NUMBER], record[OWNER] = network
    return record


def _fill(gap: Tree, neighbour: Tree) -> Tree:
    """The neighbour's answer where nothing is announced and no other country is known."""
    if not isinstance(neighbour, SearchTreeLeaf):
        return gap
    if gap is None:
        return neighbour
    if isinstance(gap, SearchTreeNode) or NUMBER in gap.value:
        return gap
    return neighbour if gap.value.get(COUNTRY) == neighbour.value.get(COUNTRY) else gap


class SparseEncoder(Encoder):
    """Writes numbers and single-use texts in place: a pointer to them would cost more."""

    singles: frozenset[str] = frozenset()

    def encode(self, value: Any, type_id: int | None = None, return_offset: bool = False) -> Any:  # noqa: FBT001, FBT002  the base class's signature
        """Encode a value; what is used once or is a whole number without the cache."""
        in_place = type(value) is int or (type(value) is str and value in self.singles)
        if return_offset or not in_place:
            return super().encode(value, type_id, return_offset)  # type: ignore[call-overload]
        kept, self.cache = self.cache, False
        try:
            return super().encode(value, type_id)
        finally:
            self.cache = kept


def _graft(root: Tree, branch: Tree, depth: int) -> Tree:
    """The tree with a branch so many zero bits below its root (IPv4 at ::/96)."""
    if depth == 0:
        return branch
    left = root.left if isinstance(root, SearchTreeNode) else root
    right = root.right if isinstance(root, SearchTreeNode) else root
    return SearchTreeNode(_graft(left, branch, depth - 1), right)


def write_database(path: Path, forest: Forest, trees: tuple[Tree, Tree], about: str, epoch: int) -> None:
    """Write an IPv4 and an IPv6 tree as one database named like its file."""
    sys.setrecursionlimit(10_000)
    v4, v6 = trees
    meta = {
        "ip_version": 6,
        "database_type": f"riskengine-{path.stem}",
        "languages": ["en"],
        "binary_format_major_version": 2,
        "binary_format_minor_version": 0,
        "description": {"en": about},
        "build_epoch": epoch,
    }
    writer = TreeWriter(_graft(v6, v4, 96), meta, float_type="f32")  # type: ignore[arg-type]
    writer.encoder = SparseEncoder(cache=True, float_type="f32")
    writer.encoder.singles = forest.single_texts()
    writer.write(str(path))
