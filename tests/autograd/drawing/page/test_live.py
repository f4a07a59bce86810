"""A page that lives computes what the engine would: drag, type, play, guess, in a real browser."""

import math
import random
import re
import time

import pytest

import autograd as ag
from autograd import Value, custom_op
from autograd.__main__ import main
from autograd.drawing import Recorder, draw
from autograd.drawing.formats.text import formatter, number
from tests.autograd.drawing.graphs import neuron, scattered
from tests.autograd.drawing.page.test_stepper import READ

pytestmark = pytest.mark.needs("chromium")

LAPTOP = (1280, 800)


@pytest.fixture
def opened(browser, tmp_path):
    """A page of a drawing; a second one of the same file can have something behind its #."""

    def opened(drawing, part="", calm=True):
        path = tmp_path / "page.html"
        if drawing is not None:
            drawing.save(path)
        page = browser.open(path, *LAPTOP, calm=calm, part=part)
        page.settle()
        return page

    return opened


def shown(page):
    """The data and gradient in each box."""
    boxes = page.evaluate(READ)["boxes"]
    return {int(i): (box["data"], box["grad"]) for i, box in boxes.items()}


def box_of(page, label):
    at = page.evaluate(f"pictures[0].boxes.findIndex((b) => b.label === {label!r})")
    return f"[data-box='{at}']"


def leaf(y, name):
    (found,) = {x for x in draw(y, limit=None).picture.nodes if getattr(x, "name", None) == name}
    return found


def assert_shows(page, y, picture):
    """The page has the numbers of the graph as it is now."""
    for x in picture.nodes:
        if isinstance(x, Value) and x.op is None:
            x.grad = None
    y.recompute().backward()
    seen = shown(page)
    for i, node in enumerate(picture.nodes):
        if isinstance(node, Value):
            assert seen[i] == (number(node.data), number(node.grad)), picture.boxes[i]


def test_dragging_a_leaf_moves_every_number(opened):
    """With the mouse, to the right for more; the engine agrees; Reset goes back."""
    y = neuron()
    drawing = draw(y)
    page = opened(drawing)
    x, at = page.place(box_of(page, "w"))
    page.drag([(x, at), (x + 30, at), (x + 80, at + 3)])
    w = leaf(y, "w")
    w.data = page.evaluate("state.data[0]")
    assert w.data == pytest.approx(0.5 + 80 * 0.005)
    assert_shows(page, y, drawing.picture)
    assert page.evaluate("[camera.x, byId('leaf').textContent]")[1] == "w"
    page.click("#reset")
    w.data = 0.5
    assert_shows(page, y, drawing.picture)
    assert page.evaluate("byId('reset').disabled")


def test_a_leaf_is_typed(opened):
    """A click chooses it, Enter goes to the field, and every stroke counts."""
    y = neuron()
    drawing = draw(y)
    page = opened(drawing)
    page.click(box_of(page, "b"))
    page.press("Enter")
    assert page.evaluate("document.activeElement.id") == "number"
    page.evaluate("byId('number').select()")
    page.type("-1.75")
    leaf(y, "b").data = -1.75
    assert_shows(page, y, drawing.picture)


def test_arrow_keys_move_a_leaf(opened):
    """Up and down by a step, with Shift by ten, on whatever leaf has the focus."""
    y = neuron()
    drawing = draw(y)
    page = opened(drawing)
    page.evaluate(f"document.querySelector({box_of(page, 'x')!r}).focus()")
    page.press("ArrowUp")
    page.press("ArrowUp")
    page.press("ArrowDown")
    leaf(y, "x").data = moved = page.evaluate("state.data[1]")
    assert moved == pytest.approx(2.05)
    assert_shows(page, y, drawing.picture)
    assert page.evaluate("document.activeElement.getAttribute('aria-valuenow')") == str(moved)


def test_steps_go_on_with_the_new_numbers(opened):
    """A step that is shown follows a leaf that moves under it."""
    page = opened(draw(neuron()))
    page.evaluate("show(count() - 1)")
    before = page.evaluate(READ)
    page.evaluate("changeLeaf(0, -2)")
    after = page.evaluate(READ)
    assert after["title"] == before["title"]
    assert after["numbers"] != before["numbers"]
    assert after["numbers"][-1] == page.evaluate(
        "write(frame.grad[picture.edges[steps.at(-1).edge].source])"
    )


