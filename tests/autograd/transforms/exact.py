"""What mpmath says of the derivatives of a formula, at kinks too.

At a kink a formula is one of several: of ``abs(x)`` at 0 the pieces are x and -x. What is right for
a derivative there lies between those of all pieces, from the left and from the right; where they
agree, it is their number.
"""

import itertools
import math
import random
from typing import NamedTuple

from mpmath import mp

from autograd.ops.op import OPS
from tests.autograd.ops.mp_references import REFERENCES
from tests.autograd.transforms.family import read


class NotThere(Exception):
    """A formula is no real number there, or none that mpmath could tell."""


def exact(name, numbers):
    """A primitive's value in mpmath."""
    if name == "pow" and numbers[0] < 0 and numbers[1] != mp.floor(numbers[1]):
        raise NotThere
    if name == "atan2" and not any(numbers):  # it jumps, by the side that it is come to from
        raise NotThere
    if any(abs(x) > 10**6 for x in numbers):  # which takes long, and says nothing
        raise NotThere
    try:
        found = REFERENCES[name].value(*numbers)
    except (ValueError, ZeroDivisionError, OverflowError, TypeError) as error:
        raise NotThere from error
    if not isinstance(found, (mp.mpf, int)) or not mp.isfinite(found):
        raise NotThere
    return mp.mpf(found)


PIECES = {
    # Name -> what the primitive is beside its kink, on one side and the other.
    "abs": lambda u: (u, -u),
    "sign": lambda u: (mp.mpf(0), mp.mpf(1), mp.mpf(-1)),
    "relu": lambda u: (mp.mpf(0), u),
    "leaky_relu": lambda u, slope: (u, slope * u),
    "elu": lambda u, alpha: (u, alpha * mp.expm1(u)),
    "copysign": lambda a, b: (a, -a),
    "maximum": lambda *xs: xs,
    "minimum": lambda *xs: xs,
    "max": lambda *xs: xs,
    "min": lambda *xs: xs,
    "kth_smallest": lambda k, *xs: xs,
    "clip": lambda *xs: xs,
    "floor": lambda u: (mp.nint(u), mp.nint(u) - 1),
    "ceil": lambda u: (mp.nint(u), mp.nint(u) + 1),
    "trunc": lambda u: (mp.nint(u), mp.nint(u) - mp.sign(u)),
    "rint": lambda u: (mp.nint(2 * u) / 2 - 0.5, mp.nint(2 * u) / 2 + 0.5),
    "mod": lambda a, b: (a - b * mp.nint(a / b), a - b * (mp.nint(a / b) - 1)),
    "fmod": lambda a, b: (a - b * mp.nint(a / b), a - b * (mp.nint(a / b) - mp.sign(a / b))),
    "lt": lambda a, b: (mp.mpf(0), mp.mpf(1)),
    "gt": lambda a, b: (mp.mpf(0), mp.mpf(1)),
}


def pieces_at(name, numbers):
    """Which of the pieces a primitive may be at a point; none where it is not at a kink."""
    if name not in PIECES:
        return []
    u, *rest = numbers
    if name in ("abs", "sign", "relu", "leaky_relu", "elu"):
        here = u == 0
    elif name == "copysign":
        here = u == 0 or rest[0] == 0
    elif name in ("floor", "ceil", "trunc"):
        here = u == mp.floor(u)
    elif name == "rint":
        here = u != mp.floor(u) and 2 * u == mp.floor(2 * u)
    elif name in ("mod", "fmod"):
        here = rest[0] != 0 and u / rest[0] == mp.floor(u / rest[0])
    elif name in ("lt", "gt"):
        here = u == rest[0]
    else:
        value = exact(name, numbers)
        pieces = PIECES[name](*numbers)
        equal = [i for i, x in enumerate(pieces) if x == value]
        return equal if len(equal) > 1 else []
    return list(range(len(PIECES[name](*numbers)))) if here else []


def _local(name, numbers):
    return [0.0 if x is None else x for x in OPS[name].local(*map(float, numbers))]


