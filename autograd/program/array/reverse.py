"""Reverse source: adjoints of array statements, from the same declarations as everything else.

Every number's adjoint lies in a flat array ``d…`` as the number itself does in ``b…``. Each
statement adds adjoint × local derivative to the adjoints of what it read. Written fast, a zero
adjoint times an infinite derivative is NaN; written ``masked``, an adjoint of exactly zero passes
nothing on, as in the eager engine. A program runs the fast form and turns to the other only if a
gradient comes out non-finite. Next: :mod:`autograd.program.array.numpy_executor`.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import numpy as np

from autograd.ops.op import OPS
from autograd.program.array import kernels
from autograd.program.array.adjoint_arrays import Adjoints, blocks_of
from autograd.program.array.forward import for_arrays, formulas, map_names, matrix, rows
from autograd.program.array.writer import Writer
from autograd.program.statements.elementwise import elementwise
from autograd.program.statements.groups import ArrayStatement, literals
from autograd.program.statements.layout import Operand, View
from autograd.program.statements.reroll import rolled

__all__ = ["Reverse"]


class Reverse:
    """Writes the reverse pass of a function whose forward pass has been written."""

    def __init__(self, writer: Writer, wrt: Iterable[int]) -> None:
        self.writer = writer
        self.form = writer.form
        self.needed = set(wrt)
        for statement in self.form.statements:
            if any(map(self._matters, statement.operands)):
                self.needed.add(statement.block)
        self.adjoints = Adjoints(writer, self.needed)
        self.adjoints.expect(self.form.output)
        for statement in reversed(self.form.statements):
            if self.adjoints.expects(statement.block):
                for operand, wanted in zip(statement.operands, self._wanted(statement)):
                    if wanted:
                        self.adjoints.expect(operand)

    def _matters(self, operand: Operand) -> bool:
        return any(block in self.needed for block in blocks_of(operand))

    def _wanted(self, statement: ArrayStatement) -> list[bool]:
        """Which operands have a local derivative that matters."""
        wanted = list(map(self._matters, statement.operands))
        if statement.kind != "map" or (statement.op.opaque and not statement.op.traced):
            return wanted
        style = self.writer.style
        _, partials = formulas(statement.op, len(wanted), literals(statement), style=style)
        return [want and partial is not None for want, partial in zip(wanted, partials)]

    def write(self) -> None:
        """Write the pass; each row of the output has the adjoint ``weight``."""
        output, writer = self.form.output, self.writer
        batched = writer.varies(output)
        # An output that the batch shares counts once for each row of it.
        weight = "weight" if batched else "weight * rows"
        if writer.fast:
            self.adjoints.add_number(output, weight if batched else f"({weight})", batched)
        else:
            text = f"np.full({writer.shape(output.shape, batched)}, {weight}, dtype)"
            self.adjoints.add(output, text, batched)
        pulls = {"map": self._pull_map, "rows": self._pull_rows, "product": self._pull_product}
        for statement in reversed(self.form.statements):
            if self.adjoints.expects(statement.block):
                wanted, number = self._wanted(statement), self.adjoints.numbers.get(statement.block)
                if number is None or not self._pull_number(statement, wanted, number):
                    self.adjoints.fill(statement.block)
                    pulls[statement.kind](statement, wanted)

    def _pull_number(self, statement: ArrayStatement, wanted: list[bool], number: str) -> bool:
        """The same where all of the result has one adjoint; whether this can be written so."""
        writer, op, operands = self.writer, statement.op, statement.operands
        batched = writer.is_batched[statement.block]
        if statement.kind == "rows" and op is OPS["sum"]:
            self.adjoints.add_number(operands[0], number, batched)
            return True
        if statement.kind == "map" and not (op.opaque and not op.traced):
            style = writer.style
            _, partials = formulas(op, len(wanted), literals(statement), style=style)
            chosen = [(x, p) for x, p, want in zip(operands, partials, wanted) if want]
            if not all(isinstance(partial, float) for _, partial in chosen):
                return False
            for operand, partial in chosen:
                (factor,) = writer.expressions([partial], {})
                self.adjoints.add_number(operand, self._times(number, factor), batched)
            return True
        dots = statement.kind == "product" and statement.shape == (1, 1)
        if dots and batched and all(map(writer.varies, operands)):
            sides = [rows(writer, operand) for operand in operands]
            for operand, other, want in zip(operands, sides[::-1], wanted):
                if want:
                    text = self._times(number, other)
                    self.adjoints.add(operand, text, True, shape=operand.shape[1:])
            return True
        if statement.kind == "rows" and len(operands) == 1:
            x = writer.read(operands[0], whole=True)
            local = self._along_axis(statement, x, self._result(statement, (*statement.shape, 1)))
            self.adjoints.add(operands[0], self._times(number, local, op.selects), batched)
            return True
        return False

    def _upstream(self, statement: ArrayStatement, shape: tuple[int, ...]) -> str:
        """A name for the adjoint of a statement's result, in some shape."""
        batched = self.writer.is_batched[statement.block]
        size = (self.form.blocks[statement.block].size,)
        text = self.writer.reshaped(f"d{statement.block}", shape, batched, size)
        return self.writer.once(text) if shape != size else text

    def _result(self, statement: ArrayStatement, shape: tuple[int, ...]) -> str:
        batched = self.writer.is_batched[statement.block]
        size = (self.form.blocks[statement.block].size,)
        text = self.writer.reshaped(f"b{statement.block}", shape, batched, size)
        return self.writer.once(text) if shape != size else text

    def _times(self, upstream: str, partial: str, selects: bool = False) -> str:
        """Text of adjoint × local derivative."""
        if partial == "1.0":
            return upstream
        if partial == "(-1.0)":
            return f"(-{upstream})"
        if self.writer.fast:
            return f"({upstream} * {partial})"
        return f"{self._kernel('chosen' if selects else 'masked')}({upstream}, {partial})"

    def _kernel(self, name: str) -> str:
        self.writer.scope[name] = getattr(kernels, name)
        return name

    def _pull_map(self, statement: ArrayStatement, wanted: list[bool]) -> None:
        writer, op, shape = self.writer, statement.op, statement.shape
        batched = writer.is_batched[statement.block]
        upstream = self._upstream(statement, shape)
        names = map_names(writer, statement)
        names["out"] = self._result(statement, shape)
        if op.opaque and not op.traced:
            local = self._untraced(statement, names, wanted)
        else:
            _, partials = formulas(op, len(wanted), literals(statement), style=writer.style)
            chosen = [partial for partial, want in zip(partials, wanted) if want]
            texts = iter(writer.expressions(chosen, names))
            local = [next(texts) if want else None for want in wanted]
        for operand, partial in zip(statement.operands, local):
            if partial is not None:
                self.adjoints.add(operand, self._times(upstream, partial, op.selects), batched)

    def _untraced(
        self, statement: ArrayStatement, names: dict[str, str], wanted: list[bool]
    ) -> list[str | None]:
        """Local derivatives of a user's primitive whose rule is no expression, one by one."""
        op, writer = statement.op, self.writer
        operands = ", ".join(names[f"x{i}"] for i in range(len(wanted)))
        if op.equation is not None:
            solved = writer.constant(kernels.SolutionPartials(op, len(wanted)))
            all_of_them = writer.name(f"{solved}({names['out']}, {operands})")
            return [f"{all_of_them}[{i}]" if want else None for i, want in enumerate(wanted)]
        apply = writer.constant(elementwise)
        texts: list[str | None] = []
        for i, want in enumerate(wanted):
            function = writer.constant(kernels.Local(op, i, len(wanted)))
            call = f"{apply}({function}, {names['out']}, {operands})"
            texts.append(writer.name(call) if want else None)
        return texts

    def _pull_rows(self, statement: ArrayStatement, wanted: list[bool]) -> None:
        writer, op = self.writer, statement.op
        batched = writer.is_batched[statement.block]
        column = (*statement.shape, 1)
        upstream = self._upstream(statement, column)
        if op is OPS["sum"]:
            k = statement.operands[0].shape[-1]
            text = f"({upstream} + {writer.once_constant(zeros(k))})"
            self.adjoints.add(statement.operands[0], text, batched)
            return
        sides = [writer.read(operand, whole=True) for operand in statement.operands]
        if op is OPS["dot"]:
            local: list[str] = sides[::-1]
        else:
            out = self._result(statement, column)
            local = [self._along_axis(statement, sides[0], out)]
        for operand, partial, want in zip(statement.operands, local, wanted):
            if want:
                self.adjoints.add(operand, self._times(upstream, partial, op.selects), batched)

    def _along_axis(self, statement: ArrayStatement, x: str, out: str) -> str:
        """Local derivatives of an n-ary primitive by all of its operands, side by side."""
        writer, op = self.writer, statement.op
        formula = rolled(op)
        if formula is not None:
            local = for_arrays([formula[1]], {}, style=writer.style)
            (text,) = writer.expressions(local, {"x": x, "out": out})
            return text
        n = statement.operands[0].shape[-1]
        _, partials = formulas(op, n, {}, style=writer.style)
        names = {"out": out, **{f"x{i}": f"{x}[..., {i}:{i + 1}]" for i in range(n)}}
        texts = writer.expressions([0.0 if p is None else p for p in partials], names)
        return f"{self._kernel('side_by_side')}({out}.shape, dtype, {', '.join(texts)})"

    def _pull_product(self, statement: ArrayStatement, wanted: list[bool]) -> None:
        left, right = statement.operands
        if wanted[0]:
            self._pull_side(statement, left, right, transposed=False)
        if wanted[1]:
            self._pull_side(statement, right, left, transposed=True)

    def _pull_side(
        self, statement: ArrayStatement, side: Operand, other: Operand, *, transposed: bool
    ) -> None:
        """Adjoint of one side of a product: the result's adjoint times the other side."""
        writer, block = self.writer, statement.block
        *stack, p, q = statement.shape
        batched = writer.is_batched[block]
        own, others = writer.varies(side), writer.varies(other)
        one_call = batched and not stack and not (own and others)
        if one_call and not own and (transposed or p == 1):
            # The batch shares this side: one product contracts over batch and rows.
            g = f"{self._rows_of(statement)}.T" if transposed else f"d{block}.reshape(1, -1)"
            factor, batched = rows(writer, other), False
        elif one_call and own and not transposed:
            g, factor = self._rows_of(statement), matrix(writer, other)
        elif batched and not stack and p == q == 1:
            factor = rows(writer, other) if others else matrix(writer, other)
            product = self._times(f"d{block}", factor)
            self.adjoints.add(side, product, True, shape=side.shape[1:])
            return
        else:
            g, factor = self._upstream(statement, statement.shape), matrix(writer, other)
            g = f"{g}.swapaxes(-1, -2)" if transposed else g
        function = "matmul" if writer.fast else self._kernel("masked_matmul")
        text, into, shape = f"{function}({g}, {factor})", None, side.shape
        if batched and g == f"d{block}":
            shape = side.shape[1:]
        elif batched:
            text = writer.reshaped(text, side.shape, True)
        elif writer.fast and not stack and isinstance(side, View) and side.strides[-1] == 1:
            into = f"matmul({g}, {factor}, {{}})".format
        self.adjoints.add(side, text, batched, shape=shape, into=into)

    def _rows_of(self, statement: ArrayStatement) -> str:
        """The result's adjoint as a matrix with a row for each row of the left side."""
        p, q = statement.shape
        text = f"d{statement.block}"
        return text if p == 1 else self.writer.once(f"{text}.reshape(batch * {p}, {q})")


@lru_cache(maxsize=64)
def zeros(n: int) -> Any:
    """A vector of n zeros, one and the same for every n."""
    return np.zeros(n)
