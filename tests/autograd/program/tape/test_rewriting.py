"""Each pass on its own: tape in, tape out, the same results."""

import math

import numpy as np
import pytest

import autograd
from autograd import GraphError, Value, where
from autograd.ops.op import OPS
from autograd.program.tape.instructions import Argument, Statement, Tape
from autograd.program.tape.lower import lower
from autograd.program.tape.rewriting import drop_dead, expand_powers, fold_constants, share_common
from autograd.program.tape.sums import find_dots, flatten_sums, split_differences


def tape_of(y, **arguments):
    return lower(y, arguments).validate()


def operations(tape):
    """Names of the primitives in a valid tape, in order."""
    return [statement.op.name for statement in tape.validate().statements]


def leaves(n):
    return [Value(float(i + 1)) for i in range(n)]


def test_tape_prints_what_it_computes():
    """Arguments, one statement a line, and what is returned."""
    x = leaves(2)
    assert str(tape_of(autograd.relu(x[0] * 2.0 + x[1]), x=x)).splitlines() == [
        "x: (2,)",
        "%2 = mul x[0] 2.0",
        "%3 = add %2 x[1]",
        "%4 = relu %3",
        "return %4",
    ]


def test_constants_fold():
    """A primitive of frozen leaves is computed once, at compile time."""
    x, frozen = Value(1.0), Value(3.0)
    tape = fold_constants(tape_of(x * autograd.exp(frozen * 2.0), x=x))
    assert operations(tape) == ["mul"]
    assert tape.constants[-1] == autograd.exp(6.0)


def test_choices_by_constants_are_made():
    """As where makes them: 0 of either sign takes the second, all else, NaN too, the first."""
    x, y = Value(1.0), Value(2.0)
    for condition, chosen in ((1.0, 0), (math.nan, 0), (0.0, 1), (-0.0, 1)):
        frozen = Value(condition)
        tape = fold_constants(tape_of(where(frozen * 1.0, x, y) + where(frozen, 3.0, y), x=[x, y]))
        assert operations(tape) == ["add"]
        assert tape.statements[0].operands[0] == chosen


@pytest.mark.parametrize("batched", [False, True])
def test_what_is_left_of_one_operand_keeps_its_shape(batched):
    """Side by side, constants leave of each statement the same number, or one without a batch."""
    w, x = Value(2.0), [Value(0.5), Value(4.0)]
    truth = Value(1.0)
    outputs = [where(truth, w, a) for a in x] + [where(truth, 7.0, a) + a**0.0 for a in x]
    program = autograd.compile(outputs, backend="array", w=w, x=x)
    rows = [[3.0, 4.0], [5.0, 6.0], [7.0, 8.0]] if batched else [3.0, 4.0]
    expected = np.broadcast_to([2.0, 2.0, 8.0, 8.0], (3, 4) if batched else (4,))
    np.testing.assert_array_equal(program(w=2.0, x=rows), expected, strict=True)


def test_folded_constants_are_one_constant():
    """What reads the same number reads the same slot, so it is shared."""
    x, frozen = Value(1.0), Value(3.0)
    y = x * (2.0 * frozen) + x * (7.0 - 1.0)
    tape = share_common(fold_constants(tape_of(y, x=x)))
    assert operations(tape) == ["mul", "add"]
    zeros = [x * (0.0 * frozen), x * (-0.0 * frozen)]
    assert operations(share_common(fold_constants(tape_of(zeros, x=x)))) == ["mul", "mul"]


def test_signed_zeros_are_two_constants():
    """0.0 and -0.0 are equal, but 1/x tells them apart."""
    x = Value(1.0)
    tape = tape_of([x * 0.0, x * -0.0, x * 0.0], x=x)
    assert [str(number) for number in tape.constants] == ["0.0", "-0.0"]


def test_common_subexpressions_are_shared():
    """The same primitive of the same operands, however often it was recorded."""
    x = leaves(2)
    y = autograd.sin(x[0] + x[1]) * autograd.sin(x[0] + x[1])
    assert operations(share_common(tape_of(y, x=x))) == ["add", "sin", "mul"]


