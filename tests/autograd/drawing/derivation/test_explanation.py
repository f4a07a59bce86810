"""explain: the sum over paths is the gradient, and reads as one writes it on paper."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import autograd
from autograd import Value
from autograd.drawing.derivation.explanation import explain


def named(value: Value, name: str) -> Value:
    value.name = name
    return value


def one_neuron() -> tuple[Value, dict[str, Value]]:
    w, x, b, t = Value(2.0, "w"), Value(0.5, "x"), Value(0.1, "b"), Value(1.0, "t")
    z = named(w * x + b, "z")
    y = named(autograd.sigmoid(z), "y")
    return named((t - y) ** 2 / 2, "E"), {"w": w, "x": x, "b": b, "t": t, "z": z, "y": y}


def test_one_neuron_reads_as_on_paper():
    """The chain rule by name, by formula and by number, one below the other."""
    E, values = one_neuron()
    E.backward()
    explanation = explain(E, values["w"])
    assert str(explanation).splitlines() == [
        "dE/dw = dE/dy · dy/dz · dz/dw",
        "      = −(t−y) · y(1−y) · x",
        "      = −0.2497 · 0.1874 · 0.5",
        "      = −0.0234",
    ]
    assert explanation.gradient == values["w"].grad
    assert [factor.value for factor in explanation[0].factors] == pytest.approx(
        [values["y"].grad, values["z"].grad / values["y"].grad, 0.5]
    )


def test_one_neuron_in_latex():
    """Notebooks show the same as formulas."""
    E, values = one_neuron()
    latex = explain(E, values["w"])._repr_latex_()
    assert latex.startswith("$$\n\\begin{aligned}")
    assert latex.endswith("\\end{aligned}\n$$")
    assert (
        r"\frac{dE}{dw} &= \frac{dE}{dy} && \cdot \frac{dy}{dz} && \cdot \frac{dz}{dw} \\" in latex
    )
    assert r"&= -\left(t - y\right) && \cdot y\,\left(1 - y\right) && \cdot x \\" in latex
    assert latex.count("{") == latex.count("}")


def test_paths_of_parameters_are_short():
    """The layer above, the other numbers below; a line says what that means. If two would be one,
    both stay as they are."""
    w = Value(2.0, "layers.0.neurons.0.weights.1")
    y = named(autograd.tanh(w * 3.0), "y")
    assert r"\frac{dy}{dw^{(0)}_{01}}" in explain(y, w).latex
    assert str(explain(y, w)).startswith("dy/dw⁽⁰⁾₀₁ = ")
    assert str(explain(y, w)).endswith("\nw⁽⁰⁾₀₁ is layers.0.neurons.0.weights.1")
    other = Value(2.0, "decoder.0.neurons.0.weights.1")
    both = named(autograd.tanh(w * other), "y")
    assert str(explain(both, w)).startswith("dy/dlayers.0.neurons.0.weights.1")
    assert "w^{(0)}" not in explain(both, w).latex


@st.composite
def graphs(draw):
    """A leaf and a result computed from it by a random program of smooth and kinked steps."""
    values = [Value(draw(st.floats(-2.0, 2.0)), "x"), Value(draw(st.floats(-2.0, 2.0)))]
    for _ in range(draw(st.integers(1, 6))):
        a, b = draw(st.sampled_from(values)), draw(st.sampled_from(values))
        step = draw(st.sampled_from(STEPS))
        values.append(step(a, b))
        if draw(st.booleans()):
            values[-1].name = f"v{len(values)}"
    return values[0], values[-1]


STEPS = [
    lambda a, b: a * b,
    lambda a, b: a - b,
    lambda a, b: a * a,
    lambda a, b: autograd.tanh(a),
    lambda a, b: autograd.sigmoid(a) * 2.0,
    lambda a, b: autograd.relu(a),
    lambda a, b: autograd.maximum(a, b),
    lambda a, b: autograd.where(a > b, a, b * 3.0),
    lambda a, b: autograd.dot([a, b], [b, a]),
    lambda a, b: autograd.sin(autograd.sum([a, b, a])),
    lambda a, b: a / (1.0 + b * b),
]


@given(graphs())
@settings(max_examples=150, deadline=None)
def test_all_paths_sum_to_the_gradient(graph):
    """However the graph forks and joins, its paths add up to what backward computes."""
    x, y = graph
    y.backward()
    explanation = explain(y, x, paths=100_000)
    assert len(explanation) == explanation.count
    contributions = [term.contribution for term in explanation]
    largest = max(map(abs, contributions), default=0.0)
    assert math.isclose(
        math.fsum(contributions), x.grad, rel_tol=1e-9, abs_tol=1e-12 * (1 + largest)
    )
    assert explanation.gradient == x.grad
    assert contributions == sorted(contributions, key=abs, reverse=True)
    str(explanation), explanation.latex


@given(graphs(), st.integers(1, 4))
@settings(max_examples=100, deadline=None)
def test_the_first_paths_are_the_largest(graph, paths):
    """Ranking by dynamic programming agrees with sorting all paths."""
    x, y = graph
    everything = [abs(term.contribution) for term in explain(y, x, paths=100_000)]
    few = [abs(term.contribution) for term in explain(y, x, paths=paths)]
    assert few == pytest.approx(everything[:paths], rel=1e-12, abs=1e-300)


@given(graphs())
@settings(max_examples=100, deadline=None)
def test_factors_multiply_to_the_contribution(graph):
    """What is printed as factors is the path's product."""
    x, y = graph
    for term in explain(y, x, paths=20):
        assert math.prod(f.value for f in term.factors) == pytest.approx(term.contribution)
        assert term[0] is y
        assert term[-1] is x


