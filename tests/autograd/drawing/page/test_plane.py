"""What a model of two inputs says of every point, in films and beside the graph of a recording."""

import base64
import io
import math
import re

import pytest

import autograd as ag
from autograd import InputTypeError, InputValueError, Value
from autograd.drawing import Plane, Recorder
from autograd.drawing.formats.style import CLASSES
from autograd.drawing.page.plane import CELLS

ROWS = [[-1.0, -1.0], [1.0, 1.0], [-1.0, 1.0], [1.0, -1.0]]
SIDES = [0, 1, 1, 0]


def model():
    """y − x, steeply or not."""
    w = Value(0.5, "w")
    return w, lambda row: w * (row[1] - row[0])


def recorded(**options):
    """Four moments in which the slope grows."""
    w, f = model()
    loss = (f([Value(1.0, "x1"), Value(-1.0, "x2")]) - 2.0) ** 2
    recorder = Recorder(loss, plane=Plane(f, ROWS, SIDES), **options)
    for slope in (1.0, 2.0, 4.0):
        w.data = slope
        recorder.snap()
    return recorder


def centres(plane):
    """The middle of each cell, from above and the left."""
    (left, right), (bottom, top) = plane.bounds
    at = [(k + 0.5) / CELLS for k in range(CELLS)]
    return [(left + a * (right - left), top - b * (top - bottom)) for b in at for a in at]


@pytest.mark.parametrize(
    ("meaning", "shade"),
    [
        ("logit", lambda z: math.tanh(z / 2)),
        ("margin", math.tanh),
        ("probability", lambda p: max(-1.0, min(1.0, 2 * p - 1))),
        ("number", lambda z: math.tanh((z - 0.5) / 0.5)),
    ],
)
def test_each_cell_says_what_the_model_says(meaning, shade):
    """Which side and how surely, by what an output means, at the leaves of each moment."""
    _, f = model()
    plane = Plane(f, ROWS, SIDES, meaning=meaning)
    for slope, surface in zip((0.5, 3.0), plane.surfaces([[0.5], [3.0]])):
        for (x, y), (which, strength) in zip(centres(plane), surface, strict=True):
            wanted = shade(slope * (y - x))
            assert which == int(wanted > 0.0)
            assert strength == pytest.approx(abs(wanted), abs=1e-12)


def test_classes_are_told_by_the_largest():
    """With how much more than an even share it has."""
    plane = Plane(lambda row: [row[0], row[1], row[0] * 0.0], ROWS, [0, 1, 2, 0])
    (surface,) = plane.surfaces([[]])
    for (x, y), (which, strength) in zip(centres(plane), surface, strict=True):
        shares = ag.softmax([x, y, 0.0])
        assert shares[which] == pytest.approx(max(shares))
        assert strength == pytest.approx((max(shares) - 1 / 3) / (2 / 3), abs=1e-12)
    assert plane.sides == [[0], [1], [2], [0]]


def test_what_is_not_finite_is_plain():
    """Neither blue nor orange, in Python as in the page."""
    plane = Plane(lambda row: ag.log(row[0]) - ag.log(row[0]), ROWS, SIDES)
    (surface,) = plane.surfaces([[]])
    assert {cell for cell, at in zip(surface, centres(plane)) if at[0] < 0.0} == {(0, 0.0)}


@pytest.mark.parametrize(
    ("given", "fault", "words"),
    [
        ({"X": [[1.0]]}, InputValueError, "rows of two numbers"),
        ({"X": []}, InputValueError, "rows of two numbers"),
        ({"y": [1]}, InputValueError, "4 rows got 1 targets"),
        ({"meaning": "odds"}, InputValueError, "meaning= is one of logit, .*; got 'odds'"),
        ({"model": lambda row: 3.0}, InputTypeError, "returns a Value or several, but got 3.0"),
    ],
)
def test_wrong_planes_are_refused(given, fault, words):
    """What is wanted is said."""
    _, f = model()
    with pytest.raises(fault, match=words):
        Plane(**{"model": f, "X": ROWS, "y": SIDES, **given})