class Exact:
    """A formula in mpmath: by ``choices``, its calls at kinks are one of their pieces each.

    ``kinks`` are those calls, by their places; ``poles`` counts the infinite local derivatives,
    behind which an adjoint of zero passes nothing on, by the rule of the engine. With ``noise``,
    the result of each call is off by a relative error of up to this, the same one at any x.
    """

    def __init__(self, text, noise=0.0, seed=0):
        self.f = read(text, {name: self._called(name) for name in REFERENCES})
        rng = random.Random(seed)
        self.factors = [1 + noise * mp.mpf(rng.uniform(-1.0, 1.0)) for _ in range(99)]
        self.choices = None
        self.kinks = {}
        self.poles = 0

    def _called(self, name):
        def function(*operands):
            numbers = [mp.mpf(x) for x in operands]
            place = self.place
            self.place += 1
            if self.choices is None:
                pieces = pieces_at(name, numbers)
                if pieces:
                    self.kinks[place] = pieces
                self.poles += math.inf in map(abs, _local(name, numbers))
            elif place in self.choices:
                return mp.mpf(PIECES[name](*numbers)[self.choices[place]])
            return exact(name, numbers) * self.factors[place]

        return function

    def __call__(self, x):
        self.place = 0
        return mp.mpf(self.f(x))


FAR, NEAR = 9, 12


def _limit(f, x, direction, n):
    """What the n-th derivative tends to from one side, perhaps ±inf; None if that is not clear."""
    found = []
    for exponent in (FAR, NEAR):
        distance = mp.mpf(10) ** -exponent
        at = x + direction * distance
        found.append(mp.diff(f, at, n, h=distance * mp.mpf(10) ** -8) if n else f(at))
    near, nearer = found
    if abs(near - nearer) <= mp.mpf(10) ** -6 * max(1, abs(nearer)):
        return nearer
    if abs(nearer) > abs(near) * mp.mpf("1.2"):
        return mp.inf * mp.sign(nearer)
    raise NotThere


class Bounds(NamedTuple):
    """Of the value of a formula and of its first three derivatives: of all pieces and both sides.

    An order is None where there is no derivative, as the one before jumps or is infinite.
    """

    text: str
    x: float
    of: list

    def with_noise(self, seed):
        """What they are with errors as those of floats, a few units in the last place a call."""
        return _bounds_of(self.text, self.x, 1e-15, seed)


def bounds_of(text, x):
    """What mpmath says of a formula at a point."""
    return Bounds(text, x, _bounds_of(text, x))


def _bounds_of(text, x, noise=0.0, seed=0):
    with mp.workdps(120):
        f, x = Exact(text, noise, seed), mp.mpf(x)
        try:
            f(x)
        except NotThere:
            return [None] * 4
        kinks = f.kinks
        if math.prod(map(len, kinks.values())) > 32 or f.poles:
            return [None] * 4
        variants = [dict(zip(kinks, chosen)) for chosen in itertools.product(*kinks.values())]
        bounds = []
        for n in range(4):
            try:
                found = []
                for f.choices in variants:
                    found += [_limit(f, x, direction, n) for direction in (1, -1)]
            except NotThere:
                return bounds + [None] * (4 - n)
            bounds.append((min(found), max(found)))
            if not mp.isfinite(bounds[-1][0]) or not mp.isfinite(bounds[-1][1]):
                return bounds + [None] * (3 - n)
            if bounds[-1][1] - bounds[-1][0] > 1e-6 * max(1, abs(bounds[-1][0])):
                return bounds + [None] * (3 - n)
        return bounds


def verdict(found, bounds, order):
    """What is to be said of a derivative of this order that was computed."""
    if bounds.of[order] is None:
        return "unknown"
    if math.isnan(found):
        return "nan"
    low, high = bounds.of[order]
    sizes = [abs(y) for pair in bounds.of[: order + 1] for y in pair if mp.isfinite(y)]
    slack = 1e-8 * max([mp.mpf(1), *sizes])
    if low - slack <= found <= high + slack:
        return "right"
    # Of a formula that magnifies rounding errors, no more can be asked.
    noisy = [pair for seed in range(4) if (pair := bounds.with_noise(seed)[order]) is not None]
    slack += max([abs(a - b) for pair in noisy for a, b in zip(pair, (low, high))], default=0)
    return "right" if low - slack <= found <= high + slack else "WRONG"
