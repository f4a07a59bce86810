"""Machine code for a scan: the step between the ends of a loop.

What a run hands to the next stays in registers of the processor; what the way back needs is kept on
a stack, run after run. A kernel works on one point, or on eight rows of a batch at once; arrays of
numbers that the batch does not share are (numbers, blocks, lanes). Next:
:mod:`autograd.program.scans.reverse_kernels`, the way back.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from autograd.program.loop.lanes.patterns import Instruction, lane_rules
from autograd.program.loop.lanes.stream import Names
from autograd.program.loop.lanes.vectors import VECTOR, LaneBody
from autograd.program.loop.native.emit import Body
from autograd.program.loop.native.steps import Steps

__all__ = ["FRAME", "Kernel", "Kind", "Wiring", "forward_text"]

FRAME = (
    "count", "blocks", "first", "common", "own", "shared", "stack", "last", "each",
    "item_adjoints", "first_adjoints", "shared_adjoints",
)  # fmt: skip
"""What a kernel is called with: 64-bit numbers in one array, from the third on pointers."""


class Wiring(NamedTuple):
    """A step in registers: the carry's come first, then the item's, then those of what is shared.

    The others are registers of results.
    """

    steps: Steps
    carries: int
    items: int
    shared: int
    new: tuple[int, ...]
    last: tuple[int, ...]
    each: tuple[int, ...]


class Kind(NamedTuple):
    """What a kernel is for: how many lanes, and which of the inputs have which part in it."""

    lanes: int
    own: tuple[bool, ...]
    """Numbers of the item that differ from row to row of the batch."""
    wanted: tuple[bool, ...] = ()
    """Registers of inputs that derivatives are taken by."""


class _Point(Body):
    """One number at a time, by the words of :class:`LaneBody`."""

    def vector(self, place: str) -> str:
        return self.set(f"load double, ptr {place}, align 8")

    def store(self, number: str, place: str) -> None:
        self.do(f"store double {number}, ptr {place}, align 8")

    def select(self, truth: str, yes: str, no: str) -> str:
        return self.set(f"select i1 {truth}, double {yes}, double {no}")

    def spread(self, number: str) -> str:
        return number


class _Lanes(LaneBody):
    """Eight at a time, wherever they begin in memory."""

    def vector(self, place: str) -> str:
        return self.set(f"load {VECTOR}, ptr {place}, align 8")

    def store(self, number: str, place: str) -> None:
        self.do(f"store {VECTOR} {number}, ptr {place}, align 8")

    def spread(self, number: str) -> str:
        """One number in every lane."""
        one = self.set(f"insertelement {VECTOR} poison, double {number}, i64 0")
        return self.set(f"shufflevector {VECTOR} {one}, {VECTOR} poison, <8 x i32> zeroinitializer")


class Kernel:
    """A kernel in the making."""

    def __init__(self, wiring: Wiring, kind: Kind, kept: dict[int, int]) -> None:
        self.wiring, self.kind, self.kept = wiring, kind, kept
        self.steps, self.names = wiring.steps, Names(wiring.steps)
        self.body: _Point | _Lanes = _Point() if kind.lanes == 1 else _Lanes()
        self.numbers: dict[int, str] = {}
        self.block = self.run = ""
        for index, name in enumerate(FRAME):
            place = self.body.set(f"getelementptr i64, ptr %frame, i64 {index}")
            self.body.do(f"%{name} = load {'i64' if index < 2 else 'ptr'}, ptr {place}")

    def place(self, array: str, index: str) -> str:
        """Where the present block's numbers of an element are."""
        body = self.body
        row = body.set(f"mul i64 {index}, %blocks")
        element = body.set(f"add i64 {row}, {self.block}")
        return body.slot(array, body.set(f"mul i64 {element}, {self.kind.lanes}"))

    def of_run(self, array: str, index: int, width: int) -> str:
        """The same for an element of an array that has so many a run."""
        return self.place(array, self._element(index, width))

    def _element(self, index: int, width: int) -> str:
        start = self.body.set(f"mul i64 {self.run}, {width}")
        return self.body.set(f"add i64 {start}, {index}")

    def on_stack(self, register: int, width: str) -> str:
        """Where the present run keeps a number."""
        body = self.body
        run = body.set(f"add i64 {body.set(f'mul i64 {self.block}, %count')}, {self.run}")
        index = self.kept[register]
        element = body.set(f"add i64 {body.set(f'mul i64 {run}, {width}')}, {index}")
        return body.slot("%stack", body.set(f"mul i64 {element}, {self.kind.lanes}"))

    def loop(
        self,
        count: str,
        starts: Sequence[str],
        step: Callable[[str, list[str]], Sequence[str]],
    ) -> list[str]:
        """Run ``step(index, numbers)`` so many times; its results become the next numbers."""
        body = self.body
        head, again, after = body.label(), body.label(), body.label()
        index, following, truth = body.name(), body.name(), body.name()
        numbers = [body.name() for _ in starts]
        before = body.block
        body.do(f"br label %{head}")
        body.start(head)
        place = len(body.lines)
        body.do(f"{truth} = icmp ult i64 {index}, {count}")
        body.do(f"br i1 {truth}, label %{again}, label %{after}")
        body.start(again)
        results = step(index, numbers)
        body.do(f"{following} = add i64 {index}, 1")
        body.do(f"br label %{head}")
        body.lines[place:place] = [
            f"  {index} = phi i64 [ 0, %{before} ], [ {following}, %{body.block} ]",
            *(
                f"  {name} = phi {body.number} [ {start}, %{before} ], [ {result}, %{body.block} ]"
                for name, start, result in zip(numbers, starts, results)
            ),
        ]
        body.start(after)
        return numbers

    def read_shared(self) -> None:
        """What all runs share, before the first."""
        wiring = self.wiring
        for i in range(wiring.shared):
            place = self.place("%shared", str(i))
            self.numbers[wiring.carries + wiring.items + i] = self.body.vector(place)

    def read_item(self, index: int) -> str:
        """A number of the present run's item."""
        own = self.kind.own
        if own[index]:
            return self.body.vector(self.of_run("%own", sum(own[:index]), sum(own)))
        width = len(own) - sum(own)
        at = self._element(index - sum(own[:index]), width)
        return self.body.spread(self.body.load("%common", at))

    def instructions(self) -> list[Instruction]:
        """The step as rules applied."""
        found: list[Instruction] = []
        for register, (name, operands) in enumerate(self.steps.steps, self.steps.first):
            self.names.forward(name, operands, register, found)
        return found

    def number(self, name: int) -> str:
        """The number of a register or constant."""
        if name in self.names.constants:
            return self.body.literal(self.names.constants[name])
        return self.numbers[name]

    def apply(self, instruction: Instruction) -> None:
        """Apply a rule."""
        (name, _), (result, *operands) = instruction
        rule = lane_rules()[name]
        variables = {x: self.number(operand) for x, operand in zip(rule.variables, operands)}
        self.numbers[result] = self.body.exprs([rule.value], variables)[0]


