"""Augmentation: what happens to pixels, and that a seed decides it."""

import random

import numpy as np
import pytest

import autograd
import nn
from nn.augment import augment, noise, rotate, scale, shift, warp

DIGITS = np.array(nn.data.digits()[0][:50])
KINDS = [shift, rotate, scale, noise]


def test_whole_pixels_are_moved_exactly():
    """The border that moves in is background."""
    picture = np.arange(1.0, 13.0).reshape(1, 3, 4)
    moved = warp(picture, across=1, down=-1)
    expected = np.zeros((1, 3, 4))
    expected[0, :2, 1:] = picture[0, 1:, :3]
    assert (moved == expected).all()
    assert not warp(picture, across=9).any()
    assert not warp(picture, down=-1e9).any()


def test_half_a_pixel_is_the_mean_of_neighbours():
    picture = np.array([[[0.0, 1.0, 0.0]]])
    assert warp(picture, across=0.5).tolist() == [[[0.0, 0.5, 0.5]]]


@pytest.mark.parametrize("quarters", [1, 2, 3, -1])
def test_right_angles_are_exact_turns(quarters):
    """Clockwise, as the picture is seen, with its first row on top."""
    pictures = DIGITS.reshape(-1, 8, 8)
    turned = warp(pictures, degrees=90 * quarters)
    assert turned == pytest.approx(np.rot90(pictures, -quarters, axes=(1, 2)), abs=1e-12)


def test_scaling_by_two_halves_distances_from_the_middle():
    picture = np.zeros((1, 5, 5))
    picture[0, 2, 3] = 1.0
    grown = warp(picture, factor=2.0)[0]
    assert grown[2].tolist() == [0, 0, 0, 0.5, 1.0]
    assert warp(picture, factor=0.5)[0, 2].tolist() == [0, 0, 0, 0, 0]
    assert warp(grown[None], factor=0.5)[0, 2].tolist() == [0, 0, 0, 1.0, 0]


def test_each_picture_has_its_own_move():
    """However many there are: they are worked on in parts."""
    pictures = np.tile(np.eye(3), (2500, 1, 1))
    across = np.arange(2500) % 3
    moved = warp(pictures, across=across)
    assert (moved[across == 0] == np.eye(3)).all()
    assert (moved[across == 1][:, :, 1:] == np.eye(3)[:, :2]).all()
    assert (moved[across == 2][:, :, 2] == np.eye(3)[:, 0]).all()


@pytest.mark.parametrize("change", KINDS, ids=lambda change: change.__name__)
def test_a_seed_decides_and_the_originals_stay(change):
    """New arrays of the same shape; other seeds, other pictures; a generator goes on."""
    before = DIGITS.copy()
    one, again, other = (change(DIGITS, rng=seed) for seed in (1, random.Random(1), 2))
    assert (one == again).all()
    assert (one != other).any(axis=1).all()
    assert (before == DIGITS).all()
    assert one.shape == DIGITS.shape
    assert not np.shares_memory(one, DIGITS)
    assert 0.0 <= one.min() < one.max() <= 1.0
    generator = random.Random(1)
    assert (change(DIGITS, rng=generator) != change(DIGITS, rng=generator)).any()


@pytest.mark.parametrize("change", KINDS, ids=lambda change: change.__name__)
def test_nothing_asked_nothing_changed(change):
    assert (change(DIGITS, 0.0, rng=0) == DIGITS).all()
    assert (change(DIGITS.tolist(), 0.0, rng=0) == DIGITS).all()


def test_changes_are_within_the_amounts_asked_for():
    """A dot in the middle shows where it went, and noise how strong it is."""
    dot = np.zeros((500, 21, 21))
    dot[:, 10, 10] = 1.0
    rows, columns = np.mgrid[:21, :21] - 10
    moved = shift(dot, 3.0, rng=0)
    for axis in (rows, columns):
        place = (moved * axis).sum(axis=(1, 2))
        assert -3 <= place.min() < -2.8 < 2.8 < place.max() <= 3
    grey = np.full((10, 21, 21), 0.5)
    # 4,410 draws: the spread is off by about 1 %.
    assert noise(grey, 0.05, rng=0).std() == pytest.approx(0.05, rel=0.05)
    bar = np.zeros((500, 21, 21))
    bar[:, 10, 18] = 1.0
    turned = rotate(bar, 15.0, rng=0)
    height = (turned * rows).sum(axis=(1, 2)) / turned.sum(axis=(1, 2))
    bound = 8 * np.sin(np.radians(15.0))
    assert -bound - 0.2 < height.min() < -0.9 * bound < 0.9 * bound < height.max() < bound + 0.2
    wide = scale(bar, 0.2, rng=0)
    reach = (wide * columns).sum(axis=(1, 2)) / wide.sum(axis=(1, 2))
    assert 0.8 * 8 - 0.5 < reach.min() < 7 < 9 < reach.max() < 1.2 * 8 + 0.5


@pytest.mark.parametrize("name", ["shift", "rotate", "scale", "noise"])
@pytest.mark.parametrize("amount", [-1.0, np.nan, np.inf])
def test_impossible_amounts_are_refused(name, amount):
    with pytest.raises(autograd.InputValueError, match=f"augment: {name} must be 0 or more"):
        augment(DIGITS, **{name: amount}, rng=0)


def test_scale_stays_below_1():
    augment(DIGITS, scale=0.99, rng=0)
    with pytest.raises(autograd.InputValueError, match="scale must be 0 or more and below 1"):
        augment(DIGITS, scale=1.0, rng=0)


@pytest.mark.parametrize("moves", [{"factor": 0.0}, {"across": np.nan}, {"degrees": np.inf}])
def test_impossible_warps_are_refused(moves):
    with pytest.raises(autograd.InputValueError, match="finite moves and angles, and factors"):
        warp(DIGITS, **moves)


@pytest.mark.parametrize(
    ("X", "error", "message"),
    [
        ([[1.0, 2.0]], ValueError, r"square ones, but got one of shape \(1, 2\)"),
        ([1.0], ValueError, r"but got one of shape \(1,\)"),
        ([], ValueError, r"but got one of shape \(0,\)"),
        (np.zeros((0, 64)), ValueError, r"but got one of shape \(0, 64\)"),
        ([["a"]], TypeError, "an array of numbers"),
        ([[1.0], [1.0, 2.0]], TypeError, "an array of numbers"),
        ([[np.nan]], ValueError, "finite grey levels"),
    ],
)
def test_what_is_no_pictures_is_refused(X, error, message):
    assert augment([[1.0]], rng=0).tolist() == [[1.0]]
    with pytest.raises(error, match=message) as caught:
        augment(X, rng=0)
    assert isinstance(caught.value, autograd.AutogradError)
