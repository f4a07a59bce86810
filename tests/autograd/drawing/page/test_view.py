"""What one sees of a page, and what the mouse, fingers and keys do, in a real browser."""

import math
import random
import re

import pytest

import autograd as ag
import nn
from autograd import Value
from autograd.drawing import Recorder, draw
from autograd.drawing.formats.style import COLOURS
from tests.autograd.drawing.graphs import network, neuron, scattered
from tests.autograd.drawing.page.test_stepper import contrast

pytestmark = pytest.mark.needs("chromium")

PHONE, LAPTOP = (375, 667), (1280, 800)
SIZES = pytest.mark.parametrize("size", [PHONE, LAPTOP], ids=["phone", "laptop"])


def perceptron(*sizes):
    """The loss of one example."""
    model = nn.MLP(sizes[0], list(sizes[1:]), activation="tanh", rng=random.Random(0))
    loss = (model([1.0, -1.0])[0] - 1.0) ** 2
    loss.name = "loss"
    loss.backward()
    return loss


@pytest.fixture
def opened(browser, tmp_path):
    """A page of a drawing, in a window."""

    def opened(drawing, size, *, calm=True, dark=False):
        path = tmp_path / "page.html"
        drawing.save(path)
        page = browser.open(path, *size, calm=calm, dark=dark)
        page.settle()
        return page

    return opened


BOX = "placeOf(boxGroups[0][{}])"
CAMERA = "[camera.x, camera.y, camera.scale]"
# How far groups reach out of the stage, in pixels of the screen.
OUTSIDE = """
(() => {
  const view = stage.getBoundingClientRect();
  return Math.max(...[...document.querySelectorAll("%s")].map((group) => {
    const r = group.getBoundingClientRect();
    return Math.max(view.left - r.left, r.right - view.right, view.top - r.top,
      r.bottom - view.bottom);
  }));
})()
"""


@SIZES
def test_forty_clicks_are_forty_steps(opened, size):
    """The buttons stay where they are, whatever the text above them."""
    page = opened(draw(network(1, (2, 4, 1))), size)
    at = page.place("#next")
    for number in range(1, 41):
        page.click(at)
        assert page.evaluate("step") == number


@SIZES
@pytest.mark.parametrize("sizes", [(2, 2, 1), (2, 16, 1)], ids=["2-2-1", "moons"])
def test_the_whole_is_seen_on_load(opened, size, sizes):
    """Every box is on the stage, at most 2.5 times as large as drawn; what is shown is legible."""
    page = opened(draw(perceptron(*sizes)), size)
    assert page.evaluate(OUTSIDE % ".box") <= 0.5
    assert page.evaluate("camera.scale") <= 2.5
    small = page.evaluate(
        "[...root.querySelectorAll('text')].filter((t) => t.getClientRects().length && "
        "t.getBoundingClientRect().height && getComputedStyle(t).display !== 'none')"
        ".map((t) => parseFloat(getComputedStyle(t).fontSize) * camera.scale)"
    )
    assert min(small) >= 7.0
    if sizes == (2, 2, 1) and size == LAPTOP:
        assert page.evaluate("camera.scale") > 0.8


@SIZES
def test_the_way_back_hides_nothing(opened, size):
    """What is in a folded box stands below the bar that says so, all of it on the stage."""
    h, w, b = Value(0.0, "h"), Value(0.8, "w"), Value(0.1, "b")
    for i in range(60):
        h = ag.tanh(0.5 * h + w * Value(0.1 * i) + b)
    page = opened(draw(h * 2.0), size)
    page.evaluate("boxGroups[0].find((g) => g.textContent.includes('step')).focus()")
    page.press("Enter")
    page.settle()
    assert page.evaluate("trail.length") == 2
    assert page.evaluate(
        "Math.min(...boxGroups[open].map((g) => g.getBoundingClientRect().top))"
        " >= byId('trail').getBoundingClientRect().bottom"
    )
    assert page.evaluate(OUTSIDE % ".box") <= 0.5


def test_from_afar_a_box_without_a_name_shows_its_operation(opened):
    """Not the handle that only the page gave it."""
    page = opened(draw(neuron()), LAPTOP)
    titles = page.evaluate("facesOf(0).map((f) => f.title?.element.textContent ?? null)")
    assert {"×", "+"} <= set(titles)
    assert not any(str(title).startswith("a") for title in titles)


