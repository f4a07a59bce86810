"""Programs as ONNX models: run by ONNX Runtime they give the program's numbers to 1e-6."""

import math
import pickle
import sys
from random import Random

import numpy as np
import pytest

import autograd
from autograd import Value, compile
from autograd.engine.record import RECORDERS
from autograd.ops.op import OPS
from autograd.program.exports.onnx.primitives import FORMULAS, IN_SINGLE, OPERATORS
from autograd.testing import random_formula

runs = pytest.mark.needs("onnxruntime")
# ONNX Runtime has erf in single precision only, and the logarithm of a tail loses what that lacks.
TAILS = {"log_ndtr": 2e-2}
# It multiplies what single precision lacks by 57, and a shift takes the size away again.
STEEP = {"degrees"}


def values(*shape):
    if not shape:
        return Value(0.5)
    return [values(*shape[1:]) for _ in range(shape[0])]


def run(path, **arrays):
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    assert [output.name for output in session.get_outputs()] == ["output"]
    return session.run(None, arrays)[0]


def check(folder, program, batched=None, **arrays):
    """The model's output is the program's: to 1e-6, of the size and beside it."""
    path = folder / "program.onnx"
    program.to_onnx(path, batched=batched)
    arrays = {name: np.asarray(array, program.dtype) for name, array in arrays.items()}
    got, expected = run(path, **arrays), program(**arrays)
    assert got.shape == np.shape(expected)
    assert got.dtype == program.dtype
    np.testing.assert_allclose(got, expected, rtol=1e-6, atol=1e-6)


def arity(op):
    return op.arity or (4 if op.name == "dot" else 5)


def samples(op, rng, n=200):
    """Operands from each range that the table gives for tests."""
    ranges = op.sample if op.arity else op.sample[:1] * arity(op)
    return [rng.uniform(low, high, n) for low, high in ranges]


@runs
@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("name", OPS)
def test_every_primitive_becomes_onnx(tmp_path, name, dtype):
    """Over the whole range of its tests, or it is refused for what ONNX lacks, by name."""
    op = OPS[name]
    leaves = [Value(low) for low, _ in op.sample] if op.arity else values(arity(op))
    arguments = {f"x{i}": leaf for i, leaf in enumerate(leaves)}
    program = compile(RECORDERS[op.name](*leaves), dtype=dtype, **arguments)
    drawn = samples(op, np.random.default_rng(0))
    arrays = {f"x{i}": column.astype(dtype) for i, column in enumerate(drawn)}
    try:
        program.to_onnx(tmp_path / "op.onnx")
    except autograd.InputValueError as error:
        lacking = str(error).split("'")[1]
        assert OPS[lacking].function is not None
        assert lacking not in {*FORMULAS, *OPERATORS, *IN_SINGLE}
        return
    got, expected = run(tmp_path / "op.onnx", **arrays), program(**arrays)
    digits = TAILS.get(name, 1e-6 if dtype == "float64" else 2e-4)
    np.testing.assert_allclose(got, expected, rtol=digits, atol=digits)


EDGES = [0.0, -0.0, 1.0, -1.0, 0.5, 2.0, 1e-9, 1e9, math.inf, -math.inf, math.nan]
AT_EDGES = [
    "abs", "sign", "floor", "ceil", "relu", "sqrt", "exp", "log", "log1p", "expm1", "cbrt", "asin",
    "acos", "atan", "sinh", "cosh", "tanh", "asinh", "sigmoid", "softplus", "log_sigmoid", "erf",
    "maximum", "minimum", "lt", "ne", "atan2",
]  # fmt: skip


@runs
@pytest.mark.parametrize("name", AT_EDGES)
def test_edges_survive(tmp_path, name):
    """Infinities, NaN and signed zeros come out as they do here."""
    op = OPS[name]
    leaves = values(op.arity)
    program = compile(
        RECORDERS[op.name](*leaves), **{f"x{i}": leaf for i, leaf in enumerate(leaves)}
    )
    columns = np.meshgrid(*[EDGES] * op.arity)
    arrays = {f"x{i}": column.ravel() for i, column in enumerate(columns)}
    program.to_onnx(tmp_path / "op.onnx")
    got, expected = run(tmp_path / "op.onnx", **arrays), program(**arrays)
    np.testing.assert_allclose(got, expected, rtol=1e-6, atol=1e-6)