@pytest.mark.parametrize("seed", range(2))
def test_a_whole_graph_agrees_wherever_its_leaves_go(opened, seed):
    """Data and gradients of every box, at random places."""
    y = scattered(seed, 60)
    drawing = draw(y, limit=None)
    page = opened(drawing)
    rng = random.Random(seed)
    for _ in range(3):
        for name in ("v0", "v3"):
            leaf(y, name).data = to = rng.uniform(-2.0, 2.0)
            page.evaluate(
                f"changeLeaf(pictures[0].boxes.find((b) => b.label === {name!r}).node, {to!r})"
            )
        y.recompute()
        data = page.evaluate("pictures[0].boxes.map((b, i) => frame.data[i])")
        for node, said in zip(drawing.picture.nodes, data):
            expected = node.data if isinstance(node, Value) else node
            assert said == pytest.approx(expected, rel=1e-12, abs=1e-12)


def test_the_curve_has_the_slope_of_the_gradient(opened):
    """The result against the chosen leaf, with its tangent at the point."""
    page = opened(draw(neuron()))
    page.click(box_of(page, "w"))
    assert page.evaluate("byId('plot').getBoundingClientRect().width") > 100
    curve = page.evaluate("document.querySelector('#plot .graph').getAttribute('d')")
    assert len(re.findall("[ML]", curve)) == 81
    tangent = page.evaluate("document.querySelector('#plot .tangent').getAttribute('d')")
    points, ((x0, y0), (x1, y1)) = (
        [tuple(map(float, pair.split(","))) for pair in re.findall(r"[-\d.]+,[-\d.]+", path)]
        for path in (curve, tangent)
    )
    (a, b), (c, d) = points[39], points[41]
    assert (y1 - y0) / (x1 - x0) == pytest.approx((d - b) / (c - a), abs=0.08)  # of a tenth pixel


def several(count):
    """Results, some of which others are made of, too many to stand apart in a small picture."""
    x = Value(0.5, "x")
    results = [ag.tanh((0.1 * i + 0.2) * x) for i in range(count)]
    return [*results, results[0] * 3.0]


@pytest.mark.parametrize(("count", "limit"), [(2, None), (40, 30)], ids=["apart", "folded"])
def test_of_several_results_the_sum_is_explained(opened, count, limit):
    """Its slope is the gradient, which the tangent and the paths have, folded or not."""
    results = several(count)
    drawing = draw(results, limit=limit)
    assert bool(drawing.picture.folded) == (limit is not None)
    page = opened(drawing)
    page.click(box_of(page, "x"))
    ag.backward(results)
    x = leaf(results, "x")
    line = page.evaluate("byId('explained').textContent")
    assert line.startswith(f"d (sum of {count + 1} results) / d x = {number(x.grad)} = ")
    assert page.evaluate("state.grad[chosenLeaf.node]") == pytest.approx(x.grad, rel=1e-14)
    total = sum(y.data for y in results)
    assert page.evaluate("resultOf(state.data)") == pytest.approx(total, rel=1e-14)
    if limit is None:
        products = page.evaluate("pathsTo(chosenLeaf.node).shown.map((p) => p.product)")
        assert sum(products) == pytest.approx(x.grad, rel=1e-14)


def test_the_chain_rule_is_written_and_linked(opened):
    """Term by term the paths to a leaf, which add up; a term under the pointer lights its edges."""
    x = Value(3.0, "x")
    y = x * x + ag.sin(x)
    y.name = "y"
    page = opened(draw(y))
    page.click(box_of(page, "x"))
    terms = page.evaluate("pathsTo(0).shown.map((p) => p.product)")
    y.backward()
    assert len(terms) == 3
    assert sum(terms) == pytest.approx(x.grad)
    line = page.evaluate("byId('explained').textContent")
    assert line.startswith(f"d y / d x = {number(x.grad)} = ")
    at = page.place(".path")
    page.send("Input.dispatchMouseEvent", type="mouseMoved", x=at[0], y=at[1])
    traced = page.evaluate("[...root.querySelectorAll('.edge.traced')].length")
    assert traced == page.evaluate("pathsTo(0).shown[0].edges.length")


