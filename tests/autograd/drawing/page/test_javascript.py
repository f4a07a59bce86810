"""JavaScript's numbers are Python's: every primitive, value and slopes, at every kind of point."""

import itertools
import json
import math
import random
import subprocess
from importlib.resources import files

import pytest

from autograd import InputTypeError, Value, custom_op
from autograd.drawing.page.javascript import Script
from autograd.drawing.page.lowered import lowered
from autograd.drawing.page.translation import translated
from autograd.ops.ieee import IEEE
from autograd.ops.op import OPS, Op
from tests.autograd.drawing.graphs import scattered

SPECIAL = [0.0, -0.0, 1.0, -1.0, 0.5, 2.0, -3.0, math.inf, -math.inf, math.nan, 1e-300, -1e300]
SPECIAL += [5e-324, 1e-8, 25.0, -25.0, 710.0, -745.0, 2.5, -2.5]
ULP = 4
"""Python's math and JavaScript's are each within 1 ulp, and a rule calls a few of their functions
one after the other."""


def points(op: Op) -> list[tuple[float, ...]]:
    """Random ones from where it is sampled and from everywhere, and all special ones together."""
    rng = random.Random(op.name)
    ranges = op.sample
    inside = [tuple(rng.uniform(*r) for r in ranges) for _ in range(40)]
    if op.name == "polygamma":
        inside = [(float(rng.randrange(6)), x) for _, x in inside]
    wide = [
        tuple(rng.choice((-1.0, 1.0)) * 10.0 ** rng.uniform(-8.0, 2.5) for _ in ranges)
        for _ in range(40)
    ]
    mixed = [tuple(rng.choice(SPECIAL) for _ in ranges) for _ in range(60)]
    if len(ranges) == 1:
        mixed = [(x,) for x in SPECIAL]
    if len(ranges) == 2:
        mixed = list(itertools.product(SPECIAL, repeat=2))
    return [*inside, *wide, *mixed]


def in_node(source: str) -> str:
    """What a script prints."""
    done = subprocess.run(["node", "-"], input=source, capture_output=True, text=True, check=True)
    return done.stdout


def program_text() -> str:
    return files("autograd.drawing.page").joinpath("program.js").read_text(encoding="utf-8")


def told(x: float | None) -> str:
    return "null" if x is None else repr(x) if math.isfinite(x) else f'"{x}"'


ASK = """
const say = (x) => (x === null ? null : Object.is(x, -0) ? "-0.0" : String(x));
const answers = CASES.map(([rule, points]) => points.map((point) => {
  const xs = point.map((x) => (x === "inf" ? Infinity : x === "-inf" ? -Infinity : Number(x)));
  const out = RULES[rule].value(...xs);
  return [out, ...RULES[rule].partials(out, ...xs)].map(say);
}));
console.log(JSON.stringify(answers));
"""


@pytest.fixture(scope="module")
def answers():
    """For each primitive the points, and what Node says there."""
    script = Script()
    asked = {name: points(op) for name, op in OPS.items()}
    cases = [
        f"[{script.rule(OPS[name], len(at[0]))},"
        f"[{','.join('[' + ','.join(map(told, x)) + ']' for x in at)}]]"
        for name, at in asked.items()
    ]
    source = f"{program_text()}{script.text}const CASES=[{','.join(cases)}];{ASK}"
    said = json.loads(in_node(source))
    return {name: (asked[name], found) for name, found in zip(asked, said)}


def read(text: str | None) -> float | None:
    return None if text is None else float(text.replace("Infinity", "inf"))


def distance(a: float | None, b: float | None, size: float) -> float:
    """In units in the last place, of a size at least; 0 for the same infinity, and nan and nan."""
    if a is None or b is None or a == b or (a != a and b != b):
        return 0.0 if (a is None) == (b is None) else math.inf
    if not (math.isfinite(a) and math.isfinite(b)):
        return math.inf
    return abs(a - b) / math.ulp(max(abs(a), abs(b), size))