def test_a_recorder_takes_nothing_else():
    """A model alone has no data."""
    w, f = model()
    with pytest.raises(InputTypeError, match=r"plane= is a drawing.Plane\(model, X, y\)"):
        Recorder(w * 2.0, plane=f)


@pytest.mark.needs("chromium")
def test_the_page_and_the_film_have_the_same_plane(browser, tmp_path):
    """The page's cells, which it computes, are coloured as the film's, which Python computed; and
    they follow the slider and a leaf that is dragged."""
    recorder = recorded()
    path = tmp_path / "page.html"
    recorder.save(path)
    page = browser.open(path, 1280, 800, calm=True)
    plane = recorder._plane
    surfaces = plane.surfaces([[w] for w in (0.5, 1.0, 2.0, 4.0)])
    for moment, surface in enumerate(surfaces):
        page.evaluate(f"toMoment({moment})")
        for at in (0, 100, 500, 1000):
            x, y = centres(plane)[at]
            told = page.evaluate(
                f"surface.x[surface.at[0]] = {x}, surface.x[surface.at[1]] = {y},"
                "surface.tint(surface.outputs(surface.x))"
            )
            assert told == pytest.approx(list(surface[at]), abs=1e-12)
    before = page.evaluate("[...surface.cells.data]")
    leaf = page.evaluate("[...leafOf].find(([, i]) => leaves[i] === 4)[0]")
    page.evaluate(f"changeLeaf({leaf}, -4)")
    assert page.evaluate("[...surface.cells.data]") != before


@pytest.mark.needs("chromium")
def test_leaves_that_only_the_plane_has(browser, tmp_path):
    """They are recorded moment by moment, though the graph beside it has none of them."""
    w, f = model()
    v = Value(1.0, "v")
    recorder = Recorder(v * 2.0, plane=Plane(f, ROWS, SIDES))
    w.data = 3.0
    recorder.snap()
    path = tmp_path / "page.html"
    recorder.save(path)
    page = browser.open(path, 1280, 800)
    seen = []
    for moment in (0, 1):
        page.evaluate(f"toMoment({moment})")
        seen += page.evaluate("[...surface.x].filter((_, i) => !surface.at.includes(i))")
    assert seen == [0.5, 3.0]


def test_a_film_has_the_plane():
    """A small picture in every scene, and the points in their colours; no address, no script."""
    film = recorded().to_svg()
    images = re.findall(r'href="data:image/png;base64,([^"]*)"', film)
    assert len(images) == 4
    assert len(set(images)) == 4
    assert film.count("href") == 4
    assert film.count("<circle") == 4  # once for all
    assert film.count(f'fill="{CLASSES[0][0]}"/>') == 2


@pytest.mark.needs("PIL")
def test_the_surface_is_a_png():
    """Opaque where the model is sure, clear where it is not."""
    from PIL import Image

    film = recorded().to_svg()
    last = re.findall(r'base64,([^"]*)"', film)[-1]
    image = Image.open(io.BytesIO(base64.b64decode(last))).convert("RGBA")
    assert image.size == (CELLS, CELLS)
    *blue, sure = image.getpixel((0, 0))  # above and at the left y is largest, x least
    assert tuple(blue) == tuple(bytes.fromhex(CLASSES[0][0][1:]))
    assert sure == round(0.55 * 255)
    assert image.getpixel((0, CELLS - 1))[3] < 20  # y = x


@pytest.mark.needs("PIL", "vl_convert")
def test_a_gif_shows_every_moment(tmp_path):
    """As long as asked, at most as wide as a slide, over and over, the line below moving on."""
    from PIL import Image

    recorder = recorded(flow=True)
    path = tmp_path / "film.gif"
    recorder.save(path)
    film = Image.open(io.BytesIO(path.read_bytes()))
    assert (film.n_frames, film.info["loop"], film.info["duration"]) == (4, 0, 250)
    assert film.width <= 1280
    shown = []
    for k in range(film.n_frames):
        film.seek(k)
        shown.append(film.convert("RGB").tobytes())
    assert len(set(shown)) == 4
    assert film.convert("RGB").getpixel((2, film.height - 2)) == (255, 255, 255)  # the paper
    with pytest.raises(InputValueError, match="seconds= is a number above 0"):
        recorder.to_gif(seconds=0)
