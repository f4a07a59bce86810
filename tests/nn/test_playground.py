"""The playground trains in the page as nn.fit does, and answers to the mouse."""

import functools
import json
import math
import random
import re
import subprocess

import pytest

import autograd as ag
import nn
from autograd import InputTypeError, InputValueError

needs_browser = pytest.mark.needs("chromium")
LAPTOP = (1280, 800)


def moons(count=60):
    return nn.data.moons(count, noise=0.1, rng=1)


def made(optimizer=nn.Adam, hidden=(4,), count=60, l2=0.0, loss=None, **options):
    X, y = moons(count)
    model = nn.MLP(2, [*hidden, 1], activation="tanh", rng=0)
    loss = loss or nn.binary_cross_entropy_with_logits
    options.setdefault("lr", 0.05)
    rule = optimizer(model.parameters(), **options)
    page = nn.playground(model, X, y, loss=loss, optimizer=rule, batch_size=16, rng=3, l2=l2)
    return page, model, X, y, rule, loss


def in_node(html, question):
    """What the page's own scripts say, those that need no page, in Node."""
    (text,) = re.findall(r'application/json">(.*?)</script>', html, re.DOTALL)
    (scripts,) = re.findall(r"<script>\n(.*?)</script>", html, re.DOTALL)
    compute = scripts[: scripts.index("const byId")]
    straight = scripts[scripts.index("function straightLine") :]
    training = straight[: straight.index("const CELLS")]
    training += scripts[scripts.index("class Training") : scripts.index("const task=")]
    source = (
        f"{compute}{training.replace(STRICT, '')}const content={text};const {{program}}=content;"
    )
    done = subprocess.run(
        ["node", "-"], input=f"{source}{question}", capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout)


STRICT = '"use strict";\n'
TRAIN = """
const t = new Training(program, content.moments[0].leaves.map(Number), content.side);
for (let i = 0; i < 50; i++) t.step();
console.log(JSON.stringify([t.parameters, t.losses]));
"""


@pytest.mark.needs("node")
@pytest.mark.parametrize(
    ("optimizer", "options"),
    [
        (nn.SGD, {}),
        (nn.SGD, {"momentum": 0.9, "nesterov": True, "weight_decay": 0.01}),
        (nn.Adam, {}),
        (nn.AdamW, {"weight_decay": 0.1}),
    ],
    ids=["SGD", "Nesterov", "Adam", "AdamW"],
)
def test_fifty_steps_are_those_of_fit(optimizer, options):
    """Parameters and losses to 1e-9, whatever the optimiser: the page has its rule, not a copy."""
    page, model, X, y, rule, loss = made(optimizer, l2=0.01, **options)
    parameters, losses = in_node(page.to_html(), TRAIN)
    kept = []
    nn.fit(
        model, X, y, loss=loss, optimizer=rule, epochs=13, batch_size=16, rng=3, l2=0.01,
        progress=False, callbacks=[lambda *_: kept.append([p.data for p in rule.params])],
    )  # fmt: skip
    assert len(losses) == 50
    _, model, X, y, rule, loss = made(optimizer, l2=0.01, **options)
    fitted = after_steps(model, X, y, rule, loss, 50)
    assert parameters == pytest.approx(fitted, rel=1e-9, abs=1e-9)
    at_48, _ = in_node(page.to_html(), TRAIN.replace("i < 50", "i < 48"))
    assert at_48 == pytest.approx(kept[11], rel=1e-9, abs=1e-9)  # 12 epochs of 4 steps


SPREAD = [[(i % 7) / 3 - 1, (i % 5) / 2 - 1] for i in range(40)]


@pytest.mark.needs("node")
@pytest.mark.parametrize(
    ("loss", "targets"),
    [
        (nn.cross_entropy, [i % 3 for i in range(40)]),
        (functools.partial(nn.cross_entropy, label_smoothing=0.1), [i % 3 for i in range(40)]),
        (functools.partial(nn.cross_entropy, weight=[1.0, 3.0, 0.5]), [i % 3 for i in range(40)]),
        (functools.partial(nn.cross_entropy, ignore_index=2), [i % 4 % 3 for i in range(40)]),
        (lambda z, t: (z[t] - 1.0) ** 2, [i % 3 for i in range(40)]),
        (nn.mse_loss, [[x, y, x * y] for x, y in SPREAD]),
        (nn.binary_cross_entropy_with_logits, [[1, 0, i % 2] for i in range(40)]),
        (nn.hinge_loss, [[1, -1, 2 * (i % 2) - 1] for i in range(40)]),
    ],
    ids=["classes", "smoothed", "weighted", "ignored", "own loss", "numbers", "labels", "margins"],
)
def test_several_outputs_train_as_in_fit(loss, targets):
    """A class's index, a row of numbers: what a loss takes for three outputs, to 1e-9."""
    model = nn.MLP(2, [4, 3], activation="tanh", rng=0)
    rule = nn.SGD(model.parameters(), lr=0.1)
    page = nn.playground(model, SPREAD, targets, loss=loss, optimizer=rule, batch_size=8, rng=3)
    parameters, _ = in_node(page.to_html(), TRAIN.replace("i < 50", "i < 20"))
    nn.fit(
        model, SPREAD, targets, loss=loss, optimizer=rule, epochs=4, batch_size=8, rng=3,
        progress=False,
    )  # fmt: skip
    assert parameters == pytest.approx([p.data for p in rule.params], rel=1e-9, abs=1e-9)