FAR = """
(() => {
  const seen = (e) => e && getComputedStyle(e).display !== "none" && e.textContent;
  const place = (e) => {
    const { left, right, top, bottom } = e.getBoundingClientRect();
    return [left, right, top, bottom];
  };
  return {
    titles: facesOf(0).filter((f) => f.card).map((f) => seen(f.title?.element)),
    constants: facesOf(0).filter((f) => !f.card)
      .map((f) => seen(f.data.element) && [f.data.element.textContent, ...place(f.data.element)]),
    cards: facesOf(0).filter((f) => f.card).map((f) => place(f.card)),
  };
})()
"""


def test_from_afar_every_box_says_something(opened):
    """On a phone: titles whole or their beginning; constants beside their boxes, over none."""
    x, y = Value(1.0, "x"), Value(2.0, "y")
    z = ag.clip(ag.dot([x, y, x * y], [0.25, -1.5, 3.125]) * y, -1.0, 12.5)
    parts = [ag.tanh(z * 0.5), ag.log_sigmoid(z), 1.0, 0.0625]
    for _ in range(3):
        parts = [ag.tanh(ag.sum(parts)), *parts[:3]]
    page = opened(draw(ag.sum(parts) ** 2), PHONE)
    assert page.evaluate("camera.scale < 0.5")
    far = page.evaluate(FAR)
    assert all(far["titles"])
    assert [text for text, *_ in far["constants"]][:4] == ["0.25", "−1.5", "3.125", "−1"]
    assert page.evaluate("pictures[0].boxes.filter((b) => b.constant !== undefined).length") == len(
        far["constants"]
    )
    for _, left, right, top, bottom in far["constants"]:
        for x0, x1, y0, y1 in far["cards"]:
            middle = (top + bottom) / 2
            assert right <= x0 + 1 or left >= x1 - 1 or not y0 < middle < y1


def test_indices_are_set_in_letters_that_can_be_read(opened):
    """From afar too: at least six pixels high."""
    page = opened(draw(perceptron(2, 2, 1)), PHONE)
    sizes = page.evaluate(
        "[...root.querySelectorAll('.kept tspan')].map((t) => "
        "parseFloat(getComputedStyle(t).fontSize) * camera.scale)"
    )
    assert len(sizes) >= 12
    assert min(sizes) >= 6.0
    titles = page.evaluate("facesOf(0).map((f) => f.title?.element.textContent)")
    assert {"w(0)00", "b(1)0"} <= set(titles)


def test_a_small_graph_is_drawn_larger(opened):
    """Up to 2.5 times."""
    page = opened(draw(Value(2.0, "x") * 3.0), (1920, 1080))
    assert page.evaluate("camera.scale") == 2.5


def test_the_wheel_zooms_about_the_pointer(opened):
    """What is under the pointer stays there; 0 shows the whole again."""
    page = opened(draw(perceptron(2, 2, 1)), LAPTOP)
    before = page.evaluate(CAMERA)
    x, y = page.place(".box.output")
    page.wheel(x, y, -300)
    page.settle()
    assert page.evaluate("camera.scale") > 1.3 * before[2]
    assert page.place(".box.output") == pytest.approx((x, y), abs=1.0)
    page.press("0")
    page.settle()
    assert page.evaluate(CAMERA) == pytest.approx(before)


def test_keys_zoom(opened):
    """+ and − by a quarter."""
    page = opened(draw(perceptron(2, 2, 1)), LAPTOP)
    scale = page.evaluate("camera.scale")
    page.press("+")
    page.press("+")
    assert page.evaluate("camera.scale") == pytest.approx(1.25**2 * scale)
    page.press("-")
    assert page.evaluate("camera.scale") == pytest.approx(1.25 * scale)


def test_dragging_pans(opened):
    """The drawing follows the mouse, and the drag is no click on a box."""
    page = opened(draw(perceptron(2, 2, 1)), LAPTOP)
    start = page.place(".box.output")
    end = (start[0] - 180, start[1] + 90)
    page.drag([start, (start[0] - 60, start[1] + 30), end])
    assert page.place(".box.output") == pytest.approx(end, abs=1.5)
    assert page.evaluate("step") == 0


