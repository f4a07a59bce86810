"""A function that goes round: one repetition of a stretch of rows after the other.

What a repetition hands to the next one stays in machine registers, and between two of them is one
comparison of opcodes. Next: :mod:`autograd.program.loop.native.forwards` and
:mod:`autograd.program.loop.native.backwards`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from autograd.program.loop.native.emit import Body

__all__ = ["Rounds"]


class Rounds:
    """The code of one repetition in the making, which follows itself while there are more.

    ``kinds`` are those of the signature's arguments that change from round to round; before the
    first they go by ``%name.0``.
    """

    def __init__(self, body: Body, name: str, signature: str, kinds: Mapping[str, str]) -> None:
        self.body = body
        self._starts = {x: (kind, f"%{x}.0") for x, kind in kinds.items()}
        for x in kinds:
            signature = re.sub(rf"%{x}\b", f"%{x}.0", signature)
        self._head = f"{name}({signature})"
        self._entry = len(body.lines)
        body.do("br label %round")
        body.start("round")
        self._place = len(body.lines)
        self._before: list[str] = []

    def before(self, text: str) -> str:
        """The result of an instruction before the first round."""
        name = self.body.name()
        self._before.append(f"  {name} = {text}")
        return name

    def carry(self, name: str, array: str, index: str) -> str:
        """One more number that rounds hand on; the first round finds it in an array."""
        if name not in self._starts:
            place = self.before(f"getelementptr double, ptr {array}, i64 {index}")
            self._starts[name] = "double", self.before(f"load double, ptr {place}")
        return f"%{name}"

    def end(self, opcode: str, own: int, following: Mapping[str, str]) -> None:
        """Go round again if the next row has this function's opcode, with these numbers; what is
        written after this is done after the last round.
        """
        body, last = self.body, self.body.block
        again = body.set(f"icmp eq i64 {opcode}, {own}")
        body.do(f"br i1 {again}, label %round, label %done")
        body.lines[self._place : self._place] = [
            f"  %{x} = phi {kind} [ {start}, %entry ], [ {following[x]}, %{last} ]"
            for x, (kind, start) in self._starts.items()
        ]
        body.lines[self._entry : self._entry] = self._before
        body.start("done")

    def text(self) -> str:
        """The finished function."""
        return self.body.function(self._head)