@runs
@pytest.mark.parametrize(
    "batched", [None, (), ("x",), ("w", "b"), "x"], ids=lambda names: str(names)
)
def test_arguments_have_a_batch_axis_where_told(tmp_path, batched):
    """As in a call: what the batch shares has none."""
    w, x, b = values(3, 4), values(4), values(3)
    outputs = [autograd.tanh(autograd.dot(row, x) + bias) for row, bias in zip(w, b)]
    program = compile(outputs, w=w, x=x, b=b)
    rng = np.random.default_rng(0)
    has = {"w", "x", "b"} if batched is None else {*batched}
    arrays = {
        name: rng.normal(size=([6] if name in has else []) + list(shape))
        for name, shape in {"w": (3, 4), "x": (4,), "b": (3,)}.items()
    }
    check(tmp_path, program, batched, **arrays)


def shared_and_own():
    """Numbers of several arguments and constants side by side, some shared by the batch."""
    x, w = values(4), values(2)
    rows = [x[3], w[1], x[0], x[1] * w[0], autograd.sin(x[2]), w[0]]
    return compile([*rows, autograd.logsumexp(rows), autograd.norm(rows)], x=x, w=w), {
        "x": (4,),
        "w": (2,),
    }


def stack_of_products():
    """Both factors differ from example to example."""
    a, b = values(2, 3, 5), values(2, 4, 5)
    outputs = [[[autograd.dot(row, column) for column in q] for row in p] for p, q in zip(a, b)]
    return compile(outputs, a=a, b=b), {"a": (2, 3, 5), "b": (2, 4, 5)}


def loop_over_positions():
    """A convolution by hand: overlapping windows."""
    x, w = values(6), values(3)
    outputs = [autograd.relu(sum(w[j] * x[i + j] for j in range(3))) for i in range(4)]
    return compile([outputs, outputs[::-1]], x=x, w=w), {"x": (6,), "w": (3,)}


def recurrence():
    """Deep and narrow."""
    x, state = values(5), Value(0.0)
    for number in x:
        state = autograd.where(number > 0.0, state * number, state + 1.0) ** 2 / 3.0
    return compile(state, x=x), {"x": (5,)}


def constants_only():
    """An output that depends on nothing, beside an argument that nothing depends on."""
    return compile([Value(2.0) * 3.0, 4.0], x=values(2)), {"x": (2,)}


def powers():
    """Exponents known and unknown."""
    x, y = Value(0.0), Value(0.0)
    return compile([x**2, x**3, x**0.5, x**y, 2.0**x, x**0], x=x, y=y), {"x": (), "y": ()}


def one_of_many():
    """A classifier's loss: products, logsumexp, a one-hot target."""
    w, x, t = values(3, 5), values(5), values(3)
    logits = [autograd.dot(row, x) for row in w]
    return compile(autograd.logsumexp(logits) - autograd.dot(logits, t), w=w, x=x, t=t), {
        "w": (3, 5),
        "x": (5,),
        "t": (3,),
    }


STRUCTURES = [
    shared_and_own,
    stack_of_products,
    loop_over_positions,
    recurrence,
    constants_only,
    powers,
    one_of_many,
]


@runs
@pytest.mark.parametrize("structure", STRUCTURES, ids=lambda structure: structure.__name__)
def test_structures_become_onnx(tmp_path, structure):
    """Without a batch, all batched, and each argument batched alone; also a batch of one."""
    program, shapes = structure()
    rng = np.random.default_rng(1)
    for batched in [(), None, *[(name,) for name in shapes]]:
        has = set(shapes) if batched is None else set(batched)
        for n in (1, 5):
            arrays = {
                name: rng.uniform(0.1, 2.0, ([n] if name in has else []) + list(shape))
                for name, shape in shapes.items()
            }
            check(tmp_path, program, batched, **arrays)


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    """The primitives that ONNX has, to its digits."""
    folder, names = tmp_path_factory.mktemp("exported"), []
    for op in OPS.values():
        leaves = [Value(low) for low, _ in op.sample] if op.arity else values(arity(op))
        try:
            compile(RECORDERS[op.name](*leaves), x=leaves).to_onnx(folder / "op.onnx")
        except autograd.InputValueError:
            continue
        names.append(op.name)
    return [name for name in names if name not in {*TAILS, *STEEP}]