def test_counts_exactly_what_nobody_could_list():
    """2^3000 paths: the number is exact, the largest are shown with their share."""
    x = Value(1.0, "x")
    y = x
    for _ in range(3000):
        y = y * 0.5 + y * 0.25
    explanation = explain(y, x, paths=2)
    assert explanation.count == 2**3000
    assert len(explanation) == 2
    assert "the sum over about 1.23e903 paths" in str(explanation)


def test_says_what_the_others_carry():
    """Of four paths, the one shown carries its share of the magnitudes; the rest is summed."""
    x = Value(1.0, "x")
    explanation = explain(6.0 * x + 2.0 * x - 1.0 * x + 1.0 * x, x, paths=1)
    assert explanation.share == pytest.approx(0.6)
    assert "Sum: 6 + 2 (the 3 others) = 8" in str(explanation)
    assert "The paths shown carry 60.0% of the sum of all magnitudes." in str(explanation)


def test_a_dead_relu_is_a_blocked_path():
    """A zero gradient is explained by the factor that is zero."""
    x = Value(-1.0, "x")
    h = named(autograd.relu(x), "h")
    explanation = explain(3.0 * h, x)
    assert str(explanation) == (
        "dy/dx = dy/dh · dh/dx\n"
        "      = 3 · (1 if x>0 else 0)\n"
        "      = 3 · 0\n"
        "      = 0\n"
        "1 path is blocked by a local derivative of 0."
    )


@pytest.mark.parametrize(
    ("build", "formula"),
    [
        pytest.param(lambda x: x**3, "3·x²", id="power"),
        pytest.param(lambda x: 1 / x, "−1/x²", id="reciprocal"),
        pytest.param(lambda x: autograd.exp(x), "y", id="exp"),
        pytest.param(lambda x: autograd.tanh(x), "1−y²", id="tanh"),
        pytest.param(lambda x: autograd.sigmoid(-x), "−y(1−y)", id="sigmoid"),
        pytest.param(lambda x: autograd.sqrt(x), "0.5/y", id="sqrt"),
        pytest.param(lambda x: autograd.log(x) - 5, "dy/d log(x) · d log(x)/dx", id="log"),
        pytest.param(
            lambda x: 1 + autograd.exp(2 * x), "dy/d exp(2·x) · d exp(2·x)/dx", id="exp of twice"
        ),
        pytest.param(lambda x: abs(x), "sign(x)", id="abs"),
        pytest.param(lambda x: autograd.norm([x, 3.0, 4.0]), "x/y", id="norm"),
        pytest.param(
            lambda x: autograd.clip(x, 0.0, 9.0), "0 if x<0 else (0 if x>9 else 1)", id="clip"
        ),
    ],
)
def test_formulas(build, formula):
    """Local derivatives are written in textbook form, constants gathered, ones left out."""
    x = Value(0.7, "x")
    assert str(explain(build(x), x)).splitlines()[0] == f"dy/dx = {formula}"


@pytest.mark.parametrize(
    "surprise",
    [
        pytest.param(lambda z: autograd.logsumexp(z) - z[0], id="logsumexp"),
        pytest.param(lambda z: -autograd.log_softmax(z)[0], id="log_softmax"),
        pytest.param(lambda z: -autograd.log(autograd.softmax(z)[0]), id="log of softmax"),
    ],
)
def test_cross_entropy_has_the_probability_less_one(surprise):
    """However it is written: p₀ − 1 by the logit of its class, p₁ by another, no path besides."""
    z = [Value(0.5, "z0"), Value(-1.0, "z1"), Value(2.0, "z2")]
    loss = surprise(z)
    p = [math.exp(x.data) / sum(math.exp(x.data) for x in z) for x in z]
    own, other = explain(loss, z[0]), explain(loss, z[1])
    assert [term.contribution for term in own] == pytest.approx([-1.0, p[0]], rel=1e-14)
    assert [term.contribution for term in other] == pytest.approx([p[1]], rel=1e-14)


def test_the_two_edges_of_a_square_are_told_apart():
    """x·x has two paths, one through each operand."""
    x = Value(3.0, "x")
    assert [term.route for term in explain(x * x, x)] == [
        ("y", "x (operand 1)"),
        ("y", "x (operand 2)"),
    ]


def test_where_there_is_no_path():
    """A Value that has no influence has derivative 0, and that is said."""
    x, y = Value(1.0, "x"), Value(2.0, "y") * 2.0
    explanation = explain(y, x)
    assert explanation.gradient == 0.0
    assert explanation.count == 0
    assert "does not depend on x" in str(explanation)
    assert explanation.latex


