"""Pictures as people see them: a real browser measures every text and opens every fold."""

import itertools
import re
import time

import pytest

import autograd
from autograd import Value, draw
from tests.autograd.drawing.graphs import HOSTILE, network, neuron

pytestmark = pytest.mark.needs("chromium")


@pytest.fixture
def evaluate(browser, tmp_path):
    """What a script returns in a page."""

    def evaluated(page, script):
        path = tmp_path / "page.html"
        path.write_text(page, encoding="utf-8")
        return browser.open(path, 1280, 800).evaluate(f"(() => {{ {script} }})()")

    return evaluated


MEASURE = """
    moveCamera({scale: 1}, true);  // small letters are hidden while they would be unreadable
    const bounds = one => {
        const b = one.getBBox();
        return [b.x, b.y, b.x + b.width, b.y + b.height];
    };
    return [...document.querySelector("svg.ag").querySelectorAll(".box")].map(box => ({
        kind: box.getAttribute("class"),
        card: [...box.querySelectorAll("rect.card")].map(bounds).pop(),
        texts: [...box.querySelectorAll("text")].map(text => [text.textContent, bounds(text)]),
    }));
"""


def overlap(a, b):
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def assert_labels_fit(boxes):
    """Each text is inside its card, and no two texts of the picture share a point."""
    assert boxes
    for box in boxes:
        card = box.get("card")  # constants have none
        for text, bounds in box["texts"] if card else ():
            inside = card[0] <= bounds[0] and bounds[2] <= card[2]
            assert inside, f"{text!r} at {bounds} leaves its card {card}"
            high = card[1] <= bounds[1] + 2 and bounds[3] - 2 <= card[3]
            assert high, f"{text!r} at {bounds} leaves its card {card}"
    texts = [text for box in boxes for text in box["texts"] if text[0].strip()]
    for (one, a), (other, b) in itertools.combinations(texts, 2):
        # A line box is higher than its letters, and lines of one card follow closely.
        lower = [b[0], b[1] + 2, b[2], b[3] - 2]
        assert not overlap(a, lower), f"{one!r} at {a} overlaps {other!r} at {b}"


@pytest.mark.parametrize("direction", ["LR", "TB"])
def test_labels_fit_their_boxes(evaluate, direction):
    """Names of 1 to 30 characters of every width, numbers from 1e-300 to 1e300."""
    numbers = itertools.cycle([1e-300, -1.2345e-300, 1e300, -9.8765e299, 0.0, 123456.0, -1.5])
    letters = "iWm_0." + "né" + "Ωж" + "名"
    total = 0.0
    for length, letter in itertools.product((1, 3, 12, 30), letters):
        x = Value(next(numbers), letter * length)
        made = autograd.leaky_relu(x)
        made.name = letter * length
        total = autograd.maximum(total, made)
    total.backward()
    page = draw(total, direction=direction, limit=None).to_html()
    assert_labels_fit(evaluate(page, MEASURE))


def test_hostile_names_fit_and_do_no_harm(evaluate):
    """Scripts in names do not run, and odd characters stay in their boxes."""
    y = autograd.sum([Value(1.0, name) for name in HOSTILE if "reversed" not in name])
    boxes = evaluate(draw(y).to_html(), MEASURE)
    assert_labels_fit(boxes)
    shown = {text for box in boxes for text, _ in box["texts"]}
    assert "</script><script>alert(1)</script>"[:11] in {text[:11] for text in shown}


@pytest.mark.parametrize("make", [neuron, lambda: network(10), lambda: network(1, (3, 4, 1))])
def test_labels_of_whole_pictures_fit(evaluate, make):
    """The same for pictures as they are drawn by default, folded or not."""
    assert_labels_fit(evaluate(draw(make()).to_html(), MEASURE))


def test_folded_box_opens_in_place(browser, tmp_path):
    """A click, or the Enter key, shows what is in a box where it stands, and Next steps through it;
    the button or Escape leads back."""
    path = tmp_path / "page.html"
    draw(network(20)).save(path)
    page = browser.open(path, 1280, 800, calm=True)
    boxes = "pictures[open].boxes.length"
    place = "placeOf(boxGroups[0].find((g) => g.dataset.part))"
    middle = "((p) => [p.x + p.width / 2, p.y + p.height / 2])"
    before = page.evaluate(f"{middle}({place})")
    page.click(".box[data-part]")
    page.settle()
    assert "layers.0.neurons.0" in page.evaluate("byId('where').textContent")
    values = ["x", "y", "width", "height"]
    shown = ", ".join(f"{name}: svgs[open].{name}.baseVal.value" for name in values)
    after = page.evaluate(f"{middle}({{{shown}}})")
    assert after == pytest.approx(before, abs=1.0)
    assert page.evaluate("svgs[open].ownerSVGElement === root")
    inside = page.evaluate(boxes)
    page.click("#next")
    assert page.evaluate("document.getElementById('title').textContent").startswith("Forward 1 of")
    lit = page.evaluate("document.querySelectorAll('.box.lit').length")
    assert lit == page.evaluate("svgs[open].querySelectorAll('.box.lit').length") == 1
    page.evaluate("boxGroups[open].find((g) => g.dataset.part).focus()")
    page.press("Enter")
    assert page.evaluate("trail.length") == 3
    page.click("#up")
    assert page.evaluate(boxes) == inside
    page.press("Escape")
    assert page.evaluate("trail.length") == 1
    assert page.evaluate("byId('trail').hidden")


