"""Passes over any tape: results stay what they were, to the bit where the numbers are whole."""

from hypothesis import given, settings
from hypothesis import strategies as st

from autograd.ops.op import OPS
from autograd.program.tape.instructions import Argument, Statement, Tape
from autograd.program.tape.rewriting import (
    drop_dead,
    expand_powers,
    fold_constants,
    reads,
    share_common,
)
from autograd.program.tape.sums import find_dots, flatten_sums, split_differences

ARGUMENTS = (Argument("x", (2,), 0), Argument("w", (2, 2), 2))
NUMBERS = (1.0, -2.0, 3.0, -1.0, 2.0, -3.0)
CONSTANTS = (0.0, 2.0, 3.0, 4.0, -1.0)
SUMS = (split_differences, flatten_sums, find_dots)
PASSES = (fold_constants, share_common, expand_powers, drop_dead, *SUMS)
LARGEST = 2.0**50


@st.composite
def tapes(draw):
    """Whole numbers added, multiplied and raised; some of the results are read, some often."""
    constants = CONSTANTS[: draw(st.integers(1, len(CONSTANTS)))]
    statements = []
    for slot in range(6, 6 + draw(st.integers(1, 14))):
        # Newer results first, so that chains and products of sums come up.
        near = st.integers(0, slot + len(constants) - 1).map(lambda i, end=slot: end - 1 - i)
        name = draw(
            st.sampled_from(["add", "add", "mul", "mul", "sub", "neg", "sum", "dot", "pow"])
        )
        if name == "pow":
            operands = (draw(near), -1 - draw(st.integers(0, len(constants) - 1)))
        else:
            count = {"neg": 1, "sum": 3, "dot": 4}.get(name, 2)
            operands = tuple(draw(near) for _ in range(count))
        statements.append(Statement(OPS[name], operands))
    last = 5 + len(statements)
    outputs = (last, *draw(st.lists(st.integers(-len(constants), last), max_size=2)))
    return Tape(ARGUMENTS, constants, statements, outputs, (len(outputs),)).validate()


def run(tape):
    """All numbers on a tape, by slot."""
    numbers = dict(enumerate(NUMBERS)) | {-1 - i: c for i, c in enumerate(tape.constants)}
    for slot, (op, operands) in enumerate(tape.statements, tape.first):
        numbers[slot] = op.evaluate(*[numbers[x] for x in operands])
    return numbers


def outputs(tape):
    numbers = run(tape.validate())
    return [numbers[slot] + 0.0 for slot in tape.outputs]  # a sum of -0.0 is 0.0


def is_exact(tape):
    """Whether all that is computed, in any order, is a whole number that a float holds."""
    positive = tuple(abs(c) for c in tape.constants)
    plus = {"sub": OPS["add"], "neg": OPS["identity"]}
    statements = [Statement(plus.get(op.name, op), operands) for op, operands in tape.statements]
    powers = [tape.constants[-1 - x[1]] for op, x in tape.statements if op.name == "pow"]
    bounds = run(tape.with_statements(statements, tape.outputs, positive)).values()
    return min(powers, default=0.0) >= 0.0 and max(map(abs, bounds)) < LARGEST


@settings(max_examples=150, deadline=None)
@given(tapes(), st.lists(st.sampled_from(PASSES), max_size=6))
def test_passes_change_no_result(tape, passes):
    """Each alone, and any after each other."""
    if not is_exact(tape):
        return
    wanted = outputs(tape)
    for step in PASSES:
        assert outputs(step(tape)) == wanted
    for step in passes:
        tape = step(tape)
        assert outputs(tape) == wanted


@settings(max_examples=100, deadline=None)
@given(tapes())
def test_each_pass_leaves_nothing_for_itself(tape):
    """What it looks for is gone when it is done."""
    folded = fold_constants(tape)
    assert all(max(operands) >= 0 for _, operands in drop_dead(folded).statements)
    shared = share_common(tape)
    assert len(set(shared.statements)) == len(shared.statements)
    expanded = expand_powers(tape)
    exponents = [expanded.constants[-1 - x[1]] for op, x in expanded.statements if op.name == "pow"]
    assert not {2.0, 3.0, 4.0} & set(exponents)
    live = drop_dead(tape)
    read = reads(live)
    assert all(read[live.first : live.first + len(live.statements)])
    for step in (fold_constants, share_common, expand_powers, drop_dead):
        done = step(tape)
        assert step(done) == done


@settings(max_examples=100, deadline=None)
@given(tapes())
def test_reads_counts_what_leads_to_an_output(tape):
    """Each place an operand stands in a live statement, and each output."""
    read = reads(tape)
    live, wanted = set(), [0] * len(read)
    pending = list(tape.outputs)
    while pending:
        slot = pending.pop()
        wanted[slot] += 1
        if slot >= tape.first and slot not in live:
            live.add(slot)
            pending.extend(tape.statements[slot - tape.first].operands)
    assert read == wanted