def after_steps(model, X, y, rule, loss, count):
    """The parameters after so many steps of a loop by hand, over the batches of fit."""
    rng = random.Random(3)
    done = 0
    while done < count:
        for chosen in nn.data.examples.batches(len(X), batch_size=16, rng=rng):
            rule.zero_grad()
            total = ag.mean([loss(model(X[i]), y[i]) for i in chosen])
            (total + 0.01 * ag.sum([p * p for p in rule.params])).backward()
            rule.step()
            done += 1
            if done == count:
                break
    return [p.data for p in rule.params]


def test_the_file_is_small():
    """2-16-16-1 on 200 points: one file below 300 KB."""
    page, *_ = made(hidden=(16, 16), count=200)
    assert len(page.to_html().encode()) < 300_000


def test_nothing_is_trained_here():
    """Making and saving a page moves no parameter."""
    page, model, *_ = made()
    before = [p.data for p in model.parameters()]
    page.to_html()
    assert [p.data for p in model.parameters()] == before
    assert page.to_html() == page.to_html()


def test_what_has_no_page_is_refused(tmp_path):
    """A rule of Python's own, another ending: said plainly."""

    class Odd(nn.SGD):
        def update(self, data, grad, memory):
            return (data if math.floor(data) else grad), memory

    with pytest.raises(InputTypeError, match="the rule of Odd cannot be written in JavaScript"):
        made(Odd)
    with pytest.raises(InputValueError, match=r"saved as an \.html file"):
        made()[0].save(tmp_path / "page.svg")


@pytest.fixture
def opened(browser, tmp_path):
    def opened(page, size=LAPTOP, **options):
        path = tmp_path / "playground.html"
        page.save(path)
        shown = browser.open(path, *size, calm=True, **options)
        shown.settle()
        return shown

    return opened


@needs_browser
def test_steps_and_back(opened):
    """A step moves the parameters in the graph too, Back takes it back to the bit, Restart all."""
    page = opened(made()[0])
    numbers = "[...training.parameters]"
    start = page.evaluate(numbers)
    page.click("#once")
    moved = page.evaluate(numbers)
    assert moved != start
    leaf = page.evaluate("task.parameters[0]")
    assert page.evaluate(f"leaves[{leaf}]") == moved[0]
    page.click("#once")
    page.click("#undo")
    assert page.evaluate(numbers) == moved
    assert page.evaluate("byId('progress').textContent").startswith("step 1 · loss")
    page.click("#anew")
    assert page.evaluate(numbers) == start


@needs_browser
def test_training_goes_on_until_it_is_paused(opened):
    """Frame by frame, and the loss falls."""
    page = opened(made(hidden=(8,))[0])
    page.click("#train")
    page.until("training.losses.length >= 120")
    page.click("#train")
    page.until("!running")
    losses = page.evaluate("training.losses")
    assert sum(losses[-20:]) < 0.9 * sum(losses[:20])
    page.settle(0.05)
    assert page.evaluate("training.losses.length") == len(losses)


@needs_browser
def test_points_are_chosen_added_and_removed(opened):
    """With the mouse on the plane; the graph follows the chosen one."""
    page = opened(made()[0])

    def at(row):
        x, y = page.evaluate(
            f"(() => {{ const [x, y] = surface.onPlane({row});"
            "const r = plane.getBoundingClientRect();"
            "return [r.left + x / plane.width * r.width, r.top + y / plane.height * r.height]; })()"
        )
        return x, y

    page.click(at("training.rows[7]"))
    chosen = page.evaluate("example")
    assert page.evaluate(f"training.rows[{chosen}]") == pytest.approx(
        page.evaluate("task.inputs.map((i) => leaves[i])")
    )
    page.evaluate("byId('mode').value = '0'")
    page.click(at("[0.2, -0.6]"))
    assert page.evaluate("training.rows.at(-1)") == pytest.approx([0.2, -0.6], abs=0.02)
    assert page.evaluate("[...training.truths.at(-1), training.rows.length]") == [1, 61]
    page.evaluate("byId('mode').value = 'remove'")
    page.click(at("training.rows[60]"))
    assert page.evaluate("training.rows.length") == 60


@needs_browser
def test_rate_penalty_and_batch_can_be_set(opened):
    """By typing; what is no number changes nothing."""
    page = opened(made()[0])
    for name, text, value in (("rate", "0.5", 0.5), ("penalty", "0.01", 0.01), ("batch", "8", 8)):
        page.click(f"#{name}")
        page.evaluate(f"byId('{name}').select()")
        page.type(text)
        assert page.evaluate(f"training.{name}") == value
    page.evaluate("byId('batch').select()")
    page.type("x")
    assert page.evaluate("training.batch") == 8
    page.click("#once")
    assert page.evaluate("training.next().length") == 8


