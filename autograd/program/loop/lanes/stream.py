"""A tape as one stream of instructions for a batch: forward, then reverse, loops written out.

An instruction applies a rule to numbers, or spreads an adjoint over the operands of one. Numbers
go by names, whole numbers that say nothing of where they are kept: results and adjoints alike are
names, each of which one instruction begins. Sums, dot products and what is expanded into steps
become instructions of one rule each, in the order of the loop executor and the eager engine. What
depends on no batched argument comes first: it is computed once a call. Next:
:mod:`autograd.program.loop.lanes.places` gives names their places.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

from autograd.program.loop.lanes.patterns import (
    CHOSEN,
    Instruction,
    first_of,
    forward,
    used_by,
)
from autograd.program.loop.native.loops import folds, is_item
from autograd.program.loop.native.rows import EXPANDED, rules, spreads
from autograd.program.loop.native.spreading import Pull, Registers
from autograd.program.loop.native.steps import Steps

__all__ = ["Back", "Names", "Stream", "stream_of"]


class Stream(NamedTuple):
    """Instructions, and the names that the outside writes or reads."""

    shared: list[Instruction]
    """What no batched argument has a part in."""
    body: list[Instruction]
    constants: dict[int, float]
    outputs: list[int]
    seed: int
    """The adjoint of the output."""
    gradients: list[int]
    """The adjoint of each wanted number; negative if nothing leads to it."""


def stream_of(steps: Steps, batched: Collection[int], wanted: Sequence[int] | None) -> Stream:
    """The stream of a call where these registers differ from row to row, others are shared."""
    names = Names(steps)
    varying = bytearray(steps.temporary)
    for register in batched:
        varying[register] = 1
    shared: list[Instruction] = []
    body: list[Instruction] = []
    for register, (name, operands) in enumerate(steps.steps, steps.first):
        varies = any(x >= 0 and varying[x] for x in operands)
        varying[register] = varies
        names.forward(name, operands, register, body if varies else shared)
    seed, gradients = -1, []
    if wanted is not None:
        reverse = steps.reverse(wanted)
        back = Back(names, body, reverse.active)
        seed = back.begun(max(steps.outputs[0], 0))
        for result in reverse.results:
            back.pull(result)
        gradients = [back.adjoints.get(register, -1) for register in wanted]
        if steps.outputs[0] < 0:
            gradients = [-1] * len(wanted)
    outputs = [names.of(x) for x in steps.outputs]
    return Stream(shared, body, names.constants, outputs, seed, gradients)


class Names:
    """Names: registers go by their own number, all else by the next free one."""

    def __init__(self, steps: Steps) -> None:
        self.steps = steps
        self.next = steps.temporary
        self.constants: dict[int, float] = {}
        self._constants: dict[int, int] = {}
        self._zero: int | None = None

    def fresh(self) -> int:
        """A name that nothing has."""
        self.next += 1
        return self.next - 1

    def of(self, register: int) -> int:
        """The name of a register, or of a constant by its negative slot."""
        if register >= 0:
            return register
        name = self._constants.get(register)
        if name is None:
            name = self._constants[register] = self.fresh()
            self.constants[name] = self.steps.constants[-1 - register]
        return name

    def zero(self) -> int:
        """The name of 0.0, where sums begin."""
        if self._zero is None:
            self._zero = self.fresh()
            self.constants[self._zero] = 0.0
        return self._zero

    def forward(self, name: str, registers: Registers, result: int, to: list[Instruction]) -> None:
        """The instructions of a step."""
        operands = [self.of(x) for x in registers]
        found = folds().get(name)
        if found is None:
            to.append(Instruction(forward(name), (result, *operands)))
            return
        count = (len(operands) - len(found.others)) // len(found.items)
        others = operands[count * len(found.items) :]
        terms = [operands[i : len(operands) - len(others) : count] for i in range(count)]
        if found.start is None:
            before = result if count == 1 else self.fresh()
            to.append(Instruction(first_of(name), (before, *terms.pop(0), *others)))
        else:
            before = self.zero()
        for i, term in enumerate(terms, 1):
            after = result if i == len(terms) else self.fresh()
            to.append(Instruction(forward(name), (after, before, *term, *others)))
            before = after
        if not count:
            to.append(Instruction(forward("identity"), (result, before)))


class Back:
    """The reverse pass in the making: the adjoints that have been begun, by their registers."""

    def __init__(self, names: Names, body: list[Instruction], active: bytearray) -> None:
        self.names, self.body, self.active = names, body, active
        self.adjoints: dict[int, int] = {}

    def begun(self, register: int) -> int:
        """A new name for this register's adjoint."""
        name = self.adjoints[register] = self.names.fresh()
        return name

    def pull(self, result: int) -> None:
        """Spread the adjoint of a result."""
        steps, adjoint = self.names.steps, self.adjoints[result]
        expanded = steps.expanded.get(result)
        if expanded is not None:
            if expanded.name in spreads():
                self._spread(expanded, adjoint)
            else:
                self._expanded(expanded, adjoint)
            return
        name, operands = steps.steps[result - steps.first]
        if name in folds():
            half = len(operands) // 2
            others = operands[half:] + operands[:half] if name == "dot" else operands
            for operand, other in zip(operands, others):
                self._term(operand, adjoint, other if name == "dot" else None)
        else:
            self._rule(name, operands, result, adjoint)

    def _term(self, operand: int, adjoint: int, factor: int | None) -> None:
        """Add adjoint × factor to the adjoint of an operand, or the adjoint itself."""
        if operand < 0 or not self.active[operand]:
            return
        kind, name = self._target(operand)
        if factor is None:
            self.body.append(Instruction(("identity", kind), (adjoint, name)))
        else:
            cells = (adjoint, self.names.of(factor), name)
            self.body.append(Instruction(("mul", kind + "N"), cells))

    def _target(self, register: int) -> tuple[str, int]:
        """S and a new name if nothing has been added to this adjoint, else A and its name."""
        name = self.adjoints.get(register)
        return ("S", self.begun(register)) if name is None else ("A", name)

    def _rule(self, rule: str, operands: Registers, result: int, adjoint: int) -> None:
        kinds, targets = "", []
        for operand, partial in zip(operands, rules()[rule].partials):
            if partial is not None and operand >= 0 and self.active[operand]:
                kind, name = self._target(operand)
                kinds += kind
                targets.append(name)
            else:
                kinds += "N"
        values: Registers = (result, *operands)
        cells = [self.names.of(values[i]) for i in used_by(rule, kinds)]
        self.body.append(Instruction((rule, kinds), (adjoint, *cells, *targets)))

    def _expanded(self, pull: Pull, adjoint: int) -> None:
        """The steps that compute the partials, then adjoint × partial each."""
        own = self._inner(pull)
        if pull.name == EXPANDED[False]:
            for operand, partial, edge in zip(pull.operands, pull.partials, pull.edges):
                if edge:
                    self._term(operand, adjoint, own.get(partial, partial))
            return
        for operand, partial, edge in zip(pull.operands, pull.partials, pull.edges):
            if edge and operand >= 0 and self.active[operand]:
                kind, name = self._target(operand)
                cells = (adjoint, self.names.of(own.get(partial, partial)), name)
                self.body.append(Instruction((CHOSEN, kind + "N"), cells))

    def _inner(self, pull: Pull) -> dict[int, int]:
        """Append the steps of a pull; the names of their registers."""
        temporary = self.names.steps.temporary
        own = {temporary + i: self.names.fresh() for i in range(len(pull.steps))}
        for register, (name, registers) in enumerate(pull.steps, temporary):
            operands = tuple([own.get(x, x) for x in registers])
            self.names.forward(name, operands, own[register], self.body)
        return own

    def _spread(self, pull: Pull, adjoint: int) -> None:
        """The steps that the partials have in common, then an instruction for each operand."""
        own = self._inner(pull)
        count, rule = len(pull.operands), spreads()[pull.name]
        sequences = sum(map(is_item, rule.variables))
        read = count * sequences + len(rule.variables) - sequences
        values = [self.names.of(own.get(x, x)) for x in pull.values[:read]]
        others = values[count * sequences :]
        kinds = "N" * (len(rule.variables) - 1)
        for i, operand in enumerate(pull.operands):
            if operand < 0 or not self.active[operand]:
                continue
            numbers = (adjoint, *values[i : count * sequences : count], *others)
            kind, name = self._target(operand)
            cells = [numbers[x] for x in used_by(pull.name, kind + kinds)]
            self.body.append(Instruction((pull.name, kind + kinds), (adjoint, *cells, name)))
