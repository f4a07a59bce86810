"""Functions of the forward pass: the results of rows, and of stretches of them that repeat.

What a row computes goes to memory, and a later row of its function finds it in a machine register.
Next: :mod:`autograd.program.loop.native.interpreter`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from types import MappingProxyType

from autograd.program.loop.native.emit import Body, Place
from autograd.program.loop.native.folds import call, fold, fold_of, index_of
from autograd.program.loop.native.loops import folds
from autograd.program.loop.native.rounds import Rounds
from autograd.program.loop.native.rows import CALL, WIDTH, Key, rules

__all__ = ["FORWARD", "forward_rows", "forward_stretch"]

FORWARD = "ptr noalias %code, ptr %v, ptr %d, ptr %ctx, ptr noalias %ops, double %r"

Read = Callable[[int, Sequence[str]], str]
"""The number in the register that a cell names, counted from the first row; results so far."""


def forward_rows(
    body: Body,
    keys: Sequence[Key],
    read: Read,
    wide: Mapping[int, range] = MappingProxyType({}),
    passing: Collection[int] = (),
) -> list[str]:
    """The results of consecutive rows, which go to memory from ``%d`` on, but for those that are
    ``passing``.

    ``wide`` has the cells of operands that stand in the table, for rows where it has any.
    """
    results: list[str] = []
    result = "%r"
    for row, key in enumerate(keys):
        body.offset = row * WIDTH["forward"]
        cell = 1
        for name, kinds in zip(key[::2], key[1::2]):
            if row in wide:
                result = fold_of(body, name, [read(x - body.offset, results) for x in wide[row]])
            elif name in folds():
                result = fold(body, name)
            elif name == CALL:
                result = call(body)
            else:
                variables = {}
                for variable, kind in zip(rules()[name].variables, kinds):
                    variables[variable] = result
                    if kind == "R":
                        variables[variable] = read(cell, results)
                        cell += 1
                result = body.exprs([rules()[name].value], variables)[0]
            if len(results) not in passing:
                body.do(f"store double {result}, ptr {body.slot('%d', str(len(results)))}")
            results.append(result)
    body.offset = 0
    return results


def forward_stretch(
    keys: Sequence[Key],
    places: Mapping[int, Place],
    wide: Mapping[int, range],
    own: int,
    many: int,
    passing: Collection[int],
) -> str:
    """The function ``repeated`` of a stretch of rows with ``many`` results, of opcode ``own``;
    those that are ``passing`` nobody reads from memory.

    ``places`` says what is known of cells, relative to the register of the first result; the
    results of the repetition before count on from below it.
    """
    body = Body()
    rounds = Rounds(body, "void @repeated", FORWARD, {"code": "ptr", "d": "ptr", "r": "double"})
    start, end = [body.set(f"ptrtoint ptr %{x} to i64") for x in "vd"]
    body.base = body.set(f"ashr i64 {body.set(f'sub i64 {end}, {start}')}, 3")
    body.places = places
    carried: dict[str, int] = {}

    def read(cell: int, results: Sequence[str]) -> str:
        cell += body.offset
        place = places.get(cell)
        if place is None or not place.relative:
            return body.load("%v", index_of(body, cell, wide, WIDTH["forward"], 1))
        if place.number >= 0:
            return results[place.number]
        if place.number < -many:
            return body.load("%d", str(place.number))
        name = f"before{-place.number}"
        carried[name] = place.number
        return rounds.carry(name, "%d.0", str(place.number))

    results = forward_rows(body, keys, read, wide, passing)
    following = body.set(f"getelementptr i32, ptr %code, i64 {len(keys) * WIDTH['forward']}")
    slot, opcode = body.slot("%d", str(many)), body.cells(following, "0")
    handed = {name: results[number] for name, number in carried.items()}
    rounds.end(opcode, own, {"code": following, "d": slot, "r": results[-1], **handed})
    body.jump(
        opcode, f"ptr {following}, ptr %v, ptr {slot}, ptr %ctx, ptr %ops, double {results[-1]}"
    )
    return rounds.text()
