"""Expressions over eight numbers at once, in LLVM's language.

The operations of :mod:`autograd.program.loop.native.emit` on vectors. A choice computes both sides
and selects; a side that calls functions is computed only if some lane takes it. Next:
:mod:`autograd.program.loop.lanes.machine_code`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from autograd.ops.expr import Expr
from autograd.ops.op import Op
from autograd.program.loop.native.emit import Body, Values
from autograd.program.loop.native.forms import (
    BOUNDS,
    forms,
    function_symbol,
    library_symbol,
)
from autograd.program.loop.native.lane_translation import lane_translations
from autograd.program.loop.native.sides import cost, usual
from autograd.program.loop.native.symbols import INTRINSICS, RARELY, called, library
from autograd.program.loop.row_sums import LANES

__all__ = [
    "BYTES", "VECTOR", "LaneBody", "everywhere", "lane_declarations", "lane_functions",
    "lane_names", "transposed",
]  # fmt: skip

VECTOR = f"<{LANES} x double>"
BYTES = 8 * LANES
"""Of one slot: a number for every lane."""
LONG = 10
"""Operations that are worth a branch around them."""


def lane_symbol(op: Op) -> str:
    """What a function over lanes is called by."""
    if op.name in INTRINSICS:
        return intrinsic(op.name)
    return function_symbol(op.name, LANES)


def lane_names() -> list[str]:
    """What the functions over lanes are called."""
    return [lane_symbol(op) for op in called()]


def intrinsic(name: str) -> str:
    """LLVM's own function over lanes."""
    return INTRINSICS[name].replace(".f64", f".v{LANES}f64")


def lane_functions() -> list[str]:
    """The functions over lanes: their forms, those of the table that are Python translated, and
    the C library's for each lane.
    """
    copysign = f"declare {VECTOR} @llvm.copysign.v{LANES}f64({VECTOR}, {VECTOR})"
    lines = [*_intrinsics(), copysign, *forms(LANES)]
    python = {op: op.function for op in called() if op.function and not op.native}
    translated = lane_translations({_masked(op): f for op, f in python.items()}, LANES)
    lines += translated.values()
    for op in called():
        if _masked(op) in translated:
            lines.append(_with_full_mask(op))
        else:
            own = op.name in BOUNDS
            name = library_symbol(op.name, LANES) if own else lane_symbol(op)
            lines.append(_lane_by_lane(op, name))
    return lines


def _masked(op: Op) -> str:
    """What the function is called by that takes a mask."""
    return f"masked.{op.name}"


def _with_full_mask(op: Op) -> str:
    """A translated function, for all lanes."""
    operands = ", ".join(f"{VECTOR} %{x}" for x in op.variables)
    full = f"<{LANES} x i1> <{', '.join(['i1 true'] * LANES)}>"
    body = Body()
    result = body.set(f"call {VECTOR} @{_masked(op)}({operands}, {full})")
    body.do(f"ret {VECTOR} {result}")
    return body.function(f"{VECTOR} @{lane_symbol(op)}({operands})")


def lane_declarations() -> list[str]:
    """The same for a module that only calls them."""
    return _intrinsics() + [
        f"declare {VECTOR} @{lane_symbol(op)}({', '.join([VECTOR] * len(op.variables))})"
        for op in called()
    ]


def _intrinsics() -> list[str]:
    return [f"declare {VECTOR} @{intrinsic(name)}({VECTOR})" for name in INTRINSICS]


def _lane_by_lane(op: Op, name: str) -> str:
    """A function over lanes that calls the C library's for each of them."""
    body = Body()
    operands = [f"%{x}" for x in op.variables]
    *sources, target = [body.set(f"alloca {VECTOR}") for _ in range(len(operands) + 1)]
    for operand, place in zip(operands, sources):
        body.do(f"store {VECTOR} {operand}, ptr {place}")

    def step(lane: str, number: str) -> str:
        numbers = ", ".join(f"double {body.load(place, lane)}" for place in sources)
        result = body.set(f"call double @{library(op)}({numbers})")
        body.do(f"store double {result}, ptr {body.slot(target, lane)}")
        return number

    body.loop(str(LANES), step)
    body.do(f"ret {VECTOR} {body.set(f'load {VECTOR}, ptr {target}')}")
    head = f"{VECTOR} @{name}({', '.join(f'{VECTOR} {x}' for x in operands)})"
    return body.function(head)