def stepper_in(page):
    """The frame of the stepper in a notebook, once its script has run."""
    told = "document.querySelector('#title')?.textContent ?? ''"
    deadline = time.monotonic() + 20.0
    while not (found := [frame for frame in page.frames() if frame.evaluate(told)]):
        assert time.monotonic() < deadline, "the frame stays empty"
        time.sleep(0.05)
    return found[0]


def test_notebook_shows_the_image_and_the_stepper(browser, tmp_path):
    """The image has its size without a line of script, and the folded stepper runs sandboxed."""
    bundle = draw(neuron())._repr_mimebundle_()["text/html"].replace("<details>", "<details open>")
    path = tmp_path / "notebook.html"
    path.write_text(f'<meta charset="utf-8">{bundle}', encoding="utf-8")
    page = browser.open(path, 1280, 1000)
    assert page.evaluate("document.querySelector('img').naturalWidth") > 500
    over = "document.elementFromPoint(box.left + 1, box.top + box.height / 2).tagName"
    said = "(() => { const box = document.querySelector('p').getBoundingClientRect(); return "
    assert page.evaluate(said + over + " })()") == "IFRAME"
    assert page.evaluate("document.querySelector('iframe').contentDocument") is None
    told = stepper_in(page).evaluate("document.querySelector('#title').textContent")
    assert told.startswith("Step through")


@pytest.mark.parametrize("around", ["light", "dark"])
@pytest.mark.parametrize("system", ["light", "dark"])
@pytest.mark.parametrize("theme", ["auto", "light"])
def test_a_page_is_as_dark_as_the_notebook_around_it(browser, tmp_path, theme, system, around):
    """Whatever the system around both prefers; unless the page has a theme of its own."""
    bundle = draw(neuron(), theme=theme)._repr_mimebundle_()["text/html"]
    path = tmp_path / "notebook.html"
    look = f"<style>:root {{ color-scheme: {around} }}</style>"
    path.write_text(f'<meta charset="utf-8">{look}{bundle}', encoding="utf-8")
    page = browser.open(path, 1280, 1000, dark=system == "dark")
    page.evaluate("document.querySelector('details').open = true")
    frame = stepper_in(page)
    dark = around == "dark" and theme == "auto"
    inks = (
        "[getComputedStyle(document.body).color, getComputedStyle(root.querySelector('text')).fill]"
    )
    wanted = ["rgb(230, 237, 243)" if dark else "rgb(31, 35, 40)"] * 2
    frame.until(f"String({inks}) === {str(','.join(wanted))!r}")


def test_notebook_says_where_the_stepper_is(browser, tmp_path):
    """Where a notebook that others ran is shown without scripts, and so without the stepper."""
    bundle = draw(neuron())._repr_mimebundle_()["text/html"].replace("<details>", "<details open>")
    path = tmp_path / "notebook.html"
    path.write_text(re.sub("<iframe.*</iframe>", "", bundle, flags=re.DOTALL), encoding="utf-8")
    page = browser.open(path, 1280, 800)
    assert "run this cell" in page.evaluate("document.body.innerText")


def test_measuring_finds_what_does_not_fit(evaluate):
    """With letters half as large again, labels leave their boxes and the check fails."""
    page = draw(neuron()).to_html()
    larger = page.replace("font-size:13px", "font-size:19px").replace("font:12px", "font:18px")
    with pytest.raises(AssertionError, match=r"leaves its card|overlaps"):
        assert_labels_fit(evaluate(larger, MEASURE))


LOOKS = """
(() => [...document.querySelectorAll("rect, text, path, polygon")].map((one) => {
  const look = getComputedStyle(one);
  const filled = one.matches("path") ? "none" : look.fill;
  return [filled, one.matches("path, .card") ? look.stroke : "", look.fontSize, look.fontWeight,
    one.matches("path") ? look.strokeDasharray : ""];
}))()
"""


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("make", [neuron, lambda: network(20)])
def test_a_drawing_looks_the_same_without_its_style_sheet(browser, tmp_path, make, theme):
    """Programs that read no sheet find colours, sizes and dashes in the elements."""
    y = make()
    (node, *_) = [x for x in draw(y).picture.nodes if isinstance(x, Value) and x.op is None] + [y]
    svg = draw(y, flow=True, highlight=[[node]], theme=theme).to_svg()
    seen = []
    for text in (svg, re.sub("<style>.*</style>", "", svg, flags=re.DOTALL)):
        path = tmp_path / "drawing.html"
        path.write_text(f"<!DOCTYPE html><meta charset=utf-8>{text}", encoding="utf-8")
        seen.append(browser.open(path, 1280, 800).evaluate(LOOKS))
    assert seen[0] == seen[1]