def test_the_first_argument_is_no_constant():
    """Its slot is 0, beside constants whose slots are negative."""
    x, frozen = Value(1.0), Value(3.0)
    tape = fold_constants(tape_of((2.0 - x) * autograd.exp(frozen), x=x))
    assert operations(tape) == ["sub", "mul"]


def test_invalid_tapes_are_refused():
    """By name of the slot: wrong counts, reading too early, what does not exist, wrong shapes."""
    add, x = OPS["add"], Argument("x", (2,), 0)
    for arguments, statement, output, shape, message in [
        ((x,), Statement(add, (0,)), 2, (), "%2: add takes 2 operands, not 1"),
        ((x,), Statement(add, (0, 2)), 2, (), "%2 = add reads slot 2, which is not computed"),
        ((x,), Statement(add, (0, -2)), 2, (), "%2 = add reads slot -2"),
        ((x,), Statement(add, (0, -1)), 3, (), "return reads slot 3"),
        ((x,), Statement(add, (0, -1)), 2, (2,), r"1 outputs cannot have shape \(2,\)"),
        ((x, x), Statement(add, (0, -1)), 2, (), "argument 'x' starts at 0"),
    ]:
        with pytest.raises(GraphError, match=f"^{message}"):
            Tape(arguments, (3.0,), (statement,), (output,), shape).validate()


def test_dead_statements_go():
    """What no output reads is left out, and what only that reads."""
    x = Value(1.0)
    tape = tape_of([autograd.exp(x), autograd.sin(autograd.cos(x))], x=x)
    tape = tape.with_statements(tape.statements, tape.outputs[:1], tape.constants)
    dropped = drop_dead(tape)
    assert [statement.op.name for statement in dropped.statements] == ["exp"]


def test_small_powers_become_products():
    """Squares, cubes and fourth powers; any other exponent stays, 0 for its derivative's sake."""
    x = Value(2.0)
    assert operations(expand_powers(tape_of(x**0, x=x))) == ["pow"]
    assert operations(expand_powers(tape_of(x**2, x=x))) == ["mul"]
    assert operations(expand_powers(tape_of(x**3, x=x))) == ["mul", "mul"]
    assert operations(expand_powers(tape_of(x**4, x=x))) == ["mul", "mul"]
    assert operations(expand_powers(tape_of(x**2.5, x=x))) == ["pow"]
    assert operations(expand_powers(tape_of(2**x, x=x))) == ["pow"]


def test_chains_of_additions_become_sums():
    """From either side, nested in any way, through sums; two terms stay an addition."""
    x = leaves(6)
    y = (x[0] + (x[1] + x[2])) + autograd.sum(x[3:])
    assert operations(drop_dead(flatten_sums(tape_of(y, x=x)))) == ["sum"]
    assert operations(flatten_sums(tape_of(x[0] + x[1], x=x))) == ["add"]


def test_a_sum_that_is_read_elsewhere_stays():
    """Only what nothing else reads is taken apart: no work is done twice."""
    x = leaves(4)
    inner = x[0] + x[1] + x[2]
    tape = drop_dead(flatten_sums(tape_of([inner + x[3], inner], x=x)))
    assert operations(tape) == ["sum", "add"]


def test_sums_of_products_become_dots():
    """A neuron written as a loop is one dot product and an addition."""
    w, x, b = leaves(5), leaves(5), Value(1.0)
    s = 0.0
    for p, q in zip(w, x):
        s = s + p * q
    tape = drop_dead(find_dots(flatten_sums(tape_of(s + b, w=w, x=x, b=b))))
    assert str(tape).splitlines()[3:] == [
        "%11 = dot w[0] w[1] w[2] w[3] w[4] x[0] x[1] x[2] x[3] x[4]",
        "%12 = add %11 b",
        "return %12",
    ]


def test_factors_of_one_kind_stand_on_one_side():
    """x·w among w·x is turned round; products of other factors make a dot of their own."""
    w, x, u, h = leaves(3), leaves(3), leaves(2), leaves(2)
    y = w[0] * x[0] + x[1] * w[1] + u[0] * h[0] + w[2] * x[2] + h[1] * u[1]
    tape = drop_dead(find_dots(flatten_sums(tape_of(y, w=w, x=x, u=u, h=h))))
    assert str(tape).splitlines()[4:] == [
        "%10 = dot w[0] w[1] w[2] x[0] x[1] x[2]",
        "%11 = dot u[0] u[1] h[0] h[1]",
        "%12 = add %10 %11",
        "return %12",
    ]