def everywhere(body: Body, kind: str, number: str) -> str:
    """A number in every lane."""
    vector = f"<{LANES} x {kind}>"
    one = body.set(f"insertelement {vector} poison, {kind} {number}, i32 0")
    return body.set(
        f"shufflevector {vector} {one}, {vector} poison, <{LANES} x i32> zeroinitializer"
    )


def transposed(body: Body, rows: Sequence[str], kind: str = "double") -> list[str]:
    """The columns of a square of numbers given as rows, by halves of halves of it."""
    found, lanes = [*rows], len(rows)
    vector, width = f"<{lanes} x {kind}>", lanes // 2
    while width:
        # Of two rows this far apart, the one keeps its own blocks in the even places and takes the
        # other's, the other those in the odd places.
        blocks = [[i // width % 2 for i in range(lanes)], [*range(lanes)]]
        low = [i - width + lanes if odd else i for odd, i in zip(*blocks)]
        high = [i + lanes if odd else i + width for odd, i in zip(*blocks)]
        for first in range(lanes):
            if not first // width % 2:
                pair = found[first], found[first + width]
                found[first], found[first + width] = (
                    _shuffled(body, vector, *pair, order) for order in (low, high)
                )
        width //= 2
    return found


def _shuffled(body: Body, vector: str, a: str, b: str, order: Sequence[int]) -> str:
    mask = f"<{len(order)} x i32> <{', '.join(f'i32 {i}' for i in order)}>"
    return body.set(f"shufflevector {vector} {a}, {vector} {b}, {mask}")


class LaneBody(Body):
    """A function over lanes."""

    number = VECTOR
    truth = f"<{LANES} x i1>"

    def symbol(self, op: Op) -> str:
        """The name that a primitive's function is called by."""
        return lane_symbol(op)

    def literal(self, number: float) -> str:
        """A constant in every lane."""
        return f"<{', '.join([f'double {super().literal(number)}'] * LANES)}>"

    def vector(self, place: str) -> str:
        """The numbers of a slot."""
        return self.set(f"load {VECTOR}, ptr {place}, align {BYTES}")

    def store(self, number: str, place: str) -> None:
        """Write the numbers of a slot."""
        self.do(f"store {VECTOR} {number}, ptr {place}, align {BYTES}")

    def _where(self, expr: Expr, values: Values) -> str:
        truth = self.condition(expr, values)
        if usual(expr.operands[0]):
            chosen = self.side(expr, 1, values)

            def rest() -> list[str]:
                return [self.select(truth, chosen, self.side(expr, 2, values))]

            return self._if_any(truth, "-1", rest, chosen, RARELY)[0]
        chosen = self._side_if_any(expr, 1, truth, values)
        return self.select(truth, chosen, self._side_if_any(expr, 2, truth, values))

    def _side_if_any(self, choice: Expr, which: int, truth: str, values: Values) -> str:
        """One side of a choice; one that takes long only if some lane takes it."""
        if cost(choice.operands[which], values) <= LONG:
            return self.side(choice, which, values)
        none = "0" if which == 1 else "-1"
        return self._if_any(
            truth, none, lambda: [self.side(choice, which, values)], self.literal(0.0)
        )[0]

    def unless(self, guard: str, step: Callable[[], Sequence[str]]) -> list[str]:
        """What a step gives if a number is not 1 in some lane, as it is as a rule."""
        truth = self.set(f"fcmp ogt {VECTOR} {guard}, {self.literal(0.0)}")
        return self._if_any(truth, "-1", step, self.literal(0.0), RARELY)

    def _if_any(
        self,
        truth: str,
        none: str,
        step: Callable[[], Sequence[str]],
        other: str,
        likely: str = "",
    ) -> list[str]:
        """What a step gives if any lane needs it, that is, unless ``truth`` has these bits."""
        some, after = self.label(), self.label()
        bits = self.set(f"bitcast <{LANES} x i1> {truth} to i{LANES}")
        start = self.block
        taken = self.set(f"icmp ne i{LANES} {bits}, {none}")
        self.do(f"br i1 {taken}, label %{some}, label %{after}{likely}")
        self.start(some)
        found, last = step(), self.block
        self.do(f"br label %{after}")
        self.start(after)
        return [
            self.set(f"phi {VECTOR} [ {number}, %{last} ], [ {other}, %{start} ]")
            for number in found
        ]