def test_two_fingers_zoom(opened):
    """Pinching is of the drawing, not of the page."""
    page = opened(draw(perceptron(2, 2, 1)), PHONE)
    page.send("Emulation.setTouchEmulationEnabled", enabled=True, maxTouchPoints=2)
    scale = page.evaluate("camera.scale")
    page.touch([(150, 200), (200, 200)], [(130, 200), (220, 200)], [(100, 200), (250, 200)])
    assert page.evaluate("camera.scale") == pytest.approx(3 * scale, rel=0.1)
    assert page.evaluate("visualViewport.scale") == 1


def test_a_double_tap_is_two_taps(opened):
    """And does not zoom. A browser that is short of time may lose a tap: then it comes again."""
    page = opened(draw(perceptron(2, 2, 1)), PHONE)
    page.send("Emulation.setTouchEmulationEnabled", enabled=True, maxTouchPoints=2)
    page.evaluate("window.clicks = 0; addEventListener('click', () => clicks++, true)")
    at = page.place("#next")
    for _ in range(10):
        page.touch([at])
        page.touch([at])
        page.settle(0.2)
        assert page.evaluate("step === clicks")
        if page.evaluate("clicks") >= 2:
            break
    assert page.evaluate("step") >= 2
    assert page.evaluate("visualViewport.scale") == 1


@SIZES
def test_what_a_step_is_about_is_in_view(opened, size):
    """At every step on the way, and after a jump."""
    page = opened(draw(perceptron(2, 2, 1)), size)
    last = page.evaluate("count() - 1")
    for number in [*range(1, last + 1), 2, last, 1]:
        page.evaluate(f"show({number})")
        assert page.evaluate(OUTSIDE % ".box.lit") <= 0.5, number


STALE = """
(() => {
  const view = stage.getBoundingClientRect();
  const seen = (e) => {
    const r = e.getBoundingClientRect();
    return r.width && r.right > view.left && r.left < view.right && r.bottom > view.top &&
      r.top < view.bottom;
  };
  return facesOf(0).flatMap((f) => [f.data, f.grad]).filter((t) => t && seen(t.element))
    .map((t) => [t.element.textContent, wordsOf(t)]);
})()
"""


@SIZES
def test_what_comes_into_sight_is_up_to_date(opened, size):
    """Texts are written when they can be read: after every step, drag, zoom and pan they are."""
    page = opened(draw(scattered(3, 120), limit=None), size)
    seen = 0
    random_moves = random.Random(0)
    for act in ("changeLeaf(0, 0.7)", "show(60)", "show(0)", "changeLeaf(1, -0.2)", "show(200)"):
        page.evaluate(act)
        for _ in range(3):
            scale, *at = (random_moves.uniform(0.0, 1.0) for _ in range(3))
            x, y = (f"{share} * natural.{side}" for share, side in zip(at, ("width", "height")))
            page.evaluate(f"moveCamera({{x: {x}, y: {y}, scale: {0.3 + 1.4 * scale}}}, true)")
            texts = page.evaluate(STALE)
            seen += len(texts)
            assert [shown for shown, _ in texts] == [says for _, says in texts]
    assert seen > 20


@pytest.mark.parametrize("limit", [150, None], ids=["folded", "whole"])
def test_an_update_reads_no_layout_and_writes_only_what_changed(opened, limit):
    """Of 3,000 nodes: many updates cost one layout, and one without a change writes nothing."""
    page = opened(draw(scattered(0, 2000), limit=limit), LAPTOP)
    page.evaluate("choose([...leafBoxes.values()][0] ?? null)")
    page.send("Performance.enable")

    def layouts():
        metrics = page.send("Performance.getMetrics")["metrics"]
        return next(m["value"] for m in metrics if m["name"] == "LayoutCount")

    page.settle()
    before = layouts()
    page.evaluate("for (let i = 0; i < 20; i++) changeLeaf(0, leaves[0] + 0.001)")
    page.settle()
    assert layouts() - before <= 3  # one to paint it, one for each timer in between
    written = page.evaluate("""(() => {
      const watch = new MutationObserver(() => {});
      watch.observe(root, { subtree: true, childList: true, attributes: true });
      show(step);
      return watch.takeRecords().filter((r) => !r.target.matches?.("[aria-valuenow]")).length;
    })()""")
    assert written == 0


