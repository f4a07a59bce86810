"""Folding: a large graph as a small picture, in which boxes stand for many nodes and say so.

The first way to group nodes that gives few enough boxes is taken, see
:mod:`autograd.drawing.folding.partitions`; leaves are grouped if they still are too many.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from autograd.drawing.folding.partitions import Grouping, apart, groupings
from autograd.drawing.folding.quotient import Plan, drawn
from autograd.drawing.folding.sketch import FEW, stem
from autograd.drawing.folding.slices import Slice
from autograd.drawing.folding.stretches import stretches
from autograd.drawing.picture.roles import kind_of
from autograd.drawing.picture.snapshot import Picture
from autograd.engine.order import record_of

if TYPE_CHECKING:
    from autograd.engine.value import Value

__all__ = ["LIMIT", "folded_picture", "graph_picture"]

LIMIT = 150
"""How many boxes a picture has at most before it is folded."""
MANY = 12
"""So many leaves beside the same boxes still stand one by one; more would make a column."""
HUGE = 1_000_000
"""From so many computed nodes on memory decides: stretches of the graph are all one can have."""


def graph_picture(
    roots: Sequence[Value],
    parameters: frozenset[int] = frozenset(),
    limit: int | None = LIMIT,
    by: str | None = None,
    depth: int | None = None,
    ends: bool = False,
) -> Picture:
    """The picture of all that the roots depend on, or of what is near them, folded if need be.

    >>> from autograd import Value
    >>> len(graph_picture([Value(1.0) + Value(2.0)]).boxes)
    3
    """
    if depth is not None:
        return folded_picture(Slice.of(roots, depth), parameters, limit, by, ends=ends)
    order, place = record_of(roots)
    if limit is not None and len(order) >= HUGE:
        return stretches(roots, order, place, parameters)
    del place
    return folded_picture(Slice(order, roots), parameters, limit, by, ends=ends)


def folded_picture(
    part: Slice,
    parameters: frozenset[int] = frozenset(),
    limit: int | None = LIMIT,
    by: str | None = None,
    split: bool = False,
    ends: bool = False,
) -> Picture:
    """The picture of a slice in at most about ``limit`` boxes.

    With ``split`` all of it in one box is not an answer; with ``ends`` recurrences show their own.

    >>> from autograd import Value, sin
    >>> y = x = Value(1.0, name="x")
    >>> for _ in range(1000):
    ...     y = sin(y) * 2.0
    >>> picture = folded_picture(Slice.of([y]))
    >>> next((box.name, box.size) for box in picture.boxes if box.kind == "fold")
    ('step × 1,000 (1 carried)', 2000)
    """
    if limit is None or (by is None and part.size <= limit):
        return drawn(part, _plan(part, apart(part), parameters, 0), parameters)
    plan = None
    for grouping in groupings(part, by, split, ends):
        boxes = len(set(grouping.keys))
        if boxes > limit or (split and boxes == 1):
            continue
        for squeeze in (0, 1, 2):
            plan = _plan(part, grouping, parameters, squeeze, split)
            if _size(part, plan) <= limit:
                return drawn(part, plan, parameters)
    assert plan is not None  # the last way always gives few groups
    return drawn(part, plan, parameters)


def _plan(
    part: Slice,
    grouping: Grouping,
    parameters: frozenset[int],
    squeeze: int,
    split: bool = False,
) -> Plan:
    """Groups by rising rank; leaves grouped by name, all of a kind together, or at first not at all
    but where computed nodes are, by module, operation or recurrence: there leaves that the same
    groups use, such as what each step of a recurrence is given, apart from what it begins with. In
    a part of something, which one opens to see them, they are not."""
    members: dict[tuple[int, Any], list[int]] = {}
    for i, key in enumerate(grouping.keys):
        members.setdefault(key, []).append(i)
    order = sorted(members, key=lambda key: (key[0], members[key][0]))
    number = {key: group for group, key in enumerate(order)}
    group_of = [number[key] for key in grouping.keys]
    absorbed: list[list[Any]] = [[] for _ in order]
    families: dict[Any, list[Any]] = {}
    results = set(part.results)  # a leaf that is one is used from outside, too
    for leaf, consumers in part.consumers.items():
        used_in = {group_of[i] for i in consumers}
        first = min(used_in, default=0)
        alone = len(used_in) == 1 and leaf not in results
        if alone and _inside(leaf, order[first][1], grouping.how, parameters):
            absorbed[first].append(leaf)
        else:
            alike: Any = id(leaf)
            if grouping.how in ("module", "operation", "recurrence") and not split:
                alike = (*sorted(used_in), stem(leaf) if grouping.how == "recurrence" else "")
            families.setdefault(_family(leaf, parameters, squeeze, alike), []).append(leaf)
    for family, leaves in list(families.items()):
        if len(leaves) <= (FEW if squeeze else MANY):
            del families[family]
            families.update((id(leaf), [leaf]) for leaf in leaves)
    groups = [members[key] for key in order]
    return Plan(
        grouping.how, groups, group_of, absorbed, families, not squeeze, [key[1] for key in order]
    )


def _inside(
    leaf: Value, label: tuple[str, str] | None, how: str, parameters: frozenset[int]
) -> bool:
    """Whether a leaf that only one group uses is shown in it: in its module, or in its stretch."""
    if label is None or label[0] == "step" or leaf.op is not None:
        return False  # what a recurrence begins with and goes through stands before it
    if how == "module":
        return label[0] == "module" and kind_of(leaf, parameters) == "parameter"
    return how not in ("", "operation")


def _family(leaf: Value, parameters: frozenset[int], squeeze: int, alike: Any) -> Any:
    kind = "outside" if leaf.op else kind_of(leaf, parameters)
    return (kind, (alike, stem(leaf), "")[squeeze])


def _size(part: Slice, plan: Plan) -> int:
    constants = sum(
        part.constants[members[0]] if plan.constants_apart else min(part.constants[members[0]], FEW)
        for group, members in enumerate(plan.groups)
        if not plan.is_fold(group)
    )
    return len(plan.groups) + len(plan.families) + constants
