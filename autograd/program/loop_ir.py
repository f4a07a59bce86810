"""The interpreter of instruction rows in LLVM's language, written from the op table.

Each opcode of :mod:`autograd.program.loop_rows` is one small function that ends with a jump to the
next row's (``musttail``), so that every kind of row has a branch of its own to predict, and results
and adjoints stay in a machine register from row to row. All bodies are the primitives' declared
expressions. Next: :mod:`autograd.program.loop_native` compiles and calls it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache

from autograd.program.loop_emit import Body, declarations
from autograd.program.loop_entries import entry_functions, passed
from autograd.program.loop_folds import expanded, fold, fold_back, variables_of, weighted
from autograd.program.loop_rows import FOLDS, WIDTH, Rule, forward_codes, reverse_codes, rules

__all__ = ["forward_function", "module", "reverse_function"]

Key = tuple[str, ...]
FORWARD = "ptr noalias %code, ptr %v, ptr %d, ptr %ctx, ptr noalias %ops, double %r"
REVERSE = "ptr noalias %code, ptr noalias %v, ptr noalias %w, ptr %ctx, ptr noalias %ops, double %g"


@cache
def module() -> str:
    """The whole interpreter: a function for each opcode, two tables of them, and the entries."""
    forward = [_forward(key, code) for key, code in forward_codes().items()]
    reverse = [_reverse(key, code) for key, code in reverse_codes().items()]
    tables = [_table("forward", len(forward)), _table("reverse", len(reverse))]
    memset = "declare void @llvm.memset.p0.i64(ptr, i8, i64, i1)"
    return "\n".join([*declarations(), memset, *tables, *forward, *reverse, *entry_functions()])


def _table(name: str, count: int) -> str:
    functions = ", ".join(f"ptr @{name}.{code}" for code in range(count))
    return f"@{name}.ops = constant [{count} x ptr] [{functions}]"


def _jump(body: Body, arguments: str, following: str) -> None:
    """Go to the function of the row at ``following``, and never come back."""
    opcode = body.set(f"zext i32 {body.set(f'load i32, ptr {following}')} to i64")
    place = body.set(f"getelementptr ptr, ptr %ops, i64 {opcode}")
    target = body.set(f"load ptr, ptr {place}")
    body.do(f"musttail call void {target}({arguments})")
    body.do("ret void")


def _forward(key: Key, code: int) -> str:
    return forward_function(f"internal void @forward.{code}", [key], {})


def forward_function(name: str, keys: Sequence[Key], known: Mapping[int, int]) -> str:
    """The function of some consecutive rows.

    ``known`` says of cells, counted from the first row, that they hold the register of one of the
    function's own results, and which: those need not be read from memory.
    """
    body = Body()
    results: list[str] = []
    slot, result = "%d", "%r"
    for row, key in enumerate(keys):
        if key[0] == "halt":
            body.do("ret void")
            return body.function(f"{name}({FORWARD})")
        body.offset = row * WIDTH["forward"]
        cell = 1
        for rule, kinds in zip(key[::2], key[1::2]):
            if rule in FOLDS:
                result = fold(body, rule)
            else:
                result, cell = _apply(body, rules()[rule], kinds, cell, result, results, known)
            results.append(result)
            body.do(f"store double {result}, ptr {slot}")
            slot = body.set(f"getelementptr double, ptr {slot}, i64 1")
    following = body.set(f"getelementptr i32, ptr %code, i64 {len(keys) * WIDTH['forward']}")
    passed = f"ptr {following}, ptr %v, ptr {slot}, ptr %ctx, ptr %ops, double {result}"
    _jump(body, passed, following)
    return body.function(f"{name}({FORWARD})")


def _apply(
    body: Body,
    rule: Rule,
    kinds: str,
    cell: int,
    previous: str,
    results: Sequence[str],
    known: Mapping[int, int],
) -> tuple[str, int]:
    """The result of a rule, and the next free cell of the row."""
    variables = {}
    for variable, kind in zip(rule.variables, kinds):
        variables[variable] = previous
        if kind == "R":
            own = known.get(body.offset + cell)
            variables[variable] = (
                results[own] if own is not None else body.load("%v", body.cell(cell))
            )
            cell += 1
    return body.exprs([rule.value], variables)[0], cell


def _reverse(key: Key, code: int) -> str:
    return reverse_function(f"internal void @reverse.{code}", [key])


def reverse_function(name: str, keys: Sequence[Key]) -> str:
    """The function of some consecutive rows of the reverse pass."""
    body = Body()
    following = body.set(f"getelementptr i32, ptr %code, i64 {len(keys) * WIDTH['reverse']}")
    adjoint: str | None = "%g"
    for row, key in enumerate(keys):
        if key[0] == "halt":
            body.do("ret void")
            return body.function(f"{name}({REVERSE})")
        body.offset = row * WIDTH["reverse"]
        if adjoint is None:
            adjoint = body.load("%w", body.cell(1))
        adjoint = _Undone(body).row(key, adjoint)
    if adjoint is None:
        adjoint = body.load("%w", body.cells(following, "1"))
    _jump(body, passed(following, adjoint), following)
    return body.function(f"{name}({REVERSE})")


class _Undone:
    """One row of the reverse pass: where an adjoint is zero, the rest of it is passed over."""

    def __init__(self, body: Body) -> None:
        self.body = body
        self.end = body.label()
        self.skips: list[str] = []

    def row(self, key: Key, adjoint: str) -> str | None:
        """Spread the adjoint of the row's result; the adjoint that is handed on, if any."""
        body = self.body
        handed: str | None = None
        if len(key) == 4:
            handed = self._pair(key, adjoint)
        else:
            self._skip_if_zero(adjoint)
            if key[0] == "expanded":
                expanded(body, adjoint)
            elif key[0] in FOLDS:
                fold_back(body, key[0], adjoint)
            else:
                slots = [body.cell(2 + i) for i in range(len(key[1]))]
                handed = _spread(body, rules()[key[0]], key[1], slots, body.cell(1), adjoint)
        last = body.block
        body.do(f"br label %{self.end}")
        body.start(self.end)
        if handed is None:
            return None
        sources = [f"[ {handed}, %{last} ]", *(f"[ 0.0, %{block} ]" for block in self.skips)]
        return body.set(f"phi double {', '.join(sources)}")

    def _pair(self, key: Key, adjoint: str) -> str | None:
        """The second rule, then the first."""
        body = self.body
        second = body.cell(1)
        first = body.set(f"sub i64 {second}, 1")
        slots = [first if kind in "PS" else body.cell(4 + i) for i, kind in enumerate(key[3])]
        if {*key[3]} & {*"PS"}:
            self._skip_if_zero(adjoint)
            between = _spread(body, rules()[key[2]], key[3], slots, second, adjoint)
            assert between is not None
        else:  # the first one's adjoint is its own: a second one of zero skips only itself
            some, after = body.label(), body.label()
            truth = body.set(f"fcmp une double {adjoint}, 0.0")
            body.do(f"br i1 {truth}, label %{some}, label %{after}")
            body.start(some)
            _spread(body, rules()[key[2]], key[3], slots, second, adjoint)
            body.do(f"br label %{after}")
            body.start(after)
            between = body.load("%w", first)
        self._skip_if_zero(between)
        slots = [body.cell(2 + i) for i in range(len(key[1]))]
        return _spread(body, rules()[key[0]], key[1], slots, first, between)

    def _skip_if_zero(self, adjoint: str) -> None:
        """A node whose adjoint is exactly zero passes nothing on."""
        body = self.body
        other = body.label()
        truth = body.set(f"fcmp oeq double {adjoint}, 0.0")
        body.do(f"br i1 {truth}, label %{self.end}, label %{other}")
        self.skips.append(body.block)
        body.start(other)