def test_flow_has_the_colours_of_each_moment(opened):
    """A recording started before any backward pass colours its edges, by the moment's gradients."""
    w = Value(1.0, "w")
    loss = (w - 2.0) ** 2
    recorder = Recorder(loss, flow=True)
    w.data = 3.0
    recorder.snap()
    page = opened(recorder, LAPTOP)
    looks = "edgeGroups[0].map((g) => g.getAttribute('class').trim())"
    edge = "edgeGroups[0].findIndex((_, i) => pictures[0].boxes[pictures[0].edges[i].source]"
    at = page.evaluate(f"{edge}.label === 'w')")
    assert page.evaluate(looks)[at] == "edge down"
    page.evaluate("toMoment(1)")
    assert page.evaluate(looks)[at] == "edge up"
    assert "no gradients" not in page.evaluate("root.textContent")


def test_colours_come_when_the_gradient_has_passed(opened):
    """Not before; the edge of the step has a halo and its own colour."""
    page = opened(draw(neuron(), flow=True), LAPTOP)
    page.evaluate("show(picture.forward.length)")
    coloured = "root.querySelectorAll('.edge.up, .edge.down').length"
    assert page.evaluate(coloured) == 0
    for number in range(1, 4):
        page.press("ArrowRight")
        assert page.evaluate(coloured) == number
        assert page.evaluate("root.querySelectorAll('.halo').length") == 1
        assert page.evaluate("root.querySelector('.edge.lit').matches('.up, .down')")


@pytest.mark.parametrize("dark", [0, 1], ids=["light", "dark"])
def test_what_is_drawn_stands_out(dark):
    """Lines at least 3:1 from the paper, letters 4.5:1 from what they stand on (WCAG 2, AA)."""

    def rgb(role):
        return "rgb({},{},{})".format(*(int(COLOURS[role][dark][i : i + 2], 16) for i in (1, 3, 5)))

    for line in ("line", "up", "down", "bad", "lit", "input-edge", "output-edge", "fold-edge"):
        assert contrast(rgb(line), rgb("paper")) >= 3.0, line
    for ground in ("paper", "interior", "input", "parameter", "output", "fold"):
        for text in ("ink", "soft"):
            assert contrast(rgb(text), rgb(ground)) >= 4.5, (text, ground)


def test_steps_read_as_mathematics(opened):
    """A dot product is a sum of products, and a slope is written with the numbers at hand."""
    weights = [Value(0.8437), Value(0.6319)]
    z = ag.dot(weights, [Value(1.0, "x"), Value(-1.0, "y")])
    page = opened(draw(ag.tanh(z)), LAPTOP)
    page.press("ArrowRight")
    terms = "[...document.querySelectorAll('#arithmetic b, #arithmetic small')]"
    shown = page.evaluate(f"{terms}.map((e) => e.textContent)")
    assert shown[0] == "0.8437·1 + 0.6319·(−1)"
    assert re.fullmatch(r"(a.)·x \+ (a.)·y", shown[1])
    page.evaluate("show(3)")
    caption = page.evaluate(f"{terms}.map((e) => e.textContent)")[1]
    assert re.fullmatch(r"local derivative = 1−a.² = 1−0\.2087²", caption)


@pytest.mark.parametrize("make", [neuron, lambda: network(20), lambda: perceptron(2, 3, 1)])
def test_no_two_boxes_share_a_label(opened, make):
    """What has no name is a₁, a₂ …, in its box and in the text; constants are their numbers."""
    page = opened(draw(make()), LAPTOP)
    for labels in page.evaluate(
        "pictures.filter(Boolean).map((p) => p.boxes.filter((b) => b.constant === undefined)"
        ".map((b) => b.label))"
    ):
        assert len(set(labels)) == len(labels)
        assert all(labels)
    titles = page.evaluate(
        "boxGroups[0].map((g, i) => [pictures[0].boxes[i], g.textContent])"
        ".filter(([b]) => b.node !== undefined)"
        ".map(([b, text]) => text.includes(b.label.normalize('NFKC')))"
    )
    assert all(titles)


