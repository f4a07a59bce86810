"""The stepper as people see it: what Chromium shows, step by step, is what the engine says."""

import json
import re
from itertools import pairwise
from pathlib import Path

import pytest

import autograd as ag
from autograd import Value
from autograd.drawing import Recorder, draw
from autograd.drawing.formats.text import number
from autograd.drawing.page import stepper
from autograd.drawing.page.beside import beside

needs_browser = pytest.mark.needs("chromium")

PHONE, DESK = (375, 667), (1280, 800)

READ = """
(() => {
  const text = (selector) => [...document.querySelectorAll(selector)].map((e) => e.textContent);
  const boxes = {};
  for (const group of document.querySelector("svg.ag").querySelectorAll("[data-box]")) {
    const face = facesOf(0)[group.dataset.box];
    const read = (kind) => face[kind] && wordsOf(face[kind]); // written when it is in sight
    boxes[group.dataset.box] = {
      data: read("data"), grad: read("grad"), classes: [...group.classList].sort(),
    };
  }
  return {
    boxes,
    lit: [...document.querySelectorAll(".edge.lit")].map((e) => Number(e.dataset.edge)),
    title: text("#title")[0], spoken: text("#spoken")[0], numbers: text("#arithmetic b"),
    captions: text("#arithmetic small"), position: text("#position")[0],
    when: text("#when")[0] ?? null, remark: text("#remark")[0] ?? null,
    overflow: document.documentElement.scrollWidth - innerWidth,
  };
})()
"""


def one_neuron():
    """The error of one neuron, everything in it named."""
    w, x, b, t = Value(2.0), Value(0.5), Value(0.1), Value(1.0)
    z = w * x + b
    y = ag.sigmoid(z)
    E = (t - y) ** 2 / 2
    ag.name(**locals())
    return E


def saved(tmp_path, drawing):
    path = tmp_path / "page.html"
    drawing.save(path)
    return path


@needs_browser
@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_every_step_shows_the_engines_numbers(browser, tmp_path, size):
    """Forward and backward with the arrow keys: each number shown is the engine's own."""
    error = one_neuron()
    drawing = draw(error)
    page = browser.open(saved(tmp_path, drawing), *size)
    picture = drawing.picture
    error.backward()
    computed = [i for i, node in enumerate(picture.nodes) if getattr(node, "op", None)]
    passed = []
    while not page.evaluate("document.getElementById('next').disabled"):
        page.press("ArrowRight")
        seen = page.evaluate(READ)
        assert seen["overflow"] <= 0
        if seen["title"].startswith("Forward"):
            i = computed.pop(0)
            assert seen["numbers"][-1] == seen["boxes"][str(i)]["data"]
            assert seen["numbers"][-1] == number(picture.nodes[i].data)
            assert all("dim" in seen["boxes"][str(j)]["classes"] for j in computed)
        else:
            (at,) = seen["lit"]
            edge = picture.edges[at]
            node, source = picture.nodes[edge.target], picture.nodes[edge.source]
            local = node.op.local(*(float(x) for x in node.operands))[edge.position]
            expected = [local, node.grad, local * node.grad, 0.0, local * node.grad, source.grad]
            assert seen["numbers"] == [number(x) for x in expected]
            assert seen["boxes"][str(edge.source)]["grad"] == number(source.grad)
            passed.append(at)
    assert not computed
    assert sorted(passed) == [
        i for i, edge in enumerate(picture.edges) if picture.boxes[edge.source].kind != "constant"
    ]
    for i, node in enumerate(picture.nodes):
        if isinstance(node, Value):
            assert seen["boxes"][str(i)]["data"] == number(node.data)
            assert seen["boxes"][str(i)]["grad"] == number(node.grad)


@needs_browser
def test_gradients_of_a_fork_add_up(browser, tmp_path):
    """A Value that is used several times gets one contribution after the other: old → new."""
    x = Value(3.0, "x")
    y = x * x + ag.sin(x)
    page = browser.open(saved(tmp_path, draw(y)), *DESK)
    y.backward()
    page.press("End")
    sums = []
    while (seen := page.evaluate(READ))["title"].startswith("Backward"):
        if seen["title"].endswith("to x"):
            sums.append([seen["numbers"][3], seen["numbers"][5]])
        page.press("ArrowLeft")
    sums.reverse()
    assert len(sums) == 3
    assert sums[0][0] == "0"
    assert all(before[1] == after[0] for before, after in pairwise(sums))
    assert sums[-1][1] == number(x.grad)


@needs_browser
def test_the_step_is_spoken(browser, tmp_path):
    """Screen readers are told every step in a sentence; every control has a name."""
    page = browser.open(saved(tmp_path, draw(one_neuron())), *DESK)
    assert page.evaluate("document.getElementById('spoken').getAttribute('role')") == "status"
    names = page.evaluate(
        "[...document.querySelectorAll('#panel button, #panel input')].map("
        "(e) => e.getAttribute('aria-label') || e.textContent || e.labels[0].innerText)"
    )
    assert len(names) == 9
    assert all(names)
    page.press("End")
    for _ in range(4):
        page.press("ArrowLeft")
    seen = page.evaluate(READ)
    assert "from y to z. Local derivative 0.1874, times upstream −0.2497, is" in seen["spoken"]
    assert "Added to the gradient of z: 0 becomes −0.04679." in seen["spoken"]
    assert seen["captions"][0] == "local derivative = y(1−y) = 0.7503(1−0.7503)"


