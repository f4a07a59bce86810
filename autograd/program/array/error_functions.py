"""Error functions of arrays, which NumPy lacks: polynomials, within a few units in the last place.

Short arrays go through :mod:`math`, element by element, which is faster for them. The polynomials
interpolate at Chebyshev nodes, computed with 60 digits; their errors are below 1e-17.
Next: :mod:`autograd.program.array.names`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from autograd.arrays import Array
from autograd.program.statements.elementwise import elementwise

__all__ = ["erf", "erfc"]

SHORT = 100
"""Arrays of fewer elements than this take one call of :mod:`math` each."""

# (1 + 2x) exp(x²) erfc(x) for x >= 0, in y = (x - 3.75) / (x + 3.75), highest order first.
_SCALED_ERFC = (
    -3.7980647235900285e-11, 4.2433038251096756e-10, 5.485084520083625e-10,
    -5.169080644815932e-09, -4.396921916762906e-09, 3.866242066283792e-08, 2.4301839484503084e-08,
    -2.586489910718322e-07, -5.827501862768691e-08, 1.7516189406943677e-06,
    -9.728413451815077e-07, -1.1444134389658475e-05, 2.238390827660038e-05,
    5.1649093885821704e-05, -0.0002901539781378384, 0.0002937136669846131, 0.0017556258321915355,
    -0.009746579558275152, 0.02836227742154398, -0.05869339858961116, 0.09230432116019638,
    -0.10880393014175023, 0.08227673849015109, 0.0035854154854644583, -0.14024059858554702,
    1.2375126308378275,
)  # fmt: skip
# erf(x) / x for |x| < 1, in y = 2x² - 1.
_ERF = (
    -5.16472878942302e-16, 1.4548169783352384e-14, -3.7910973708931526e-13, 9.167606748998164e-12,
    -2.03524938661036e-10, 4.115800597661665e-09, -7.511569160710623e-08, 1.2233827383524026e-06,
    -1.7537169441492004e-05, 0.00021751715604160108, -0.0022854855611440673, 0.019852496688983708,
    -0.1405360890227171, 0.9654687386698673,
)  # fmt: skip


def _polynomial(coefficients: Sequence[float], y: Array) -> Array:
    total = np.full_like(y, coefficients[0])
    for coefficient in coefficients[1:]:
        total *= y
        total += coefficient
    return total


def _tail(x: Array) -> Array:
    """erfc(x) for x >= 0; NaN stays NaN."""
    x = np.minimum(x, 30.0)  # where it is 0 already
    coarse = np.floor(x * 16.0) / 16.0  # its square is exact, so that exp loses nothing
    bell = np.exp(-coarse * coarse) * np.exp(-(x - coarse) * (x + coarse))
    return bell * (_polynomial(_SCALED_ERFC, (x - 3.75) / (x + 3.75)) / (1.0 + 2.0 * x))


def erf(x: Array) -> Array:
    """Error function of an array.

    >>> erf(np.array([0.0, 0.5, -7.0])).tolist()
    [0.0, 0.5204998778130465, -1.0]
    """
    if x.size < SHORT:
        return elementwise(math.erf, x)
    near = np.minimum(np.abs(x), 1.0)
    middle = x * _polynomial(_ERF, 2.0 * near * near - 1.0)
    return np.where(np.abs(x) < 1.0, middle, np.copysign(1.0 - _tail(np.abs(x)), x))


def erfc(x: Array) -> Array:
    """1 - erf(x) of an array, accurate in the tail.

    >>> erfc(np.array([0.0, 10.0, -7.0])).tolist()
    [1.0, 2.088487583762545e-45, 2.0]
    """
    if x.size < SHORT:
        return elementwise(math.erfc, x)
    tail = _tail(np.abs(x))
    return np.where(x < 0.0, 2.0 - tail, tail)