def forward_text(name: str, wiring: Wiring, kind: Kind, kept: dict[int, int]) -> str:
    """The function that runs all steps and keeps, for the way back, these registers."""
    kernel = Kernel(wiring, kind, kept)
    body, width = kernel.body, str(len(kept))

    def run(index: str, numbers: list[str]) -> list[str]:
        kernel.run = index
        kernel.numbers |= dict(enumerate(numbers))
        for i in range(wiring.items):
            kernel.numbers[wiring.carries + i] = kernel.read_item(i)
        for instruction in kernel.instructions():
            kernel.apply(instruction)
        for register in kept:
            body.store(kernel.numbers[register], kernel.on_stack(register, width))
        for i, register in enumerate(wiring.each):
            body.store(
                kernel.number(kernel.names.of(register)),
                kernel.of_run("%each", i, len(wiring.each)),
            )
        for i, register in enumerate(wiring.last):  # the last run writes them last
            body.store(kernel.number(kernel.names.of(register)), kernel.place("%last", str(i)))
        return [kernel.numbers[x] for x in wiring.new]

    def block(index: str, _: list[str]) -> list[str]:
        kernel.block = index
        kernel.read_shared()
        starts = [body.vector(kernel.place("%first", str(i))) for i in range(wiring.carries)]
        kernel.loop("%count", starts, run)
        return []

    kernel.loop("%blocks", [], block)
    body.do("ret void")
    return body.function(f"void @{name}(ptr %frame)")