@pytest.mark.needs("node")
@pytest.mark.parametrize("name", OPS)
def test_every_primitive_agrees_with_python(answers, name):
    """Within 4 ulp, kinks, infinities and the ends of the domain included.

    Where terms cancel, as the declaration says in `exempt`, 4 ulp of the terms' sizes: those are
    1 or the operands', for the few primitives that have such points.
    """
    op = OPS[name]
    for at, found in zip(*answers[name]):
        out = op.evaluate(*at)
        expected = [out, *op.local_at(out, at, [True] * len(at))]
        size = max(1.0, *(abs(x) for x in at if math.isfinite(x)), 0.0) if op.exempt else 0.0
        for i, (a, b) in enumerate(zip(expected, map(read, found), strict=True)):
            assert distance(a, b, size) <= ULP, f"{name}{at}: part {i} is {a} and {b}"


@pytest.mark.needs("node")
@pytest.mark.parametrize("seed", range(3))
def test_a_graph_agrees_with_the_engine(seed):
    """Values and gradients of a whole graph, constants and shared parts among them."""
    y = scattered(seed, 200)
    y.backward()
    program, leaves, nodes, script = lowered([y])
    script = script.text
    source = f"{program_text()}{script}"
    ask = f"const p={json.dumps(program)};const s=evaluate(p,{json.dumps(leaves)});"
    said = json.loads(
        in_node(f"{source}{ask}console.log(JSON.stringify([[...s.data],[...s.grad]]))")
    )
    for node, data, grad in zip(nodes, *said, strict=True):
        assert data == pytest.approx(node.data, rel=1e-13, abs=1e-13)
        assert grad == pytest.approx(node.grad, rel=1e-11, abs=1e-11)  # sums of some that cancel


def test_every_function_has_one_form():
    """What a declaration names is in Math or in program.js; what rules call is there, or here."""
    script = Script()
    for op in OPS.values():
        script.rule(op, len(op.sample))
    text = program_text()
    forms = {op.name: op.javascript for op in OPS.values() if op.javascript}
    for name, form in forms.items():
        assert form == f"Math.{name}" or f" {form}(" in text or f"const {form} =" in text
    for python in IEEE:
        assert python in forms or python in script.text or python not in OPS


def test_a_function_of_floats_is_refused():
    """A page cannot run a user's Python."""
    square = custom_op("square", lambda x: x * x, lambda xp, out, x: (2.0 * x,))
    with pytest.raises(InputTypeError, match="'square' is a custom_op"):
        Script().rule(square(Value(3.0)).op, 1)


def with_text(x):
    return f"{x}"


def with_a_try(x):
    try:
        return 1.0 / x
    except ZeroDivisionError:
        return math.inf


TYPED = {}
exec("def typed(x):\n    return x + x", TYPED)  # as into a prompt


@pytest.mark.parametrize("function", [with_text, with_a_try, lambda x: x + x, TYPED["typed"]])
def test_what_cannot_be_translated_is_named(function):
    """The message says what, and what to do."""
    with pytest.raises(InputTypeError, match=r"cannot be written in JavaScript: .* name a JavaS"):
        translated(function, {})


def several(x, n=3):
    """Everything the translation knows."""
    total, k = 0.0, 0
    for i in range(n):
        total += x**i / (i + 1)
    for c in (1.0, -2.5):
        if not (0.0 < c < 2.0) and x != c:
            continue
        total = total * c - (x // 2.0) + x % 0.7
    while k < 5 or total < -100.0:
        k += 1
        if k == 4:
            break
    return -total if k > 3 and abs(x) <= 8.0 else math.copysign(total, x)


@pytest.mark.needs("node")
def test_translated_functions_compute_the_same():
    """Loops, branches, powers and Python's own remainder, to the bit."""
    found = {}
    name = translated(several, found)
    xs = [-9.5, -3.0, -0.3, 0.0, 0.4, 2.0, 7.25]
    calls = f"console.log(JSON.stringify({xs}.map((x) => {name}(x))))"
    said = json.loads(in_node(program_text() + "".join(found.values()) + calls))
    assert said == [several(x) for x in xs]