@needs_browser
def test_the_keyboard_is_enough(browser, tmp_path):
    """Everything can be focused, Enter presses a button, arrows move one step, Home goes back."""
    page = browser.open(saved(tmp_path, draw(one_neuron())), *DESK)
    page.evaluate("document.getElementById('next').focus()")
    page.send("Input.dispatchKeyEvent", type="keyDown", key="Enter", code="Enter", text="\r")
    page.send("Input.dispatchKeyEvent", type="keyUp", key="Enter", code="Enter")
    assert page.evaluate(READ)["position"].startswith("1 of ")
    page.press("ArrowRight")
    assert page.evaluate(READ)["position"].startswith("2 of ")
    page.press("Home")
    assert page.evaluate(READ)["position"] == "overview"
    assert page.evaluate(
        "[...document.querySelectorAll('main, button, input')].every((e) => e.tabIndex >= 0)"
    )


@needs_browser
def test_a_click_on_a_box_goes_to_its_step(browser, tmp_path):
    drawing = draw(one_neuron())
    page = browser.open(saved(tmp_path, drawing), *DESK)
    box = next(box for box in drawing.picture.boxes if box.name == "z")
    page.evaluate(
        f"document.querySelector('[data-box=\"{box.id}\"]')"
        ".dispatchEvent(new MouseEvent('click', {bubbles: true}))"
    )
    assert page.evaluate(READ)["title"] == "Forward 2 of 6: compute z"


@needs_browser
def test_the_overview_is_the_drawing(browser, tmp_path):
    """Before the first step the page shows what was drawn, highlights included, and again later."""
    error = one_neuron()
    (w,) = (node for node in draw(error).picture.nodes if getattr(node, "name", "") == "w")
    drawing = draw(error, highlight=ag.explain(error, w))
    page = browser.open(saved(tmp_path, drawing), *DESK)
    first = page.evaluate(READ)
    assert {int(i) for i, box in first["boxes"].items() if "lit" in box["classes"]} == set(
        drawing.style.lit
    )
    assert {box["grad"] for box in first["boxes"].values()} == {"not computed"}
    page.press("ArrowRight")
    assert len(page.evaluate(READ)["lit"]) == 2
    page.press("ArrowLeft")
    assert page.evaluate(READ) == first


@needs_browser
@pytest.mark.parametrize(
    "name",
    ["</script><script>window.broken = 1</script>", "<img src=x onerror=broken=1>", "a'b\"\n&"],
)
def test_names_cannot_break_the_page(browser, tmp_path, name):
    """Whatever a Value is called, it is text."""
    page = browser.open(saved(tmp_path, draw(Value(3.0, name) * 2.0)), *DESK)
    page.press("End")
    assert page.evaluate("window.broken") is None
    assert page.evaluate("document.querySelectorAll('#stage img, #panel img').length") == 0
    assert page.evaluate(READ)["numbers"][-1] == "2"


@needs_browser
def test_numbers_of_any_size_stay_in_their_boxes(browser, tmp_path):
    """Gradients on the way may be longer than the numbers that the boxes were made for."""
    x = Value(1.0, "x")
    y = -1.23456e-301 * x + 1.23456e-301 * x
    y.backward()
    assert x.grad == 0.0
    page = browser.open(saved(tmp_path, draw(y)), *PHONE)
    too_wide = """
    [...document.querySelectorAll(".box")].flatMap((group) => {
      const card = group.querySelector(".card")?.getBBox();
      const texts = [...group.querySelectorAll("text")].map((text) => [text, text.getBBox()]);
      return card ? texts.filter(([, box]) => box.x < card.x - 0.5 ||
        box.x + box.width > card.x + card.width + 0.5).map(([text]) => text.textContent) : [];
    })
    """
    for _ in range(12):
        assert page.evaluate(too_wide) == []
        assert page.evaluate(READ)["overflow"] <= 0
        page.press("ArrowRight")


