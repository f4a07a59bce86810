"""Machine code for the way back through a scan: runs from the last to the first.

Adjoints of the carry and of what is shared are in registers of the processor. They are added up in
the order of the eager sweep, and one of zero passes nothing on. Next:
:mod:`autograd.program.scans.native_scan`.
"""

from __future__ import annotations

from collections.abc import Sequence

from autograd.program.loop.lanes.patterns import Instruction, lane_rules, used_by
from autograd.program.loop.lanes.stream import Back
from autograd.program.loop.native.weighing import is_settled, weighted
from autograd.program.scans.kernels import Kernel, Kind, Wiring

__all__ = ["reverse_text"]


def reverse_text(name: str, wiring: Wiring, kind: Kind, kept: dict[int, int]) -> str:
    """The function that goes back; ``kept`` is filled with the registers that it reads."""
    return _Reverse(wiring, kind, kept).text(name)


class _Reverse(Kernel):
    """The way back: runs from the last to the first, adjoints of the carry in registers."""

    def __init__(self, wiring: Wiring, kind: Kind, kept: dict[int, int]) -> None:
        super().__init__(wiring, kind, kept)
        self.adjoints: dict[int, str] = {}
        self.some: dict[str, str] = {}
        self.active = _active(wiring, kind.wanted)
        inputs = range(wiring.carries + wiring.items, wiring.steps.first)
        self.carried = [i for i in range(wiring.carries) if self.active[i]]
        self.shared = [i for i in inputs if kind.wanted[i]]
        self.items = [
            i for i in range(wiring.carries, wiring.carries + wiring.items) if kind.wanted[i]
        ]

    def number(self, name: int) -> str:
        """As forward; a result or carry comes from the stack when first asked for."""
        if name < self.steps.temporary and name not in self.numbers:
            wiring = self.wiring
            item = name - wiring.carries
            if 0 <= item < wiring.items:
                self.numbers[name] = self.read_item(item)
            else:
                self.kept.setdefault(name, len(self.kept))
                self.numbers[name] = self.body.vector(self.on_stack(name, "@@"))
        return super().number(name)

    def text(self, name: str) -> str:
        """The whole function."""
        body = self.body
        self.loop("%blocks", [], self._block)
        body.do("ret void")
        whole = body.function(f"void @{name}(ptr %frame)")
        return whole.replace("@@", str(len(self.kept)))  # known only now

    def _block(self, index: str, _: list[str]) -> list[str]:
        body, wiring = self.body, self.wiring
        self.block = index
        self.read_shared()
        before = {**self.numbers}
        final = body.set("sub i64 %count, 1")
        own = wiring.carries + wiring.items
        shared = [body.vector(self.place("%shared_adjoints", str(i - own))) for i in self.shared]
        self.run = final
        last = {
            register: body.vector(self.place("%last", str(i)))
            for i, register in enumerate(wiring.last)
        }
        seeds = [last.get(wiring.new[i]) or self._seed(wiring.new[i]) for i in self.carried]

        def run(back: str, numbers: list[str]) -> list[str]:
            self.run = body.set(f"sub i64 {final}, {back}")
            self.numbers = {**before}
            self.some = {}
            self.adjoints = self._begun(last, back, numbers)
            earlier = body.set(f"icmp ne i64 {self.run}, 0")
            now = self.run
            self.run = body.set(f"select i1 {earlier}, i64 {body.set(f'sub i64 {now}, 1')}, i64 0")
            for i in self.carried:  # goes on with the adjoint of the carry's last use
                place = self.place("%first_adjoints", str(i))
                if wiring.new[i] in wiring.each:
                    at = wiring.each.index(wiring.new[i])
                    other = self.of_run("%each", at, len(wiring.each))
                    place = body.set(f"select i1 {earlier}, ptr {other}, ptr {place}")
                    self.adjoints[i] = body.vector(place)
                else:
                    zero = body.literal(0.0)
                    first = body.vector(place)
                    self.adjoints[i] = body.set(
                        f"select i1 {earlier}, {body.number} {zero}, {body.number} {first}"
                    )
            self.run = now
            way = self._backward()
            for instruction in way.body:
                if instruction.pattern[1]:
                    self._spread(instruction)
                else:
                    self.apply(instruction)
            zero = body.literal(0.0)

            def ended(register: int) -> str:
                return self.numbers.get(way.adjoints.get(register, -1), zero)

            for i, register in enumerate(self.items):
                body.store(ended(register), self.of_run("%item_adjoints", i, len(self.items)))
            return [ended(i) for i in (*self.carried, *self.shared)]

        totals = self.loop("%count", [*seeds, *shared], run)
        for i, adjoint in zip(self.carried, totals):
            body.store(adjoint, self.place("%first_adjoints", str(i)))
        for i, adjoint in zip(self.shared, totals[len(self.carried) :]):
            body.store(adjoint, self.place("%shared_adjoints", str(i - own)))
        return []

    def _seed(self, register: int) -> str:
        """The adjoint that a run's result has from outside of the scan."""
        each = self.wiring.each
        if register not in each:
            return self.body.literal(0.0)
        return self.body.vector(self.of_run("%each", each.index(register), len(each)))

    def _begun(self, last: dict[int, str], back: str, numbers: list[str]) -> dict[int, str]:
        """The adjoints of a run's results from the run after it and from outside, and of what is
        shared.
        """
        wiring = self.wiring
        found: dict[int, str] = dict(zip(self.shared, numbers[len(self.carried) :]))
        for i, number in zip(self.carried, numbers):
            found[wiring.new[i]] = number
        for register in (*wiring.last, *wiring.each):
            if register not in found and self.active[register]:
                seed = self._outside(register, last, back)
                if seed is not None:
                    found[register] = seed
        return found

    def _outside(self, register: int, last: dict[int, str], back: str) -> str | None:
        body = self.body
        if register in self.wiring.each:
            return self._seed(register)
        if register not in last:
            return None
        is_last = body.set(f"icmp eq i64 {back}, 0")
        zero = body.literal(0.0)
        return body.set(
            f"select i1 {is_last}, {body.number} {last[register]}, {body.number} {zero}"
        )

    def _backward(self) -> Back:
        """The way back through a run as instructions, from the adjoints that have begun."""
        back = Back(self.names, [], self.active)
        for register, number in self.adjoints.items():
            self.numbers[back.begun(register)] = number
        for result in reversed(self.steps.results):
            leads = any(self.active[x] for x in self.steps.sources(result))
            if leads and result in back.adjoints:
                back.pull(result)
        return back

    def _spread(self, instruction: Instruction) -> None:
        """Spread an adjoint over operands; one of zero passes nothing on."""
        (name, kinds), cells = instruction
        body, rule, used = self.body, lane_rules()[name], used_by(name, kinds)
        values, targets = cells[1 : 1 + len(used)], cells[1 + len(used) :]
        names = ("out", *rule.variables)
        variables = {names[i]: self.number(value) for i, value in zip(used, values)}
        variables["g"] = adjoint = self.numbers[cells[0]]
        partials = [p for p, kind in zip(rule.partials, kinds) if kind != "N" and p is not None]
        plain = all(map(is_settled, partials))
        before = {x: self.numbers.get(x, body.literal(0.0)) for x in targets}
        branches = self.kind.lanes == 1 and not plain
        after, start = body.label(), body.block
        if branches:  # which the processor foresees: a choice would have to be waited for
            some = body.label()
            body.do(f"br i1 {self._some(adjoint)}, label %{some}, label %{after}")
            body.start(some)
        products = body.exprs([weighted(x, rule.selects) for x in partials], variables)
        for own, (kind, target) in enumerate(zip(kinds.replace("N", ""), targets)):
            product = products[own]
            if not is_settled(partials[own]) and not branches:
                product = body.select(self._some(adjoint), product, body.literal(0.0))
            if kind == "A":
                product = body.set(f"fadd {body.number} {self.numbers[target]}, {product}")
            self.numbers[target] = product
        if branches:
            last = body.block
            body.do(f"br label %{after}")
            body.start(after)
            for target, number in before.items():
                ways = f"[ {self.numbers[target]}, %{last} ], [ {number}, %{start} ]"
                self.numbers[target] = body.set(f"phi {body.number} {ways}")

    def _some(self, adjoint: str) -> str:
        """Where an adjoint is not zero."""
        if adjoint not in self.some:
            self.some[adjoint] = self._differs(adjoint)
        return self.some[adjoint]

    def _differs(self, number: str) -> str:
        body = self.body
        return body.set(f"fcmp une {body.number} {number}, {body.literal(0.0)}")


def _active(wiring: Wiring, wanted: Sequence[bool]) -> bytearray:
    """The registers that depend on what is wanted, in some run."""
    steps = wiring.steps
    active = bytearray(steps.temporary)
    active[: len(wanted)] = bytes(wanted)
    while True:
        for result in steps.results:
            active[result] |= any(active[x] for x in steps.sources(result))
        more = [i for i, x in enumerate(wiring.new) if x >= 0 and active[x] and not active[i]]
        if not more:
            return active
        for i in more:
            active[i] = 1
