"""Writing NumPy source: one straight-line function, its names, and how operands are read.

:mod:`autograd.program.array.forward` writes array statements with it,
:mod:`autograd.program.array.reverse` their adjoints. Every array it names is flat and contiguous,
``(size,)`` or ``(batch, size)``; operands are views of those.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from autograd.arrays import Array
from autograd.graph import consumers, topological_order
from autograd.ops.expr import COMPARISONS, Expr, Operand
from autograd.ops.source import compile_source
from autograd.program.array.names import FUNCTIONS, OPERATORS
from autograd.program.statements.groups import ArrayForm
from autograd.program.statements.layout import Gather, Joined, Literal, View
from autograd.program.statements.layout import Operand as Reading
from autograd.program.statements.reroll import FOLDS

__all__ = ["Style", "Writer", "style_of"]

Shape = tuple[int, ...]
Style = str
"""Of formulas: "careful" as declared, "fast" without what rounding hides, "finite" also without
infinities, which only comparisons could hide; see :mod:`autograd.program.array.tidying`."""


def style_of(form: ArrayForm, *, fast: bool) -> Style:
    """The style for a program."""
    compares = any(s.op.name in COMPARISONS for s in form.statements)
    return ("fast" if compares else "finite") if fast else "careful"


class Writer:
    """The lines of one function, for one choice of arguments that are batched."""

    def __init__(self, form: ArrayForm, batched: Sequence[bool], dtype: str, *, fast: bool) -> None:
        self.form = form
        self.fast = fast
        self.style = style_of(form, fast=fast)
        self.dtype = np.dtype(dtype)
        self.lines: list[str] = []
        self.scope: dict[str, Any] = {
            **{f"fold_{name}": getattr(np, numpy).reduce for name, numpy in FOLDS.items()},
            "np": np,
            "inf": np.inf,
            "nan": np.nan,
            "ndarray": np.ndarray,
            "matmul": np.matmul,
            "dtype": self.dtype,
        }
        self.is_batched = list(batched) + [False] * (len(form.blocks) - len(batched))
        for statement in form.statements:
            self.is_batched[statement.block] = any(map(self.varies, statement.operands))
        self._names: dict[str, str] = {}

    def varies(self, reading: Reading) -> bool:
        """Whether an operand has a batch axis."""
        if isinstance(reading, Joined):
            return any(self.is_batched[part.block] for part in reading.parts)
        return not isinstance(reading, Literal) and self.is_batched[reading.block]

    def line(self, text: str) -> None:
        """Write one line."""
        self.lines.append(text)

    def name(self, text: str, prefix: str = "t") -> str:
        """A new name for the value of this text."""
        name = f"{prefix}{len(self.lines)}_"
        self.line(f"{name} = {text}")
        return name

    def once(self, text: str) -> str:
        """A name for a text whose value never changes, such as a view; written only once."""
        if text not in self._names:
            self._names[text] = self.name(text, "v")
        return self._names[text]

    def constant(self, value: Any, prefix: str = "k") -> str:
        """A name for an object that is known now."""
        name = f"{prefix}{len(self.scope)}_"
        self.scope[name] = value
        return name

    def function(self, name: str) -> Callable[..., Any]:
        """The function ``name(arrays, batch, weight)`` whose body has been written."""
        body = [f"    {line}" for line in _with_deletions(self.lines)]
        source = [f"def {name}(arrays, batch, weight):", *body]
        made: Callable[..., Any] = compile_source(name, source, self.scope)
        return made

    # Shapes and views

    def shape(self, shape: Shape, batched: bool) -> str:
        """Text of a shape, with the batch axis in front if there is one."""
        parts = [*(["batch"] if batched else []), *map(str, shape)]
        return f"({', '.join(parts)},)"

    def reshaped(self, text: str, shape: Shape, batched: bool, now: Shape | None = None) -> str:
        """Text of an array in another shape, ``now`` being its present one; without batch axis."""
        if shape == now:
            return text
        return f"{text}.reshape({self.shape(shape, batched)})"

    def view(self, array: str, reading: View) -> str:
        """A name for the view of a flat array that a reading takes, without repetition."""
        size, batched = self.form.blocks[reading.block].size, self.is_batched[reading.block]
        own, strides, offset = reading.own_shape, reading.strides, reading.offset
        count = int(np.prod(own))
        if offset == 0 and count == size and strides == _contiguous(own):
            return array if len(own) == 1 else self.once(self.reshaped(array, own, batched))
        if len(own) == 1 and strides[0] >= 0:
            step = strides[0] or 1
            stop = offset + (count - 1) * step + 1
            piece = f"{offset}:{stop}" + (f":{step}" if step > 1 else "")
            return self.once(f"{array}[{':, ' if batched else ''}{piece}]")
        item = self.dtype.itemsize
        steps = tuple([step * item for step in strides])
        if batched:
            steps = (size * item, *steps)
        return self.once(
            f"ndarray({self.shape(own, batched)}, dtype, {array}, {offset * item}, {steps})"
        )

    def read(self, reading: Reading, *, whole: bool = False) -> str:
        """A name for an operand's array; with ``whole``, repeated numbers are really there.

        A Literal that is one number comes as that number, unless ``whole``.
        """
        if isinstance(reading, Literal):
            if whole:
                return self.once_constant(np.broadcast_to(reading.values, reading.shape).copy())
            if reading.values.size == 1:
                return number(reading.values.item())
            return self.once_constant(reading.values)
        if isinstance(reading, View):
            text = self.view(f"b{reading.block}", reading)
            if whole and reading.own_shape != reading.shape:
                shape = self.shape(reading.shape, self.varies(reading))
                return self.once(f"np.broadcast_to({text}, {shape})")
            return text
        if isinstance(reading, Gather):
            return self.once(f"b{reading.block}.take({self.once_constant(reading.index)}, -1)")
        return self._joined(reading)

    def once_constant(self, array: Array) -> str:
        """A name for an array that is known now, floats in the program's dtype."""
        value = array.astype(self.dtype) if array.dtype.kind == "f" else array
        key = f"array {id(array)}"
        if key not in self._names:
            self._names[key] = self.constant(value)
            self.scope[f"{self._names[key]}source"] = array  # so that the id stays taken
        return self._names[key]

    def _joined(self, reading: Joined) -> str:
        key = f"joined {id(reading)}"
        if key not in self._names:
            batched = self.varies(reading)
            size = int(np.prod(reading.shape))
            flat = self.name(f"np.empty({self.shape((size,), batched)}, dtype)")
            for part in reading.parts:
                at, index = self.once_constant(part.at), self.once_constant(part.index)
                array = f"b{part.block}"
                if part.block == len(self.form.blocks) - len(self.form.statements) - 1:
                    array = self.once_constant(self.form.constants)
                self.line(f"{flat}[..., {at}] = {array}[..., {index}]")
            self._names[key] = self.name(self.reshaped(flat, reading.shape, batched, (size,)))
        return self._names[key]

    # Expressions

    def expressions(self, exprs: Sequence[Operand], names: Mapping[str, str]) -> list[str]:
        """Texts of expressions over the variables' names; what they share is written once."""
        roots = [x for x in exprs if isinstance(x, Expr)]
        order = topological_order(roots, _inner)
        if self.dtype == np.float32 and any(map(_beyond_single, order)):
            return self._in_double(exprs, names)
        uses = consumers(order, _inner) + Counter(roots)
        texts: dict[Expr, str] = {}
        for expr in order:
            text = self._text(expr, texts, names)
            shared = uses[expr] > 1 and expr.op != "var"
            texts[expr] = self.name(text) if shared else text
        return [texts[x] if isinstance(x, Expr) else number(x) for x in exprs]

    def _in_double(self, exprs: Sequence[Operand], names: Mapping[str, str]) -> list[str]:
        """The same where a constant in them is 0 or infinite in single precision."""
        single, self.dtype = self.dtype, np.dtype(np.float64)
        self.scope["double"] = self.dtype
        wide = {key: f"np.asarray({name}, double)" for key, name in names.items()}
        texts = self.expressions(exprs, {key: self.once(text) for key, text in wide.items()})
        self.dtype = single
        return [
            f"np.asarray({text}, dtype)" if isinstance(expr, Expr) else text
            for expr, text in zip(exprs, texts)
        ]

    def _text(self, expr: Expr, texts: Mapping[Expr, str], names: Mapping[str, str]) -> str:
        if expr.op == "var":
            return names[str(expr.operands[0])]
        parts = [texts[x] if isinstance(x, Expr) else number(x) for x in expr.operands]
        if expr.op in OPERATORS:
            return f"({parts[0]} {OPERATORS[expr.op]} {parts[1]})"
        if expr.op == "neg":
            return f"(-{parts[0]})"
        if expr.op.startswith("fold_"):
            return f"{expr.op}({parts[0]}, -1, keepdims=True)"
        if expr.op in ("maximum", "minimum") and isinstance(expr.operands[0], float):
            tie, name = expr.operands[0], f"np.{expr.op}({', '.join(parts)})"
            if tie:  # then what ties is the same number to the bit
                return name
            if math.copysign(1.0, tie) > 0.0:
                return f"({name} + 0.0)"  # 0 for -0, one pass where two would be needed
        if expr.op == "where" and not any(isinstance(x, Expr) for x in expr.operands[1:]):
            if expr.operands[1:] == (1.0, 0.0):
                return f"{parts[0]}.astype(dtype)"  # a condition is an array of bools
            # Two plain numbers would give float64 whatever the program's dtype.
            parts[1] = self.constant(self.dtype.type(expr.operands[1]))
        self.scope[expr.op] = FUNCTIONS[expr.op]
        return f"{expr.op}({', '.join(parts)})"


