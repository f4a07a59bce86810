"""Groups: ways to fold a slice, from fine to coarse, such that no fold contains its own operand.

Every way gives each node a label and a rank. A rank never falls along an edge, and rises along
each one between different labels; nodes of equal label and rank are one group. Edges between
groups then lead to higher ranks, which rules out cycles. Next:
:mod:`autograd.drawing.folding.fold`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from autograd.drawing.folding.repetitions import MOST_APART, period_of, recurrences
from autograd.drawing.folding.shifts import shifts_in
from autograd.drawing.folding.sketch import STEP
from autograd.drawing.folding.slices import Slice
from autograd.drawing.picture.roles import units
from autograd.engine.order import operands_of

if TYPE_CHECKING:
    from autograd.engine.value import Operand

__all__ = ["Grouping", "apart", "groupings"]

# Operations that join results; of the others, one with a single operand belongs to what made it.
JOINING = frozenset(("add", "sub", "mul", "div", "neg", "pow", "sum", "dot", "norm", "prod"))
CHUNKS = 24
FEW_RESULTS = 6


class Grouping(NamedTuple):
    """One way to fold: for each node of the slice its (rank, label), and what it is called."""

    how: str
    keys: Sequence[tuple[int, Any]]


def groupings(
    part: Slice, by: str | None, split: bool = False, ends: bool = False
) -> Iterator[Grouping]:
    """Ways to fold a slice, from fine to coarse; ``by`` names the one to begin with.

    Nodes stay apart at first, and only leaves are folded, unless modules are known. A result is
    folded with nothing, but in a recurrence, and where the slice is a part to ``split``. With
    ``ends`` a recurrence shows its first repetitions and its last.
    """
    results = set(part.results) if not split and len(part.results) <= FEW_RESULTS else set()
    roots = {i for i, node in enumerate(part.nodes) if node in results}
    modules = _modules(part, roots) if by != "operation" else []
    for depth in range(max(map(len, modules), default=0), 0, -1):
        labels = [
            ("module", path[min(depth, len(path)) - 1]) if path else ("op", node.op.name)
            for path, node in zip(modules, part.nodes)
        ]
        yield _ranked(part, labels, roots, "module")
    if by is None and not any(modules):
        yield apart(part)
        if ends:
            yield from _ends(part)
        if not split:
            yield from _steps(part)
    shifts = shifts_in(part.nodes, part.inner)  # which belong to what they are taken from
    named = [part.nodes[shifts.get(i, i)].op.name for i in range(len(part.nodes))]
    yield _ranked(part, [("op", name) for name in named], roots, "operation")
    yield _chunks(part, roots)


def apart(part: Slice) -> Grouping:
    """Every node by itself."""
    return Grouping("", [(i, None) for i in range(len(part.nodes))])


def _ranked(part: Slice, labels: list[tuple[str, str]], roots: set[int], how: str) -> Grouping:
    """Rank: how often the label changes on the way from the leaves, at most."""
    labels = [("root", str(i)) if i in roots else label for i, label in enumerate(labels)]
    ranks: list[int] = []
    for label, inner in zip(labels, part.inner):
        ranks.append(max([ranks[j] + (labels[j] != label) for j in inner], default=0))
    return Grouping(how, list(zip(ranks, labels)))


def _modules(part: Slice, roots: set[int]) -> list[tuple[str, ...]]:
    """The modules that each node belongs to, outermost first; none for most of a loss.

    A node that uses parameters belongs to the innermost module that all of them are in. Another
    one belongs to the module that all of its operands belong to, if it is an activation, or has
    several operands, all computed in that module, or begins a sum with 0.
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
    begins = outside | roots
    # What follows an activation, or takes a number that goes other ways too, is a loss's.
    ends = _judged(part, outside)
    modules: list[tuple[str, ...]] = []
    for i, (node, inner) in enumerate(zip(part.nodes, part.inner)):
        if used[i] and i not in roots:
            modules.append(_common(used[i]))
            continue
        path = modules[inner[0]] if inner and i not in begins else ()
        joined = len(inner) > 1 and not part.constants[i]
        started = node.op.name == "add" and 0.0 in map(_literal, operands_of(node))
        active = node.op.name not in JOINING and ends.isdisjoint(inner)
        if (joined or started or active) and all(modules[j] == path for j in inner):
            modules.append(path)
            if not (joined or started):
                ends.add(i)
        else:
            modules.append(())
    return modules


def _judged(part: Slice, outside: set[int]) -> set[int]:
    """Nodes that go several ways which do not meet at once, as in x·σ(x): those of a loss."""
    users: dict[int, list[int]] = {}
    for i, inner in enumerate(part.inner):
        for j in dict.fromkeys(inner):
            users.setdefault(j, []).append(i)
    return {
        j
        for j, above in users.items()
        if len(above) > 1
        and not any(
            len(part.inner[i]) > 1
            and not part.constants[i]
            and i not in outside
            and {j, *above}.issuperset(part.inner[i])
            for i in above
        )
    }


def _literal(operand: Operand) -> float | None:
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


def _steps(part: Slice) -> Iterator[Grouping]:
    """Every recurrence as one box."""
    names = [node.op.name for node in part.nodes]
    keys: list[tuple[int, Any]] = [(i, None) for i in range(len(names))]
    found = [*recurrences(part, names, 0, len(names))]
    for one in found:
        title = f"{STEP}{one.times:,} ({one.carries} carried)"
        keys[one.start : one.end] = [(one.start, ("step", title))] * (one.end - one.start)
    if found:
        yield Grouping("recurrence", keys)


def _ends(part: Slice) -> Iterator[Grouping]:
    """Every recurrence as its first, its second and its last repetition, and one fold between them;
    what is before and after the repetitions stays apart."""
    names = [node.op.name for node in part.nodes]
    keys: list[tuple[int, Any]] = [(i, None) for i in range(len(names))]
    found = [*recurrences(part, names, 0, len(names))]
    for one in found:
        times, small = one.times, 3 * one.period <= MOST_APART
        for i in range(one.start, one.end):
            number = (i - one.start) // one.period + 1
            if 2 < number < times:
                keys[i] = (one.start + 2 * one.period, ("between", f"× {times - 3:,}"))
            elif not small:
                at = one.start + (number - 1) * one.period
                keys[i] = (at, ("repetition", f"{number:,} of {times:,}"))
    if found:
        yield Grouping("recurrence", keys)


def _chunks(part: Slice, roots: set[int]) -> Grouping:
    """Equal stretches of the topological order, of whole repetitions if the operations repeat."""
    names = [node.op.name for node in part.nodes]
    period, count = period_of(names), len(names)
    length = -(-count // CHUNKS)
    if period and period < length:
        length = -(-length // period) * period
    how = "repetition" if period and count >= 2 * period else "stretch"
    unit = period if how == "repetition" and period else 1
    keys: list[tuple[int, Any]] = []
    for i in range(count):
        if i in roots and i == count - 1:  # nothing uses it
            keys.append((count, None))
            continue
        chunk = i // length
        first, last = chunk * length, min((chunk + 1) * length, count)
        about = (how, f"{first // unit + 1}–{-(-last // unit)} of {-(-count // unit)}")
        keys.append((chunk, about))
    return Grouping(how, keys)
