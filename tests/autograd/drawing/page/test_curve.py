"""The line of a recording: all of it inside its frame, whatever the numbers."""

import math
import re

import pytest

from autograd.drawing.page.curve import HEIGHT, WIDTH, curve_of


def lines(values):
    """The points of each line."""
    return [
        [tuple(map(float, point.split(","))) for point in points.split()]
        for points in re.findall(r'points="([^"]*)"', curve_of(values))
    ]


@pytest.mark.parametrize(
    "values",
    [
        [3.0, 1.0, 2.0],
        [1e300, 1e-300, 5.0],
        [-1e308, 1e308],
        [0.0, 0.0, 0.0],
        [1.0, -1.0, 1000.0],
        [5e-324, 1.0],
    ],
    ids=repr,
)
def test_the_line_runs_from_side_to_side_within_its_frame(values):
    (line,) = lines(values)
    assert [x for x, _ in line] == pytest.approx(
        [WIDTH * i / (len(values) - 1) for i in range(len(values))], abs=0.05
    )
    assert all(0.0 <= y <= HEIGHT for _, y in line)


def test_the_scale_is_logarithmic_over_two_powers_of_ten():
    """A loss that falls by the same factor each step falls in a straight line."""
    (line,) = lines([1000.0, 100.0, 10.0, 1.0])
    heights = [y for _, y in line]
    assert heights == pytest.approx([0.0, HEIGHT / 3, 2 * HEIGHT / 3, HEIGHT], abs=0.1)


def test_what_is_not_finite_is_a_gap():
    assert [len(line) for line in lines([3.0, 2.0, math.nan, 1.0, 2.0, math.inf, 1.0])] == [2, 2]


def test_nothing_to_draw():
    assert curve_of([1.0]) == ""
    assert curve_of([math.nan, math.inf]) == ""