def _beyond_single(expr: Expr) -> bool:
    """Whether an operand is a number that single precision does not have."""
    limits = np.finfo(np.float32)
    numbers = [abs(x) for x in expr.operands if isinstance(x, float)]
    return any(limits.max < x < np.inf or 0.0 < x < limits.tiny for x in numbers)


_LOCAL = re.compile(r"\b[bdtv]\d+_?\b")


def _with_deletions(lines: Sequence[str]) -> list[str]:
    """The lines, each array deleted after the last that names it: memory holds what is needed."""
    last: dict[str, int] = {}
    for i, line in enumerate(lines):
        for name in _LOCAL.findall(line):
            last[name] = i
    done: dict[int, list[str]] = {}
    for name, i in last.items():
        done.setdefault(i, []).append(name)
    written: list[str] = []
    for i, line in enumerate(lines):
        written.append(line)
        if i in done and not line.startswith("return "):
            written.append(f"del {', '.join(done[i])}")
    return written


def _inner(expr: Expr) -> list[Expr]:
    return [x for x in expr.operands if isinstance(x, Expr)]


def _contiguous(shape: Shape) -> Shape:
    """The strides of a row-major array; 0 along axes of length 1."""
    strides: list[int] = []
    step = 1
    for n in reversed(shape):
        strides.insert(0, step if n > 1 else 0)
        step *= n
    return tuple(strides)


def number(x: float) -> str:
    """Source of a float; negative ones in brackets."""
    text = repr(float(x))
    return f"({text})" if text.startswith("-") else text