def test_paths_glow_by_what_they_contribute(opened):
    """When the pointer is on a leaf: the wider the more."""
    x = Value(1.0, "x")
    y = 10.0 * x + 0.1 * x
    page = opened(draw(y))
    at = page.place(box_of(page, "x"))
    page.send("Input.dispatchMouseEvent", type="mouseMoved", x=at[0], y=at[1])
    widths = page.evaluate(
        "edgeGroups[0].filter((g) => g.matches('.glow')).map((g) => "
        "parseFloat(getComputedStyle(g.querySelector('.line')).strokeWidth))"
    )
    assert len(widths) == 4
    assert max(widths) > 2 * min(widths)


def test_a_link_shows_what_one_sees(opened):
    """Step, part, leaf and numbers stand behind the #, and open again."""
    page = opened(draw(neuron()))
    page.evaluate("changeLeaf(0, 1.25)")
    page.click(box_of(page, "w"))
    page.evaluate("show(7)")
    page.until("location.hash.includes('step=7')")
    part = page.evaluate("location.hash")
    again = opened(None, part=part)
    for question in ("[step, ...leaves]", "byId('title').textContent", "byId('leaf').textContent"):
        assert again.evaluate(question) == page.evaluate(question)
    assert again.evaluate("[step, leaves[0]]") == [7, 1.25]


def test_play_goes_through_every_step(opened):
    """By itself, the number on its way along the edge; Pause stops it."""
    page = opened(draw(neuron()), calm=False)
    page.evaluate("byId('speed').value = '4'")
    page.click("#play")
    assert page.evaluate("byId('play').textContent").endswith("Pause")
    travellers = page.evaluate("[...root.querySelectorAll('.traveller')].map((t) => t.textContent)")
    assert travellers == page.evaluate(
        "picture.into[picture.forward[0]].map((k) => write(frame.data[picture.edges[k].source]))"
    )
    deadline = time.monotonic() + 20.0
    while page.evaluate("step") < 3 and time.monotonic() < deadline:
        time.sleep(0.02)
    page.click("#play")
    assert page.evaluate("step") >= 3
    assert page.evaluate("playing") == 0


def test_the_quiz_asks_and_tells_the_rule(opened):
    """A contribution is hidden; a wrong answer gets the rule, a right one is confirmed."""
    page = opened(draw(neuron()))
    page.click("#quiz")
    seen = page.evaluate(READ)
    assert seen["title"].startswith("Quiz, backward 1 of")
    contribution = page.evaluate("frame.edges[steps[0].edge][2]")
    assert number(contribution) not in seen["numbers"]
    asked = "linesOf(0)[steps[0].edge].look"  # its sign is not given away either
    assert page.evaluate(asked) == ""
    edge = "edgeGroups[0][steps[0].edge]"
    page.evaluate(f"{edge}.dispatchEvent(new PointerEvent('pointerover', {{bubbles: true}}))")
    assert "carries" not in page.evaluate(f"{edge}.querySelector('title').textContent")
    page.click("#guess")
    page.type("12345")
    page.click("form button")
    wrong = page.evaluate("document.querySelector('.wrong').textContent")
    assert "contribution = local derivative × upstream" in wrong
    assert wrong.endswith("and the local derivative is 0.5.")
    assert page.evaluate(asked) == "up"
    page.press("ArrowRight")
    page.evaluate("show(step)")
    page.click("#guess")
    page.type(page.evaluate("write(frame.edges[steps[1].edge][2])"))
    page.click("form button")
    assert page.evaluate("document.querySelector('.right').textContent") == "Right."


cube = custom_op("cube", lambda x: x**3, lambda xp, out, x: (3.0 * x * x,))


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (lambda: draw(cube(Value(2.0))), "'cube' is a custom_op"),
        (lambda: draw(neuron(), format=str), "a format that only Python has"),
    ],
    ids=["custom_op", "format"],
)
def test_a_page_that_cannot_compute_says_so(opened, make, why):
    """It is still, and steps through what was recorded."""
    page = opened(make())
    assert why in page.evaluate("document.querySelector('.hint').textContent")
    assert page.evaluate("document.querySelectorAll('.leaf, #edit').length") == 0
    page.press("End")
    assert page.evaluate(READ)["title"].startswith("Backward")