def test_long_paths_are_short_aliases(opened):
    """A weight of a layer is w⁽¹⁾₀₁, and its full path is the tooltip."""
    page = opened(draw(perceptron(2, 2, 1)), LAPTOP)
    titles = page.evaluate("[...root.querySelectorAll('.box title')].map((t) => t.textContent)")
    assert any("layers.1.neurons.0.weights.1" in title for title in titles)
    assert "w⁽¹⁾₀₁" in page.evaluate("pictures[0].boxes.map((b) => b.label)")


def test_tab_goes_to_the_controls_first(opened):
    """Then to the drawing, whose boxes are reached as buttons; no part of it is an image."""
    page = opened(draw(network(20)), LAPTOP)
    page.press("End")
    page.evaluate("document.activeElement.blur()")
    seen = []
    for _ in range(12):
        page.press("Tab")
        seen.append(page.evaluate("document.activeElement.id || document.activeElement.tagName"))
    assert seen[:4] == ["first", "back", "play", "step"]  # next and last are at their end
    assert "stage" in seen
    tree = page.send("Accessibility.getFullAXTree")["nodes"]
    buttons = [n for n in tree if n.get("role", {}).get("value") == "button"]
    assert sum("fold" in n["name"]["value"] for n in buttons) >= 16
    assert all(n["name"]["value"] for n in buttons)


def test_a_click_keeps_the_phase(opened):
    """Forward to the step that computes a box, backward to where its gradient is complete."""
    page = opened(draw(neuron()), LAPTOP)
    at = page.evaluate("pictures[0].boxes.findIndex((b) => b.label === 'y')")
    selector = f"[data-box='{at}']"
    page.click(selector)
    assert page.evaluate("byId('title').textContent").startswith("Forward")
    page.evaluate("show(count() - 1)")
    page.settle()
    page.click(selector)
    title = page.evaluate("byId('title').textContent")
    assert title.startswith("Backward")
    assert title.endswith("to y")


def test_edges_have_tooltips(opened):
    """From where to where, and what they carry."""
    page = opened(draw(neuron()), LAPTOP)
    page.evaluate("moveCamera({scale: 1}, true)")
    point = page.evaluate(
        "(() => { const line = edgeGroups[0][0].querySelector('.line');"
        "const p = line.getPointAtLength(line.getTotalLength() / 2).matrixTransform("
        "line.getScreenCTM()); return [p.x, p.y]; })()"
    )
    page.send("Input.dispatchMouseEvent", type="mouseMoved", x=point[0], y=point[1])
    title = page.evaluate("edgeGroups[0][0].querySelector('title').textContent")
    assert re.fullmatch(r"w → a₁, operand 1: local derivative 2, carries −?[0-9.]+", title)


def test_who_wants_no_motion_gets_none(opened):
    """The camera jumps, the halo stands still, and no number travels."""
    page = opened(draw(perceptron(2, 2, 1)), PHONE)
    page.press("ArrowRight")
    assert page.evaluate("document.getAnimations().length") == 0
    page.evaluate("travel()")
    assert page.evaluate("root.querySelectorAll('.traveller').length") == 0


def test_folds_of_many_examples_show_mean_and_range(opened):
    """Where a box has several results."""
    page = opened(draw(network(20)), LAPTOP)
    at = page.evaluate("pictures[0].boxes.findIndex((b) => (b.results || []).length > 1)")
    text = page.evaluate(f"boxGroups[0][{at}].querySelector('text.data').textContent")
    numbers = page.evaluate(f"pictures[0].boxes[{at}].results.map((i) => state.data[i])")
    mean, low, high = map(
        float, re.fullmatch(r"(.*) \((.*) … (.*)\)", text.replace("−", "-")).groups()
    )
    assert mean == pytest.approx(math.fsum(numbers) / len(numbers), rel=1e-3)
    assert [low, high] == pytest.approx([min(numbers), max(numbers)], rel=1e-3)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_theme_is_kept(opened, theme):
    """Whatever the reader's system prefers, the page and its drawing are of one colour."""
    page = opened(draw(neuron(), theme=theme), LAPTOP, dark=theme == "light")
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (ground == "rgb(13, 17, 23)") == (theme == "dark")
    ink = page.evaluate("getComputedStyle(root.querySelector('.title')).fill")
    assert contrast(ink, ground) >= 4.5