@needs_browser
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_light_and_dark(browser, tmp_path, dark):
    """The page follows the reader's preference, with text that stands out from its ground."""
    page = browser.open(saved(tmp_path, draw(one_neuron())), *DESK, dark=dark)
    page.press("ArrowRight")
    colours = page.evaluate(
        """
        ["#title", "#arithmetic small", "#position", ".result b"].map((text) => [
          getComputedStyle(document.querySelector(text)).color,
          getComputedStyle(document.querySelector("#panel")).backgroundColor,
        ])
        """
    )
    for text, ground in colours:
        assert contrast(text, ground) >= 4.5  # WCAG 2, level AA
    assert (luminance(colours[0][1]) < 0.5) == dark


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2 defines it, of rgb(r, g, b)."""
    channels = [int(part) / 255 for part in colour[4:-1].split(",")]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(first: str, second: str) -> float:
    high, low = sorted((luminance(first), luminance(second)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def at_moment(page, moment):
    """What the page shows after the slider of the training was moved."""
    page.evaluate(
        f"(() => {{ const time = document.getElementById('time'); time.value = {moment};"
        "time.dispatchEvent(new Event('input')); })()"
    )
    return page.evaluate(READ)


@needs_browser
def test_a_recording_shows_the_numbers_of_each_training_step(browser, tmp_path):
    """The second slider goes through the training: data and gradients are those of that moment."""
    w, x = Value(1.0, "w"), Value(2.0, "x")
    loss = (w * x - 1.0) ** 2
    recorder = Recorder(loss)
    expected = []
    for _ in range(5):
        loss.recompute().backward()
        expected.append((number(w.data), number(w.grad), number(loss.data)))
        w.data, w.grad = w.data - 0.05 * w.grad, None
        recorder.snap()
    page = browser.open(saved(tmp_path, recorder), *PHONE)
    page.press("End")
    root = max(page.evaluate(READ)["boxes"], key=int)
    for moment, (weight, gradient, value) in enumerate(expected):
        seen = at_moment(page, moment)
        assert seen["when"] == ("start" if moment == 0 else f"step {moment}")
        assert seen["boxes"]["0"]["data"] == weight
        assert seen["boxes"]["0"]["grad"] == gradient
        assert seen["boxes"][root]["data"] == value
        assert seen["overflow"] <= 0


@needs_browser
def test_dead_rectifiers_are_marked(browser, tmp_path):
    """A ReLU that stays off to the end is marked, and said in words."""
    w, x = Value(1.0, "w"), Value(2.0, "x")
    loss = (ag.relu(w * x) - 1.0) ** 2
    loss.name = "loss"
    recorder = Recorder(loss)
    for weight in (0.5, -1.0, -1.0, -1.0):
        w.data = weight
        recorder.snap()
    page = browser.open(saved(tmp_path, recorder), *DESK)
    assert page.evaluate(READ)["remark"].strip() == "loss is 1."
    seen = at_moment(page, 2)
    assert seen["remark"] == "loss is 1. 1 ReLU is dead: off from here to the end."
    assert sum("dead" in box["classes"] for box in seen["boxes"].values()) == 1


@needs_browser
def test_folded_boxes_are_stepped_over(browser, tmp_path):
    """Where folds hide the edges, gradients arrive box by box, the engine's."""
    xs = [Value(i / 10, f"x{i}") for i in range(300)]
    scale = Value(0.5, "scale")
    total = ag.sum([ag.tanh(scale * x) * x for x in xs])
    total.name = "total"
    y = total * total
    y.name = "y"
    hint = "Gradients of folded parts are known only after backward()."
    page = browser.open(saved(tmp_path, draw(y, format=str)), *PHONE)
    assert hint in page.evaluate("document.querySelector('.hint').textContent")
    y.backward()
    drawing = draw(y)
    assert drawing.picture.folded
    page = browser.open(saved(tmp_path, drawing), *PHONE)
    assert hint not in page.evaluate("document.querySelector('.hint').textContent")
    page.press("End")
    seen = page.evaluate(READ)
    assert number(scale.grad) in [box["grad"] for box in seen["boxes"].values()]
    for box in drawing.picture.boxes:
        if box.data is not None:
            assert seen["boxes"][str(box.id)]["data"] == number(box.data)
        if box.grad is not None:
            assert seen["boxes"][str(box.id)]["grad"] == number(box.grad)


def test_the_page_needs_no_network(tmp_path):
    """One file, a few kilobytes beyond its picture: no address in it is loaded."""
    drawing = draw(one_neuron())
    text = saved(tmp_path, drawing).read_text(encoding="utf-8")
    for word in ("src=", "@import", "url(", "<link", "fetch(", "XMLHttpRequest"):
        assert word not in text
    assert len(text) - len(drawing.to_svg()) < 60_000


def test_numbers_are_plain_json(tmp_path):
    """Other programs can read the numbers of the page too."""
    text = saved(tmp_path, draw(one_neuron())).read_text(encoding="utf-8")
    start = text.index('<script id="numbers" type="application/json">')
    content = text[text.index(">", start) + 1 : text.index("</script>", start)]
    assert len(json.loads(content)["program"]["nodes"]) == 10


SCRIPTS = sorted(Path(stepper.__file__).parent.glob("*.js"))


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_no_template_of_a_script_is_in_another(path):
    """So that what is between quotes is known without reading the rest, and stays as it is."""
    source = path.read_text(encoding="utf-8")
    code = "\n".join(line for line in map(str.strip, source.splitlines()) if line[:2] != "//")
    texts = re.findall("`[^`]*`", code)
    assert all(text.count("{") == text.count("}") for text in texts)
    short = beside(path.name)
    assert len(short) < 0.9 * len(source)
    assert re.findall("`[^`]*`", short) == texts
