"""Products u(x)·p(y) whose first factor is zero at a point, and whose second has a pole there.

Their mixed derivatives are u⁽ⁱ⁾·p⁽ʲ⁾. Where u⁽ⁱ⁾ is not zero and p⁽ʲ⁾ is infinite, so is the
derivative: an adjoint of zero that varies must not be taken for a branch that is not there.
"""

import itertools
import math

import autograd as ag

ZEROS = {
    # u, and u, u', u'', u''' at 0
    "x": (lambda x: x, (0.0, 1.0, 0.0, 0.0)),
    "sin(x)": (ag.sin, (0.0, 1.0, 0.0, -1.0)),
    "x*x": (lambda x: x * x, (0.0, 0.0, 2.0, 0.0)),
    "expm1(x)": (ag.expm1, (0.0, 1.0, 1.0, 1.0)),
}
INF = math.inf
POLES = {
    # p, the point, and p, p', p'', p''' there: limits from inside the domain
    "sqrt": (ag.sqrt, 0.0, (0.0, INF, -INF, INF)),
    "cube of a root": (lambda y: y**1.5, 0.0, (0.0, 0.0, INF, -INF)),
    "fifth power of a root": (lambda y: y**2.5, 0.0, (0.0, 0.0, 0.0, INF)),
    "acos": (ag.acos, 1.0, (0.0, -INF, -INF, -INF)),
    "acosh": (ag.acosh, 1.0, (0.0, INF, -INF, INF)),
    "entr": (ag.entr, 0.0, (0.0, INF, -INF, INF)),
}
AROUND = {
    # What changes nothing at the point.
    "alone": lambda f, x: f,
    "where": lambda f, x: ag.where(x > -1.0, f, 7.0),
    "maximum": lambda f, x: ag.maximum(f, -9.0),
    "clip": lambda f, x: ag.clip(f, -9.0, 9.0),
    "rectified": lambda f, x: ag.relu(f + 1.0) - 1.0,
    "least": lambda f, x: ag.min([f, 5.0, 6.0]),
    "beside a dead pole": lambda f, x: f + ag.where(x > 1.0, ag.log(x) * f, 0.0),
}
SEQUENCES = [seq for n in (1, 2, 3) for seq in itertools.product((0, 1), repeat=n)]
"""Of which variable, 0 for x and 1 for y, one derivative after the other is taken."""


def cases():
    """Name, function of a pair, the point, and the derivative that is right for each sequence."""
    for (zero, (u, us)), (pole, (p, y, ps)) in itertools.product(ZEROS.items(), POLES.items()):
        for name, around in AROUND.items():

            def f(q, u=u, p=p, around=around):
                return around(u(q[0]) * p(q[1]), q[0])

            wanted = {seq: (us[seq.count(0)], ps[seq.count(1)]) for seq in SEQUENCES}
            yield f"{name}: {zero} · {pole}", f, [0.0, y], wanted


def is_right(found, factors):
    """Whether a derivative is the product of these, or nan; 0 × inf may be either 0 or infinite."""
    first, second = factors
    if math.isnan(found):
        return True
    if math.isinf(second):
        return found in (0.0, INF, -INF) if first == 0.0 else found == first * second
    return abs(found - first * second) <= 1e-12