def test_terms_of_one_kind_are_one_sum():
    """Of each argument, if they are three or more; constants are one number."""
    x, w = leaves(3), leaves(4)
    y = w[0] + x[0] + 2.0 + w[1] + x[1] + w[2] + 3.0
    tape = drop_dead(find_dots(flatten_sums(tape_of(y, w=w, x=x))))
    assert str(tape).splitlines()[2:] == [
        "%7 = sum w[0] w[1] w[2]",
        "%8 = sum 5.0 %7 x[0] x[1]",
        "return %8",
    ]
    tape = drop_dead(find_dots(flatten_sums(tape_of(w[0] + x[0] + w[1] + x[1], w=w, x=x))))
    assert str(tape).splitlines()[2:] == ["%7 = sum w[0] w[1] x[0] x[1]", "return %7"]
    tape = find_dots(flatten_sums(tape_of(autograd.sum(w), w=w)))
    assert operations(tape) == ["sum"]


def test_a_product_that_is_read_elsewhere_stays():
    """It is a term like any other."""
    w, x = leaves(3), leaves(3)
    products = [p * q for p, q in zip(w, x)]
    tape = find_dots(flatten_sums(tape_of([autograd.sum(products), products[0]], w=w, x=x)))
    assert operations(drop_dead(tape)) == ["mul", "dot", "add"]


def test_what_is_taken_away_is_summed_first():
    """A row of forward substitution is a number minus a dot product, whatever is added between."""
    w, x, b = leaves(4), leaves(4), leaves(2)
    s = b[0]
    for p, q in zip(w, x):
        s = s - p * q
    tape = drop_dead(find_dots(flatten_sums(split_differences(tape_of(b[1] + s, w=w, x=x, b=b)))))
    assert str(tape).splitlines()[3:] == [
        "%10 = add b[0] b[1]",
        "%11 = dot w[0] w[1] w[2] w[3] x[0] x[1] x[2] x[3]",
        "%12 = sub %10 %11",
        "return %12",
    ]


def test_minus_signs_change_sides():
    """Adding -x takes x away, and taking -x away adds x."""
    x = leaves(5)
    tape = drop_dead(split_differences(tape_of(x[0] + -x[1] - x[2] - -x[3] - x[4], x=x)))
    assert str(tape).splitlines()[1:] == [
        "%5 = sum x[0] x[3]",
        "%6 = sum x[1] x[2] x[4]",
        "%7 = sub %5 %6",
        "return %7",
    ]


def test_differences_of_close_numbers_stay():
    """Terms that are differences are computed first; so is a chain that is read elsewhere."""
    x = leaves(6)
    y = (x[0] - x[1]) + (x[2] - x[3]) + (x[4] - x[5])
    assert operations(split_differences(tape_of(y, x=x))) == ["sub", "sub", "add", "sub", "add"]
    inner = x[0] - x[1]
    tape = tape_of([inner - x[2] - x[3], inner], x=x)
    assert split_differences(tape) is tape


def test_a_shifted_logarithm_keeps_its_digits():
    """x - max - log(sum) takes two terms away one by one, for the first is nearly x."""
    x, largest, total = leaves(3)
    y = x - largest - autograd.log(total)
    program = autograd.compile(y, backend="array", x=x, largest=largest, total=total)
    expected = -math.log(1.0 + 1e-9)
    assert program(x=1e9, largest=1e9, total=1.0 + 1e-9) == pytest.approx(expected, rel=1e-12)


def test_products_that_are_taken_away_become_one_dot_wherever_they_stand():
    """Also if the first of them is the tape's first statement."""
    x = leaves(5)
    tape = drop_dead(find_dots(flatten_sums(split_differences(
        tape_of(x[4] - x[0] * x[1] - x[2] * x[3], x=x)
    ))))  # fmt: skip
    assert operations(tape) == ["dot", "sub"]