@needs_browser
def test_a_frame_computes_a_quarter_of_the_plane_and_one_step(opened):
    """However fast the machine is: 400 cells, one batch, and no point drawn anew."""
    page = opened(made(hidden=(16, 16), count=200)[0])
    page.evaluate("surface.mark = () => { throw new Error('points drawn anew'); }")
    before = page.evaluate("surface.work")
    page.evaluate("training.step(); showTraining(false, 0)")
    page.evaluate("training.step(); showTraining(false, 1)")
    assert page.evaluate("[surface.work, training.losses.length]") == [before + 800, 2]


@needs_browser
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_plane_of_classes(opened, theme):
    """Each cell has the colour of the class that the model finds likeliest; points of any class
    are added by a click."""
    X, y = SPREAD, [int(a > 0) + int(b > 0) for a, b in SPREAD]
    model = nn.MLP(2, [6, 3], rng=1)
    rule = nn.Adam(model.parameters(), lr=0.05)
    nn.fit(model, X, y, loss=nn.cross_entropy, optimizer=rule, epochs=30, progress=False)
    page = opened(
        nn.playground(model, X, y, loss=nn.cross_entropy, optimizer=rule), dark=theme == "dark"
    )
    paper = page.evaluate("rgb(theme('--paper'))")
    colours = page.evaluate("surface.colours.map(rgb)")
    for row, column in [(5, 5), (35, 8), (20, 33), (2, 38)]:
        at = page.evaluate(f"surface.fromPlane({8 * (column + 0.5)}, {8 * (row + 0.5)})")
        shares = nn.predict(model, [at], decide=lambda z: ag.softmax(z))[0]
        best = shares.index(max(shares))
        strength = 0.55 * (max(shares) - 1 / 3) / (2 / 3)
        wanted = [p + strength * (c - p) for p, c in zip(paper, colours[best])]
        start = 4 * (40 * row + column)
        seen = page.evaluate(f"[...surface.cells.data.slice({start}, {start + 3})]")
        assert seen == pytest.approx(wanted, abs=1.0)
    page.evaluate("byId('mode').value = '2'")
    page.click("#plane")
    assert page.evaluate("[training.truths.at(-1), training.sides.at(-1)]") == [[0, 0, 1], [2]]


@needs_browser
def test_outputs_one_by_one(opened):
    """Of several numbers the plane shows one, which can be chosen."""
    model = nn.MLP(2, [2], rng=1)
    rule = nn.SGD(model.parameters(), lr=0.1)
    page = opened(
        nn.playground(model, SPREAD, [[x, -x] for x, _ in SPREAD], loss=nn.mse_loss, optimizer=rule)
    )
    first = page.evaluate("[...surface.cells.data]")
    page.evaluate(
        "byId('output').value = '1'; byId('output').dispatchEvent(new InputEvent('input'))"
    )
    assert page.evaluate("surface.output") == 1
    assert page.evaluate("[...surface.cells.data]") != first


@needs_browser
def test_a_phone_shows_the_training_or_the_graph(opened):
    """All of the training's controls are there for a finger, then the graph fills the screen."""
    page = opened(made()[0], (375, 667))
    page.send("Emulation.setTouchEmulationEnabled", enabled=True, maxTouchPoints=2)
    page.touch([page.place("#once")])
    page.until("training.losses.length === 1")
    assert page.evaluate("[stage.clientWidth, document.body.scrollWidth]") == [0, 375]
    page.touch([page.place("#tabs button:last-child")])
    page.until("stage.clientHeight > 200 && byId('side').clientHeight === 0")
    page.touch([page.place("#next")])
    page.until("step === 1")


@needs_browser
def test_a_weight_moved_by_hand_counts(opened):
    """Training goes on from where it was dragged; the optimiser's numbers of it are shown."""
    page = opened(made()[0])
    node = page.evaluate("[...leafOf].find(([, leaf]) => leaf === task.parameters[0])[0]")
    page.evaluate(f"changeLeaf({node}, 2.5)")
    assert page.evaluate("training.parameters[0]") == 2.5
    page.evaluate(f"choose({{node: {node}, label: 'w'}})")
    assert re.fullmatch(
        r"Adam keeps of w: .*, .*, 1, 1", page.evaluate("byId('memory').textContent")
    )


@needs_browser
def test_other_inputs_than_two_have_no_plane(opened):
    """All else is there."""
    X = [[x, -x, 0.5] for x in (0.1, 0.2, 0.9)]
    model = nn.MLP(3, [2, 1], rng=0)
    rule = nn.SGD(model.parameters(), lr=0.1)
    page = opened(nn.playground(model, X, [0.1, 0.2, 0.9], loss=nn.mse_loss, optimizer=rule))
    assert page.evaluate("document.querySelector('canvas').id") == "net"
    page.click("#once")
    assert page.evaluate("training.losses.length") == 1
