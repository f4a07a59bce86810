"""How a reverse pass goes through registers: what spreads an adjoint, and in which order.

Next: :mod:`autograd.program.loop.native.steps`.
"""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["Pull", "Registers", "Reverse"]

Registers = tuple[int, ...]


class Pull(NamedTuple):
    """How an adjoint is spread over operands by partials that steps compute.

    ``values`` are the registers that an n-ary rule's partials are made of: sequences of as many as
    there are operands, then single ones; then the single ones that the steps are made of.
    """

    name: str
    operands: Registers
    result: int
    edges: tuple[bool, ...]
    steps: tuple[tuple[str, Registers], ...] = ()
    partials: Registers = ()
    values: Registers = ()


class Reverse(NamedTuple):
    """The results whose adjoints a reverse pass spreads, in its order, and of each register whether
    derivatives are taken by what it depends on, and how many edges lead to its adjoint.
    """

    results: list[int]
    active: bytearray
    uses: list[int]
