"""A film shows one moment after the other, by itself and without a script, in a browser."""

import base64
import re
import time
import xml.etree.ElementTree as ET

import pytest

from autograd import InputValueError, Value
from autograd.drawing import Recorder
from autograd.drawing.formats.text import number


def trained(steps=5, **options):
    """A recording, and the number that the loss had at each moment."""
    w = Value(3.0, "w")
    loss = (w - 1.0) ** 2
    loss.name = "loss"
    recorder, losses = Recorder(loss, **options), [loss.data]
    for _ in range(steps):
        w.data -= 0.2 * 2.0 * (w.data - 1.0)
        recorder.snap()
        losses.append(loss.recompute().data)
    return recorder, losses


SEEN = """
((seconds) => {
  for (const one of document.getAnimations()) { one.pause(); one.currentTime = 1000 * seconds; }
  return [...document.querySelectorAll(".film")]
    .filter((g) => getComputedStyle(g).visibility === "visible").map((g) => g.textContent);
})
"""


@pytest.mark.needs("chromium")
def test_each_moment_has_its_time(browser, tmp_path):
    """Its numbers and its name, then those of the next, and from the start again."""
    recorder, losses = trained(flow=True)
    path = tmp_path / "film.svg"
    recorder.save(path)
    page = browser.open(path, 1280, 800)
    for i, loss in [*enumerate(losses), (6, losses[0])]:
        (shown,) = page.evaluate(f"{SEEN}({0.25 * i + 0.1})")
        assert number(loss) in shown
        assert ("start" if i in (0, 6) else f"step {i}") in shown


@pytest.mark.needs("chromium")
@pytest.mark.parametrize(("steps", "seconds"), [(22, 0.25), (6, 0.07), (36, 1 / 3)])
def test_one_moment_is_seen_at_a_time(browser, tmp_path, steps, seconds):
    """Never two and never none, however long each is seen: shortly before and after each change."""
    recorder, _ = trained(steps)
    path = tmp_path / "film.svg"
    path.write_text(recorder.to_svg(seconds=seconds), encoding="utf-8")
    page = browser.open(path, 1280, 800)
    for i in range(steps + 1):
        for share in (0.02, 0.5, 0.98):
            (shown,) = page.evaluate(f"{SEEN}({(i + share) * seconds})")
            assert ("start" if i == 0 else f"step {i}") in shown


def test_what_stays_is_in_a_film_once():
    """A frame more costs its numbers, not the boxes and the lines between them."""
    recorder, _ = trained(2)
    more, _ = trained(50)
    assert len(more.to_svg()) - len(recorder.to_svg()) < 48 * 900
    assert more.to_svg().count('class="title"') == recorder.to_svg().count('class="title"')


@pytest.mark.needs("chromium")
def test_who_wants_no_motion_sees_the_end(browser, tmp_path):
    """One picture, the last."""
    recorder, losses = trained()
    path = tmp_path / "film.svg"
    recorder.save(path)
    (shown,) = browser.open(path, 1280, 800, calm=True).evaluate(f"{SEEN}(0.3)")
    assert number(losses[-1]) in shown


def test_a_film_is_well_formed_and_bounded():
    """No script, no address; at most 60 moments, the first and the last among them."""
    recorder, _ = trained(100)
    film = recorder.to_svg(seconds=0.1)
    ET.fromstring(film)
    assert "<script" not in film
    assert "href" not in film  # a film with a plane has only data:
    assert film.count('class="film') == 60
    assert ">start<" in film
    assert ">step 100<" in film
    assert re.search(r"animation:film 6s", film)


def test_a_notebook_shows_the_film_without_trust():
    """As an image of bounded size, whatever was recorded; the page stays folded below it."""
    recorder, _ = trained(100)
    shown = recorder._repr_html_()
    image = re.search(r'<img [^>]*src="data:image/svg\+xml;base64,([^"]*)"', shown)[1]
    film = base64.b64decode(image).decode()
    ET.fromstring(film)
    assert len(film) < 200_000
    assert 5 < film.count('class="film') <= 60
    assert ">step 100<" in film
    assert "<details>" in shown[shown.index("</div>") :]


def test_a_film_of_one_moment_is_a_drawing():
    """It stands still."""
    recorder, _ = trained(0)
    film = recorder.to_svg()
    assert "@keyframes" not in film
    ET.fromstring(film)


@pytest.mark.parametrize("seconds", [0, -1.0, float("inf"), float("nan"), "1"])
def test_seconds_are_above_zero(seconds):
    with pytest.raises(InputValueError, match="seconds= is a number above 0"):
        trained(1)[0].to_svg(seconds=seconds)


@pytest.mark.needs("chromium")
def test_the_page_plays_the_training(browser, tmp_path):
    """Moment after moment to the last one."""
    recorder, _ = trained(3)
    path = tmp_path / "training.html"
    recorder.save(path)
    page = browser.open(path, 1280, 800, calm=True)
    page.evaluate("byId('speed').value = '4'")
    page.click("#film")
    deadline = time.monotonic() + 20.0
    while page.evaluate("filming") and time.monotonic() < deadline:
        time.sleep(0.02)
    assert page.evaluate("[time, filming]") == [3, 0]
