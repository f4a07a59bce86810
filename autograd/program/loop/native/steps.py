"""A tape as steps over registers: what one row of the loop executor does, and how it is undone.

Registers are one array of numbers: the arguments, every result in order, temporaries of the reverse
pass, constants. Until their number is known, constants go by the tape's negative slots. A primitive
of any number of operands is a loop (``sum``, ``dot``) or is expanded into the steps that its rule
is made of; so is one that the interpreter does not know. A user's function of floats is called: its
step's first operand is the register that holds the address. The order of the tape is kept, so every
number comes out the same to the bit.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from autograd.graph import topological_order
from autograd.ops.expr import XP, Expr, inner_exprs
from autograd.ops.op import OPS, Op
from autograd.program.loop.native.rows import CALL, FOLDS, rules
from autograd.program.tape.constants import Constants
from autograd.program.tape.instructions import Tape

__all__ = ["EXPANDED", "Pull", "Registers", "Reverse", "Step", "Steps", "is_native"]

Registers = tuple[int, ...]
EXPANDED = "expanded"


class Step(NamedTuple):
    """A rule, loop or function applied to registers; its result goes to the next register."""

    name: str
    operands: Registers


class Pull(NamedTuple):
    """How an adjoint is spread over operands: by a rule or loop, or by partials from steps."""

    name: str
    operands: Registers
    result: int
    edges: tuple[bool, ...]
    steps: tuple[Step, ...] = ()
    partials: Registers = ()


class Reverse(NamedTuple):
    """The pulls of a reverse pass in its order, and of each register whether derivatives are taken
    by what it depends on, and how many edges lead to its adjoint.
    """

    pulls: list[Pull]
    active: bytearray
    uses: Counter[int]


def is_native(op: Op) -> bool:
    """Whether machine code can run a primitive: any but a choice that the interpreter lacks."""
    return _is_known(op) or not op.selects


def _is_known(op: Op) -> bool:
    """Whether the interpreter has a row for a primitive."""
    return OPS.get(op.name) is op and (op.name in rules() or op.name in FOLDS)


class Steps:
    """The steps and pulls of a tape, its constants, and the registers of its outputs."""

    def __init__(self, tape: Tape) -> None:
        self.first = tape.first
        self._pool = Constants(tape.constants)
        self.constants = self._pool.numbers
        self.steps: list[Step] = []
        self.pulls: list[Pull] = []
        self.calls: dict[int, Callable[..., float]] = {}
        """Functions of floats that steps call, by the constants that their addresses go to."""
        self._called: dict[tuple[Op, int | None], int] = {}
        expanded: list[tuple[int, Op]] = []
        registers = [*range(self.first)]  # of each slot
        for op, slots in tape.statements:
            operands = tuple([registers[x] if x >= 0 else x for x in slots])
            if not _is_known(op):
                expanded.append((len(self.pulls), op))
            registers.append(self._add(op, operands))
        self.outputs = tuple([registers[x] if x >= 0 else x for x in tape.outputs])
        self.temporary = self.first + len(self.steps)
        for index, op in expanded:
            self.pulls[index] = self._with_partials(self.pulls[index], op)
        self.end = self.temporary + max((len(pull.steps) for pull in self.pulls), default=0)

    @property
    def called(self) -> str:
        """The names of the primitives whose functions are called, one after the other."""
        return ", ".join(dict.fromkeys(op.name for op, _ in self._called))

    def _add(self, op: Op, operands: Registers) -> int:
        """Append the steps of one statement; the register of its result."""
        if not _is_known(op):
            result = self._append(op, operands, self.steps, self.first)
            self.pulls.append(Pull(EXPANDED, operands, result, (True,) * len(operands)))
            return result
        name = op.name
        if name == "pow" and operands[1] < 0 and self.constants[-1 - operands[1]] == 2.0:
            name, operands = "square", operands[:1]
        self.steps.append(Step(name, operands))
        result = self.first + len(self.steps) - 1
        if name in FOLDS:
            edges = (True,) * len(operands)
        else:
            edges = tuple([partial is not None for partial in rules()[name].partials])
        self.pulls.append(Pull(name, operands, result, edges))
        return result

    def _with_partials(self, pull: Pull, op: Op) -> Pull:
        """The same with the steps that compute the partials into the temporary registers."""
        steps: list[Step] = []
        if op.opaque and not op.traced:
            operands = (pull.result, *pull.operands)
            partials = tuple(
                self._call(op, i, operands, steps, self.temporary)
                for i in range(len(pull.operands))
            )
            return pull._replace(steps=tuple(steps), partials=partials)
        out, *symbols = (Expr("var", str(x)) for x in (pull.result, *pull.operands))
        exprs = op.one_an_operand(op.partials(XP, out, *symbols), len(symbols))
        partials = self._expand([0.0 if x is None else x for x in exprs], steps, self.temporary)
        edges = tuple([x is not None for x in exprs])
        return pull._replace(edges=edges, steps=tuple(steps), partials=partials)

    def _append(self, op: Op, operands: Registers, steps: list[Step], first: int) -> int:
        """Append the steps that apply a primitive to registers; the register of the result."""
        if _is_known(op):
            steps.append(Step(op.name, operands))
            return first + len(steps) - 1
        if op.function is not None:
            return self._call(op, None, operands, steps, first)
        symbols = [Expr("var", str(x)) for x in operands]
        return self._expand([op.forward(XP, *symbols)], steps, first)[0]

    def _call(
        self, op: Op, index: int | None, operands: Registers, steps: list[Step], first: int
    ) -> int:
        """Append the step that calls a primitive's function, or that of one local derivative."""
        if (op, index) not in self._called:
            function = op.evaluate if index is None else _partial(op, index)
            self.calls[len(self.constants)] = function
            self._called[op, index] = self._pool.apart(0.0)  # the address, once there is one
        steps.append(Step(CALL, (self._called[op, index], *operands)))
        return first + len(steps) - 1

    def _expand(self, exprs: Sequence[Any], steps: list[Step], first: int) -> Registers:
        """Append the steps that compute expressions of registers; the registers of the results."""
        literal = self._pool.slot
        places: dict[Any, int] = {}
        for expr in topological_order([x for x in exprs if isinstance(x, Expr)], inner_exprs):
            if expr.op == "var":
                places[expr] = int(expr.operands[0])
                continue
            operands = tuple(
                [places[x] if isinstance(x, Expr) else literal(float(x)) for x in expr.operands]
            )
            places[expr] = self._append(OPS[expr.op], operands, steps, first)
        return tuple([places[x] if isinstance(x, Expr) else literal(float(x)) for x in exprs])

    def reverse(self, wanted: Sequence[int]) -> Reverse:
        """What leads from the output back to these registers, last first."""
        active = bytearray(self.end + len(self.constants) + 1)
        # One more than there are: a constant's negative slot reads zeros.
        for register in wanted:
            active[register] = 1
        found = []
        for pull in self.pulls:
            targets = [
                x for x, edge in zip(pull.operands, pull.edges) if edge and x >= 0 and active[x]
            ]
            if targets:
                active[pull.result] = 1
                found.append((pull, targets))
        pulls = []
        uses = Counter(self.outputs[:1])  # the others are auxiliary data, without adjoints
        for pull, targets in reversed(found):
            if uses[pull.result]:
                uses.update(targets)
                pulls.append(pull)
        return Reverse(pulls, active, uses)


def _partial(op: Op, index: int) -> Callable[..., float]:
    """A local derivative of a rule that cannot be traced, as a function of result and operands."""

    def partial(out: float, *operands: float) -> float:
        wanted = [i == index for i in range(len(operands))]
        return op.local_at(out, operands, wanted)[index] or 0.0

    return partial
