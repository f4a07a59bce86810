"""Groups: ways to fold a slice, from fine to coarse, such that no fold contains its own operand.

Every way gives each node a label and a rank. A rank never falls along an edge, and rises along
each one between different labels; nodes of equal label and rank are one group. Edges between
groups then lead to higher ranks, which rules out cycles.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from autograd.drawing.folding.slices import Slice
from autograd.drawing.picture.snapshot import units
from autograd.engine.order import operands_of

__all__ = ["Grouping", "apart", "groupings"]

# Operations that join results; of the others, one with a single operand belongs to what made it.
JOINING = frozenset(("add", "sub", "mul", "div", "neg", "pow", "sum", "dot", "norm", "prod"))
CHUNKS = 24
LONGEST_PERIOD = 4000


class Grouping(NamedTuple):
    """One way to fold: for each node of the slice its (rank, label), and what it is called."""

    how: str
    keys: Sequence[tuple[int, Any]]


def groupings(part: Slice, by: str | None) -> Iterator[Grouping]:
    """Ways to fold a slice, from fine to coarse; ``by`` names the one to begin with.

    Nodes stay apart at first, and only leaves are folded, unless modules are known.
    """
    modules = _modules(part) if by != "operation" else []
    for depth in range(max(map(len, modules), default=0), 0, -1):
        labels = [
            ("module", path[min(depth, len(path)) - 1]) if path else ("op", node.op.name)
            for path, node in zip(modules, part.nodes)
        ]
        yield _ranked(part, labels, "module")
    if by is None and not any(modules):
        yield apart(part)
    yield _ranked(part, [("op", node.op.name) for node in part.nodes], "operation")
    yield _chunks(part)


def apart(part: Slice) -> Grouping:
    """Every node by itself."""
    return Grouping("", [(i, None) for i in range(len(part.nodes))])


def _ranked(part: Slice, labels: list[tuple[str, str]], how: str) -> Grouping:
    """Rank: how often the label changes on the way from the leaves, at most."""
    ranks: list[int] = []
    for label, inner in zip(labels, part.inner):
        ranks.append(max([ranks[j] + (labels[j] != label) for j in inner], default=0))
    return Grouping(how, list(zip(ranks, labels)))


def _modules(part: Slice) -> list[tuple[str, ...]]:
    """The modules that each node belongs to, outermost first; none for most of a loss.

    A node that uses parameters belongs to the innermost module that all of them are in. Another
    one belongs to the module that all of its operands belong to, if it is a function of a single
    operand, an activation, or has several operands, all computed in that module, or begins a sum
    with 0.
    """
    known: dict[Any, tuple[str, ...]] = {}
    used: list[list[tuple[str, ...]]] = [[] for _ in part.nodes]
    for leaf, consumers in part.consumers.items():
        if leaf.op is None and leaf.name:
            path = known.setdefault(leaf.name, units(leaf.name))
            if path and path != ("",):
                for i in consumers:
                    if path not in used[i]:
                        used[i].append(path)
    outside = {i for outer, consumers in part.consumers.items() for i in consumers}
    modules: list[tuple[str, ...]] = []
    for i, (node, inner) in enumerate(zip(part.nodes, part.inner)):
        if used[i]:
            modules.append(_common(used[i]))
            continue
        path = modules[inner[0]] if inner and i not in outside else ()
        joined = len(inner) > 1 and not part.constants[i]
        started = node.op.name == "add" and 0.0 in map(_literal, operands_of(node))
        if (joined or started or node.op.name not in JOINING) and all(
            modules[j] == path for j in inner
        ):
            modules.append(path)
        else:
            modules.append(())
    return modules


def _literal(operand: Any) -> float | None:
    """The number of a literal operand."""
    return operand if type(operand) is float else None


def _common(paths: list[tuple[str, ...]]) -> tuple[str, ...]:
    """The longest beginning that the paths share."""
    first, *others = paths
    if not others:
        return first
    for length in range(len(first), 0, -1):
        if all(path[:length] == first[:length] for path in others):
            return first[:length]
    return ()


def _chunks(part: Slice) -> Grouping:
    """Equal stretches of the topological order, of whole repetitions if the operations repeat."""
    names = [node.op.name for node in part.nodes]
    period, count = _period(names), len(names)
    length = -(-count // CHUNKS)
    if period and period < length:
        length = -(-length // period) * period
    how = "repetition" if period and count >= 2 * period else "stretch"
    unit = period if how == "repetition" and period else 1
    keys = []
    for i in range(count):
        chunk = i // length
        first, last = chunk * length, min((chunk + 1) * length, count)
        about = (how, f"{first // unit + 1}–{-(-last // unit)} of {-(-count // unit)}")
        keys.append((chunk, about))
    return Grouping(how, keys)


def _period(names: list[str]) -> int | None:
    """The length of the repeated sequence of operations, if there is one, the ends apart.

    >>> _period(["sin"] + ["mul", "add"] * 9)
    2
    """
    middle = len(names) // 2
    sample = names[middle : middle + 4 * LONGEST_PERIOD]
    for length in range(1, min(LONGEST_PERIOD, len(sample) // 2) + 1):
        if sample[length : length + 8] == sample[:8]:
            agreeing = sum(a == b for a, b in zip(sample, sample[length:]))
            if agreeing >= 0.95 * (len(sample) - length):
                return length
    return None