@pytest.mark.parametrize("spec", [".4g", ".1g", ".17g", ".0f", ".2f", ".12f", ".0e", ".3e"])
def test_numbers_are_written_as_python_does(opened, spec):
    """Halves to the even digit, exponents, infinities and both zeros."""
    rng = random.Random(spec)
    numbers = [
        0.0,
        -0.0,
        0.125,
        0.375,
        2.5,
        1.0625,
        -1.1875,
        99995.0,
        0.00012345,
        1e22,
        5e-324,
        0.5,
    ]
    numbers += [rng.uniform(-1.0, 1.0) * 10.0 ** rng.randrange(-9, 9) for _ in range(200)]
    numbers += [round(x, 2) for x in numbers[12:60]] + [x / 64 for x in range(-40, 40)]
    page = opened(draw(Value(1.0) * 2.0, format=spec))
    said = page.evaluate(f"{numbers!r}.map(write)")
    assert said == [formatter(spec)(x) for x in numbers]


def test_the_command_line_makes_such_a_page(browser, tmp_path, capsys):
    """What was typed there can be dragged here."""
    path = tmp_path / "typed.html"
    assert main(["tanh(x*w + b)", "x=2", "w=-3", "b=6.88", "--draw", str(path)]) == 0
    assert str(path) in capsys.readouterr().out
    page = browser.open(path, *LAPTOP, calm=True)
    page.evaluate("changeLeaf(pictures[0].boxes.find((b) => b.label === 'b').node, 6.5)")
    assert page.evaluate("state.data.at(-1)") == pytest.approx(math.tanh(0.5), rel=1e-15)


def test_a_recording_lives_too(opened):
    """A leaf moved at one moment is back at the next."""
    w = Value(1.0, "w")
    loss = (w * 2.0 - 1.0) ** 2
    recorder = Recorder(loss)
    w.data = 0.75
    recorder.snap()
    page = opened(recorder)
    page.evaluate("changeLeaf(0, 5)")
    assert page.evaluate("frame.data[0]") == 5
    page.evaluate("toMoment(1)")
    assert page.evaluate("frame.data[0]") == 0.75
    loss.recompute()
    assert page.evaluate("frame.data.at(-1)") == loss.data


INFINITE = [math.inf, -math.inf, math.nan]


@pytest.mark.parametrize("constant", INFINITE)
@pytest.mark.parametrize(
    "make",
    [
        lambda x, c: x * c,
        lambda x, c: ag.where(x > c, x, x * 2.0) + ag.maximum(x, c),
        lambda x, c: ag.sum([x, c, x * x]),
    ],
    ids=["inline", "beside", "sum"],
)
def test_constants_that_are_not_finite(opened, make, constant):
    """A page lives with ∞ and nan as literals too, and computes what Python does."""
    x = Value(0.5, "x")
    y = make(x, constant)
    page = opened(draw(y))
    node = page.evaluate("[...leafOf.keys()][0]")
    for moved in (0.5, -2.0):
        page.evaluate(f"changeLeaf({node}, {moved})")
        x.data = moved
        y.recompute()
        result = float(page.evaluate("String(resultOf(state.data))"))
        assert result == pytest.approx(y.data, nan_ok=True)


@pytest.mark.parametrize("seed", range(6))
def test_the_largest_paths_are_those_of_explain(opened, seed):
    """Each once, with its contribution; all are counted. Long ones are written by their ends."""
    y = scattered(seed, 24)
    page = opened(draw(y, limit=None))
    for name in ("v0", "v1", "v2"):
        found = ag.explain(y, leaf(y, name), paths=6)
        node = page.evaluate(f"pictures[0].boxes.find((b) => b.label === {name!r}).node")
        told = page.evaluate(f"(({{count, shown}}) => ({{count, shown}}))(pathsTo({node}))")
        assert told["count"] == found.count
        sizes = [abs(one["product"]) for one in told["shown"]]
        assert sizes == sorted(sizes, reverse=True)
        # As products of up to thirty factors, in another order.
        assert sizes == pytest.approx([abs(term.contribution) for term in found], rel=1e-12)
        routes = [tuple(one["edges"]) for one in told["shown"]]
        assert len(set(routes)) == len(routes)
    y = ag.tanh(Value(0.3, "x"))
    for _ in range(30):
        y = ag.tanh(y)
    page = opened(draw(y, limit=None))
    page.evaluate("choose([...leafBoxes.values()][0])")
    (term,) = page.evaluate("[...document.querySelectorAll('.path')].map((e) => e.textContent)")
    assert term.count("·") == 8
    assert "⋯" in term