def _spread(
    body: Body, rule: Rule, kinds: str, slots: Sequence[str], own: str, adjoint: str
) -> str | None:
    """Spread the adjoint of the slot ``own`` over the operands; the adjoint handed on, if any."""
    edges = [edge for edge in zip(kinds, slots, rule.partials) if edge[0] != "N"]
    partials = [partial for _, _, partial in edges]
    used = variables_of(partials)
    variables = {x: body.load("%v", s) for x, s in zip(rule.variables, slots) if x in used}
    variables["g"] = adjoint
    if "out" in used:
        variables["out"] = body.load("%v", own)
    wanted = [*(partials if rule.selects else []), *map(weighted, partials)]
    numbers = body.exprs(wanted, variables)
    handed: list[str] = []
    for index, (kind, slot, _) in enumerate(edges):
        product = numbers[index - len(edges)]
        if kind != "A":
            handed.append(product)
        elif rule.selects:
            _add_if_chosen(body, slot, numbers[index], product)
        else:
            body.add_to("%w", slot, product)
    if len(handed) == 2:
        return body.set(f"fadd double {', '.join(handed)}")
    return handed[0] if handed else None


def _add_if_chosen(body: Body, slot: str, partial: str, product: str) -> None:
    chosen, after = body.label(), body.label()
    truth = body.set(f"fcmp une double {partial}, 0.0")
    body.do(f"br i1 {truth}, label %{chosen}, label %{after}")
    body.start(chosen)
    body.add_to("%w", slot, product)
    body.do(f"br label %{after}")
    body.start(after)