def test_itself():
    """dx/dx is 1."""
    x = Value(3.0, "x")
    assert explain(x, x).gradient == 1.0
    assert str(explain(x, x)) == "dx/dx = 1"


def test_reports_gradients_that_hold_more_than_this_result():
    """x.grad of two passes is the sum of both; the explanation says why it differs."""
    x = Value(3.0, "x")
    y = named(x * 2.0, "y")
    y.backward()
    assert "accumulate" not in str(explain(y, x))
    y.backward()
    assert "x.grad holds 4: gradients of leaves accumulate" in str(explain(y, x))


@pytest.mark.parametrize("name", ["a\nb", "</script>", "$x_1$", "\\frac{", "µ~^%&#{}"])
def test_names_cannot_break_text_or_latex(name):
    """Any name stays on its line and within its braces."""
    x = Value(3.0, name)
    explanation = explain(named(2.0 * x, "y"), x)
    assert len(str(explanation).splitlines()) == 1
    rest = explanation.latex.replace(r"\{", "").replace(r"\}", "")
    assert rest.count("{") == rest.count("}")
    assert "$" not in rest.replace(r"\$", "")
    assert "<" not in rest


def test_a_users_primitive_without_a_formula():
    """A rule that works on numbers only is written with a prime."""
    step = autograd.custom_op(
        "step", lambda x: max(x, 0.0), lambda xp, out, x: (1.0 if x > 0 else 0.0,)
    )
    x = Value(2.0, "x")
    assert str(explain(step(x * 3.0), x)).splitlines()[0] == "dy/dx = 3·step′"
    assert r"\mathrm{step′}" in explain(step(x * 3.0), x).latex


def test_latex_of_a_users_primitive():
    """Its name is written letter by letter: an underscore is no index."""
    twice = autograd.custom_op("to_twice", lambda x: 2.0 * x, lambda xp, out, x: (2.0,))
    x = Value(2.0, "x")
    z = Value(3.0, "z")
    latex = explain(twice(autograd.sum([x] * 6)) * z, z).latex
    assert r"to\_twice" in latex
    assert "_t" not in latex.replace(r"\_t", "")


def test_highlights_a_drawing():
    """The Values and edges on the paths shown are lit in the picture, the others are not."""
    E, values = one_neuron()
    drawing = autograd.draw(E, highlight=explain(E, values["w"]))
    names = {drawing.picture.boxes[i].name for i in drawing.style.lit}
    assert {"w", "z", "y", "E"} <= names
    assert not {"x", "b", "t"} & names
    assert len(drawing.style.lit_edges) == len(explain(E, values["w"])[0]) - 1


def test_deep_graphs_do_not_recurse():
    """A path of 20 000 edges is explained with its ends."""
    x = Value(1.0, "x")
    y = x
    for _ in range(10_000):
        y = autograd.sin(y) + 1.0
    explanation = explain(y, x)
    assert explanation.count == 1
    assert "⋯" in str(explanation)
    assert len(str(explanation)) < 3000


def test_a_changed_leaf_is_no_mixture():
    """Numbers of two moments are never mixed."""
    x = Value(2.0, "x")
    y = x * x
    x.data = 3.0
    with pytest.raises(autograd.StaleGraphError):
        explain(y, x)
    assert explain(y.recompute(), x).gradient == 6.0


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda x: explain(2.0, x), autograd.InputTypeError, "y is float 2.0"),
        (lambda x: explain(x, [x]), autograd.InputTypeError, "x is list"),
        (lambda x: explain(x, x, paths=0), autograd.InputValueError, "paths is 0"),
        (lambda x: explain(x, x, paths=1.5), autograd.InputTypeError, "got float"),
        (lambda x: explain(x, x, paths=1), None, ""),
    ],
    ids=["y no Value", "x no Value", "no paths", "half a path", "right"],
)
def test_what_explain_takes(call, error, message):
    x = Value(1.0)
    if error is None:
        assert call(x).gradient == 1.0
    else:
        with pytest.raises(error, match=message):
            call(x)


@pytest.mark.parametrize(
    ("make", "written"),
    [
        (lambda v: autograd.log(v) - 5, r"\frac{d\log v}{dv}"),
        (lambda v: autograd.tanh(v) * 3, r"\frac{d\tanh v}{dv}"),
        (lambda v: autograd.log(2 * v) * 3, r"d\log\left(2 \cdot v\right)"),
        (lambda v: 2 * autograd.log(v) + autograd.exp(v), r"\leftarrow \log v \leftarrow v"),
    ],
)
def test_functions_without_a_name_are_formulas_in_latex(make, written):
    """In names of derivatives and on routes: upright, and no parentheses about one letter."""
    v = Value(1.5, "v")
    latex = explain(make(v), v).latex
    assert written in latex
    assert r"\mathrm{log" not in latex


def test_ends_without_a_name_take_none_that_is_between():
    """Not dy/dy · dy/dx, where another Value is called y."""
    x = Value(0.5)
    y = autograd.sin(x)
    y.name = "y"
    assert str(explain(-y * 2.0, x)).startswith("doutput/dx = doutput/dy · dy/dx")
