"""Arithmetic on one number or on eight, as Python writes it, in LLVM's language.

Next: :mod:`autograd.program.loop.native.forms` writes elementary functions with it.
"""

from __future__ import annotations

import struct

__all__ = ["Number", "NumberWriter", "bits_of"]


def bits_of(number: float) -> int:
    """The bits of a float as a signed integer.

    >>> hex(bits_of(1.0))
    '0x3ff0000000000000'
    """
    bits: int = struct.unpack("<q", struct.pack("<d", number))[0]
    return bits


class NumberWriter:
    """Instructions over one number or many."""

    def __init__(self, lanes: int) -> None:
        self.lanes = lanes
        self.number, self.bits, self.truth = (
            kind if lanes == 1 else f"<{lanes} x {kind}>" for kind in ("double", "i64", "i1")
        )
        self.suffix = "f64" if lanes == 1 else f"v{lanes}f64"
        self.lines: list[str] = []

    def set(self, text: str) -> str:
        """Append an instruction; the name of its result."""
        self.lines.append(f"  %t{len(self.lines)} = {text}")
        return f"%t{len(self.lines) - 1}"

    def constant(self, number: float) -> str:
        """A number in every lane."""
        return self._everywhere("double", f"0x{bits_of(number) % 2**64:016X}")

    def whole(self, number: int) -> str:
        """The same of 64-bit integers."""
        return self._everywhere("i64", str(number))

    def _everywhere(self, kind: str, text: str) -> str:
        return text if self.lanes == 1 else f"<{', '.join([f'{kind} {text}'] * self.lanes)}>"

    def name(self, x: Number | float) -> str:
        """The name of a number, or a constant."""
        return x.name if isinstance(x, Number) else self.constant(x)

    def from_bits(self, bits: str) -> Number:
        """The number that an integer's bits are."""
        return Number(self, self.set(f"bitcast {self.bits} {bits} to {self.number}"))

    def everywhere(self, truth: str, yes: str, no: str) -> None:
        """Go to one label if something is true in every lane, else to the other."""
        if self.lanes > 1:
            joined = self.set(f"bitcast {self.truth} {truth} to i{self.lanes}")
            truth = self.set(f"icmp eq i{self.lanes} {joined}, -1")
        self.do(f"br i1 {truth}, label %{yes}, label %{no}")

    def do(self, text: str) -> None:
        """Append an instruction without a result."""
        self.lines.append(f"  {text}")

    def start(self, label: str) -> None:
        """Begin a block."""
        self.lines.append(f"{label}:")


class Number:
    """A number, or one for every lane, that instructions have computed."""

    def __init__(self, form: NumberWriter, name: str) -> None:
        self.form, self.name = form, name

    def _with(self, op: str, a: Number | float, b: Number | float) -> Number:
        form = self.form
        text = f"{op} {form.number} {form.name(a)}, {form.name(b)}"
        return Number(form, form.set(text))

    def __add__(self, other: Number | float) -> Number:
        return self._with("fadd", self, other)

    def __sub__(self, other: Number | float) -> Number:
        return self._with("fsub", self, other)

    def __rsub__(self, other: float) -> Number:
        return self._with("fsub", other, self)

    def __mul__(self, other: Number | float) -> Number:
        return self._with("fmul", self, other)

    __rmul__ = __mul__
    __radd__ = __add__

    def __truediv__(self, other: Number | float) -> Number:
        return self._with("fdiv", self, other)

    def __neg__(self) -> Number:
        return Number(self.form, self.form.set(f"fneg {self.form.number} {self.name}"))

    def __abs__(self) -> Number:
        return self._called(f"llvm.fabs.{self.form.suffix}")

    def __lt__(self, other: float) -> str:
        return self._compared("olt", other)

    def __gt__(self, other: float) -> str:
        return self._compared("ogt", other)

    def equals(self, other: float) -> str:
        """Where it is this number."""
        return self._compared("oeq", other)

    def times_plus(self, factor: Number | float, term: Number | float) -> Number:
        """self × factor + term, rounded once where the processor can."""
        return self._called(f"llvm.fmuladd.{self.form.suffix}", factor, term)

    def bits(self) -> str:
        """As an integer."""
        form = self.form
        return form.set(f"bitcast {form.number} {self.name} to {form.bits}")

    def where(self, truth: str, other: Number | float) -> Number:
        """This one where it is true, elsewhere the other."""
        form = self.form
        text = f"select {form.truth} {truth}, {form.number} {self.name}, "
        return Number(form, form.set(text + f"{form.number} {form.name(other)}"))

    def _called(self, name: str, *others: Number | float) -> Number:
        form = self.form
        typed = ", ".join(f"{form.number} {form.name(x)}" for x in (self, *others))
        return Number(form, form.set(f"call {form.number} @{name}({typed})"))

    def _compared(self, how: str, other: float) -> str:
        form = self.form
        return form.set(f"fcmp {how} {form.number} {self.name}, {form.constant(other)}")
