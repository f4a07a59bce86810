"""A tape as steps over registers: what one row of the loop executor does, and how it is undone.

Registers are one array of numbers: the arguments, every result in order, temporaries of the reverse
pass, constants. Until their number is known, constants go by the tape's negative slots. A primitive
of any number of operands is a loop (``sum``, ``dot``) or several
(:mod:`autograd.program.loop.native.loops`); one that the interpreter does not know is expanded into
the steps that its rule is made of. A user's function of floats is called: its step's first operand
is the register that holds the address. The order of the tape is kept, so every number comes out the
same to the bit.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from autograd.ops.op import Op
from autograd.program.loop.native.common_parts import splits
from autograd.program.loop.native.cutting import Loops, Stage
from autograd.program.loop.native.expansion import Expansion, expansion, local_derivative
from autograd.program.loop.native.loops import loops_of
from autograd.program.loop.native.rows import (
    CALL,
    EXPANDED,
    POWERS,
    edges_of,
    is_known,
    split_names,
)  # fmt: skip
from autograd.program.loop.native.spreading import Pull, Registers, Reverse
from autograd.program.tape.constants import Constants
from autograd.program.tape.instructions import Tape

__all__ = ["Steps"]


class Steps:
    """The steps of a tape, its constants, and the registers of its outputs.

    A step of a statement is also how its adjoint is spread, but for those in ``expanded``.
    """

    def __init__(self, tape: Tape) -> None:
        self.first = tape.first
        self._pool = Constants(tape.constants)
        self.constants = self._pool.numbers
        # Plain tuples: of millions of them, those cost the garbage collector nothing.
        self.steps: list[tuple[str, Registers]] = []
        self.results: list[int] = []
        """The registers of the statements' results."""
        self.expanded: dict[int, Pull] = {}
        self.calls: dict[int, Callable[..., float]] = {}
        """Functions of floats that steps call, by the constants that their addresses go to."""
        self._called: dict[tuple[Op, int | None], int] = {}
        self._known: dict[tuple[int | None, ...], dict[int, int]] = {}
        """What expansions have computed, by the operands that they read and by name."""
        self._waiting: list[tuple[int, Op, dict[str, Registers]]] = []
        registers = [*range(self.first)]  # of each slot
        ways: dict[Op, Callable[[Op, Registers], int] | None] = {}
        for op, slots in tape.statements:
            operands = tuple([registers[x] if x >= 0 else x for x in slots])
            if op not in ways:
                ways[op] = self._way(op)
            add = ways[op]
            if add is None:
                self.steps.append((op.name, operands))
                result = self.first + len(self.steps) - 1
            else:
                result = add(op, operands)
            registers.append(result)
            self.results.append(result)
        self.outputs = tuple([registers[x] if x >= 0 else x for x in tape.outputs])
        self.temporary = self.first + len(self.steps)
        for result, op, places in self._waiting:
            loops, pull = loops_of(op), self.expanded[result]
            self.expanded[result] = (
                self._with_partials(pull, op)
                if loops is None
                else self._spread(pull, loops, places)
            )
        longest = max((len(pull.steps) for pull in self.expanded.values()), default=0)
        self.end = self.temporary + longest

    @property
    def called(self) -> str:
        """The names of the primitives whose functions are called, one after the other."""
        return ", ".join(dict.fromkeys(op.name for op, _ in self._called))

    def _way(self, op: Op) -> Callable[[Op, Registers], int] | None:
        """What appends the steps of a primitive's statement and tells the register of the result;
        None where that is one step of the same name.
        """
        if not is_known(op):
            return self._add_expanded
        if op.name in splits():
            return self._add_split
        return self._add_power if op.name == "pow" else None

    def _add_power(self, op: Op, operands: Registers) -> int:
        name = op.name
        if operands[1] < 0 and self.constants[-1 - operands[1]] in POWERS:
            name, operands = POWERS[self.constants[-1 - operands[1]]], operands[:1]
        self.steps.append((name, operands))
        return self.first + len(self.steps) - 1

    def _add_split(self, op: Op, operands: Registers) -> int:
        part, rest = split_names(op.name)
        kept = self.first + len(self.steps)
        self.steps += [(part, operands), (rest, (kept, *operands))]
        return kept + 1

    def _add_expanded(self, op: Op, operands: Registers) -> int:
        """The same of a primitive that is made of several steps."""
        loops = loops_of(op)
        places: dict[str, Registers] = {}
        if loops is not None and loops.forward:
            places["x"] = operands
            result = self._staged(loops.forward, places, self.steps, self.first)
        else:
            known = [self.constants[-1 - x] if x < 0 else None for x in operands]
            result = self._append(op, operands, self.steps, self.first, known)
        if result in self.expanded or result < self.first:  # an adjoint has one result
            self.steps.append(("identity", (result,)))
            result = self.first + len(self.steps) - 1
        self._waiting.append((result, op, places))
        name = EXPANDED[op.selects]
        if loops is not None:
            name, operands = loops.spread.name, operands[loops.leading :]
            places |= {"x": operands, "out": (result,)}
        self.expanded[result] = Pull(name, operands, result, (True,) * len(operands))
        return result

    def _staged(
        self,
        stages: Sequence[Stage],
        places: dict[str, Registers],
        steps: list[tuple[str, Registers]],
        first: int,
    ) -> int:
        """Append the steps of stages, and enter their registers; the register of the last."""
        for stage in stages:
            others = [x for name in stage.others for x in places[name]]
            start = first + len(steps)
            if stage.kind == "each":
                columns = zip(*(places[name] for name in stage.items))
                steps += [(stage.name, (*column, *others)) for column in columns]
            else:
                items = [x for name in stage.items for x in places[name]]
                steps.append((stage.name, (*items, *others)))
            places[stage.name] = tuple(range(start, first + len(steps)))
        return first + len(steps) - 1

    def _spread(self, pull: Pull, loops: Loops, places: dict[str, Registers]) -> Pull:
        """The same with the steps that its partials have in common, and what they are made of."""
        steps: list[tuple[str, Registers]] = []
        self._staged(loops.backward, places, steps, self.temporary)
        spread = loops.spread
        names = *spread.items, *spread.others, *loops.needs
        values = [x for name in names for x in places[name]]
        return pull._replace(steps=tuple(steps), values=tuple(values))

    def _with_partials(self, pull: Pull, op: Op) -> Pull:
        """The same with the steps that compute the partials into the temporary registers."""
        steps: list[tuple[str, Registers]] = []
        if op.opaque and not op.traced:
            operands = (pull.result, *pull.operands)
            partials = tuple(
                self._call(op, i, operands, steps, self.temporary)
                for i in range(len(pull.operands))
            )
            return pull._replace(steps=tuple(steps), partials=partials)
        made = expansion(op, len(pull.operands), None)
        registers = (pull.result, *pull.operands)
        partials = self._expand(made, registers, steps, self.temporary, {})
        return pull._replace(edges=made.edges, steps=tuple(steps), partials=partials)

    def _append(
        self,
        op: Op,
        operands: Registers,
        steps: list[tuple[str, Registers]],
        first: int,
        known: Sequence[float | None] = (),
    ) -> int:
        """Append the steps that apply a primitive to registers; the register of the result.

        ``known`` has the operands that are constants, as far as it is worth knowing.
        """
        if is_known(op):
            steps.append((op.name, operands))
            return first + len(steps) - 1
        if op.function is not None:
            return self._call(op, None, operands, steps, first)
        known = known or [None] * len(operands)
        made = expansion(op, len(operands), tuple(map(repr, known)))
        read = tuple([x if number is None else None for x, number in zip(operands, known)])
        done = self._known.setdefault(read, {}) if steps is self.steps else {}
        return self._expand(made, operands, steps, first, done)[0]

    def _call(
        self,
        op: Op,
        index: int | None,
        operands: Registers,
        steps: list[tuple[str, Registers]],
        first: int,
    ) -> int:
        """Append the step that calls a primitive's function, or that of one local derivative."""
        if (op, index) not in self._called:
            function = op.evaluate if index is None else local_derivative(op, index)
            self.calls[len(self.constants)] = function
            self._called[op, index] = self._pool.apart(0.0)  # the address, once there is one
        steps.append((CALL, (self._called[op, index], *operands)))
        return first + len(steps) - 1

    def _expand(
        self,
        made: Expansion,
        operands: Registers,
        steps: list[tuple[str, Registers]],
        first: int,
        done: dict[int, int],
    ) -> Registers:
        """Append the steps of an expansion, but those that are done; the results' registers."""
        names, before = made.names, len(made.names) - len(made.steps)
        done.update(zip(names, operands))
        done.update(zip(names[len(operands) :], map(self._pool.slot, made.numbers)))
        for place in made.missing(done):
            op, inner = made.steps[place - before]
            registers = tuple([done[names[x]] for x in inner])
            done[names[place]] = self._append(op, registers, steps, first)
        return tuple([done[names[x]] for x in made.results])

    def edges(self, result: int) -> tuple[Registers, tuple[bool, ...] | None]:
        """Operands of a statement by its result, and which of them have an edge; None if all do."""
        if result in self.expanded:
            _, operands, _, edges, *_ = self.expanded[result]
            return operands, edges
        name, operands = self.steps[result - self.first]
        return operands, edges_of(name)

    def sources(self, result: int) -> list[int]:
        """Registers of what a result has a derivative by."""
        operands, edges = self.edges(result)
        pairs = zip(operands, edges or (True,) * len(operands))
        return [x for x, edge in pairs if edge and x >= 0]

    def reverse(self, wanted: Sequence[int]) -> Reverse:
        """What leads from the output back to these registers, last first."""
        active = bytearray(self.end + len(self.constants) + 1)
        # One more than there are: a constant's negative slot reads zeros.
        for register in wanted:
            active[register] = 1
        found = []
        for result in self.results:
            operands, edges = self.edges(result)
            if edges is None:
                targets = [x for x in operands if active[x]]
            else:
                targets = [x for x, edge in zip(operands, edges) if edge and active[x]]
            if targets:
                active[result] = 1
                found.append((result, targets))
        results = []
        uses = [0] * len(active)
        for result in self.outputs[:1]:  # the others are auxiliary data, without adjoints
            uses[result] = 1
        for result, targets in reversed(found):
            if uses[result]:
                for x in targets:
                    uses[x] += 1
                results.append(result)
        return Reverse(results, active, uses)
