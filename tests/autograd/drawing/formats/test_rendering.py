"""PNG and PDF look as the drawing does on a screen."""

import io
import re
import sys

import pytest

from autograd import MissingExtraError, Value, draw
from autograd.drawing.formats.rendering import MOST_PIXELS, as_png
from tests.autograd.drawing.graphs import HOSTILE, network, neuron

pictures = pytest.mark.needs("PIL", "vl_convert")


def loaded(png):
    from PIL import Image

    return Image.open(io.BytesIO(png)).convert("RGB")


@pictures
@pytest.mark.needs("chromium")
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("make", [neuron, lambda: network(20)], ids=["neuron", "network"])
def test_a_png_looks_like_the_screen(browser, tmp_path, make, theme):
    """In 4 x 4 pixels each, colours are those of a browser; letters may lie a pixel apart."""
    from PIL import ImageChops, ImageStat

    drawing = draw(make(), flow=True, theme=theme)
    path = tmp_path / "drawing.html"
    look = "<!DOCTYPE html><meta charset=utf-8><style>body{margin:0}svg{display:block}</style>"
    path.write_text(f"{look}{drawing.to_svg()}", encoding="utf-8")
    image = loaded(as_png(drawing.to_svg(), 1.0))
    browser.open(path, *image.size).screenshot(tmp_path / "screen.png")
    screen = loaded((tmp_path / "screen.png").read_bytes())
    assert image.size == screen.size
    small = [one.reduce(4).convert("RGB") for one in (image, screen)]
    # Corners outside of the paper are transparent; a browser's page behind them is white.
    inside = [one.crop((2, 2, one.width - 2, one.height - 2)) for one in small]
    difference = ImageStat.Stat(ImageChops.difference(*inside))
    # Of 255; 3.0 here. It is 7.6 and more with blue and orange swapped, 12 without letters.
    assert max(difference.rms) < 5.0


@pictures
def test_a_png_is_sharp(tmp_path):
    """It has two pixels for each of the drawing's, however hostile the names are."""
    drawing = draw(Value(1.0, HOSTILE[2]) * Value(2.0, HOSTILE[-3]))
    drawing.save(tmp_path / "graph.png")
    image = loaded((tmp_path / "graph.png").read_bytes())
    width = float(re.search(r'width="([\d.]+)"', drawing.to_svg())[1])
    assert image.width == pytest.approx(2 * width, abs=2.0)


@pictures
def test_a_large_drawing_fits_into_memory():
    """A drawing as long as a street is less sharp, not gigabytes."""
    svg = '<svg xmlns="http://www.w3.org/2000/svg" width="40000" height="6000"/>'
    image = loaded(as_png(svg))
    assert 0.9 * MOST_PIXELS < image.width * image.height <= 1.01 * MOST_PIXELS


@pictures
@pytest.mark.parametrize("name", HOSTILE, ids=repr)
def test_a_pdf_is_a_page_of_letters(tmp_path, name):
    """Of the drawing's shape, with fonts in it, whatever the names."""
    drawing = draw(Value(1.0, name) * 2.0)
    drawing.save(tmp_path / "graph.pdf")
    page = (tmp_path / "graph.pdf").read_bytes()
    assert page.startswith(b"%PDF")
    assert b"/FontFile" in page or b"/FontDescriptor" in page
    box = re.search(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", page)
    sides = re.search(r'width="([\d.]+)" height="([\d.]+)"', drawing.to_svg())
    assert float(box[1]) / float(box[2]) == pytest.approx(
        float(sides[1]) / float(sides[2]), rel=0.02
    )


@pytest.mark.parametrize("ending", ["png", "pdf"])
def test_the_missing_extra_is_named(tmp_path, monkeypatch, ending):
    """And no file is left."""
    monkeypatch.setitem(sys.modules, "vl_convert", None)
    with pytest.raises(MissingExtraError, match=r"scalar-autograd\[pictures\]"):
        draw(Value(1.0)).save(tmp_path / f"graph.{ending}")
    assert not list(tmp_path.iterdir())