@runs
@pytest.mark.parametrize("seed", range(10))
def test_random_programs_become_onnx(tmp_path, exported, seed):
    """Every value on the way, of forty operations drawn from the whole table."""
    formula = random_formula(Random(seed), operations=40, names=exported)
    leaves = [Value(x) for x in formula.point]
    program = compile(formula.values(leaves), x=leaves)
    check(tmp_path, program, (), x=np.array(formula.point))


@runs
def test_the_model_does_not_need_what_made_it(tmp_path):
    """A program that was pickled, and an argument with the name of the output."""
    x = values(2)
    program = pickle.loads(pickle.dumps(compile(x[0] * x[1], output=x)))
    program.to_onnx(tmp_path / "model.onnx")
    import onnxruntime

    session = onnxruntime.InferenceSession(tmp_path / "model.onnx")
    assert [i.name for i in session.get_inputs()] == ["output"]
    assert session.get_outputs()[0].name == "output_"
    assert session.run(None, {"output": np.array([[2.0, 3.0]])})[0].tolist() == [6.0]


def test_a_layer_is_one_matrix_product(tmp_path):
    """Neuron by neuron here, MatMul and Add there; weights are constants of the model."""
    import onnx

    w, x = [[Value(float(i + j)) for j in range(4)] for i in range(3)], values(4)
    outputs = [autograd.relu(autograd.dot(row, x) + float(i)) for i, row in enumerate(w)]
    compile(outputs, x=x).to_onnx(tmp_path / "layer.onnx")
    model = onnx.load(tmp_path / "layer.onnx")
    onnx.checker.check_model(model, full_check=True)
    operators = [node.op_type for node in model.graph.node if node.op_type != "Reshape"]
    assert operators == ["MatMul", "Add", "Relu", "Identity"]
    assert [
        d.dim_param or d.dim_value for d in model.graph.input[0].type.tensor_type.shape.dim
    ] == [
        "batch",
        4,
    ]


# What is refused


def test_custom_op_is_refused_and_no_file_is_written(tmp_path):
    """An older file stays as it was."""
    double = autograd.custom_op("double", lambda a: 2.0 * a, lambda xp, out, a: (2.0,))
    x = Value(1.0)
    path = tmp_path / "model.onnx"
    compile(x * 2.0, x=x).to_onnx(path)
    before = path.read_bytes()
    for bad in (double(x), autograd.lgamma(x)):
        with pytest.raises(autograd.InputValueError, match=r"to_onnx: .*(double|lgamma)"):
            compile(bad, x=x).to_onnx(path)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_unknown_arguments_and_places_are_refused(tmp_path):
    x = Value(1.0)
    program = compile(x * 2.0, x=x)
    with pytest.raises(autograd.InputTypeError, match="batched names some of the arguments x"):
        program.to_onnx(tmp_path / "model.onnx", batched=["y"])
    for place in (tmp_path / "no" / "folder", tmp_path):
        with pytest.raises(OSError, match="cannot be written"):
            program.to_onnx(place)
    with pytest.raises(autograd.InputValueError, match="nothing to export"):
        compile([], x=x).to_onnx(tmp_path / "model.onnx")
    assert list(tmp_path.iterdir()) == []


def test_missing_onnx_names_the_extra(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "onnx", None)
    x = Value(1.0)
    with pytest.raises(autograd.MissingExtraError, match=r"scalar-autograd\[onnx\]"):
        compile(x * 2.0, x=x).to_onnx(tmp_path / "model.onnx")
