"""A second engine, deliberately naive, to hold the first one against.

Every operation is a line of schoolbook formulas: the value, and one derivative an operand. On them
stand a reverse mode (:class:`Number`), which keeps all edges in one long list and walks it
backwards, and a forward mode (:class:`Dual`), which carries a derivative along with each value.
Nothing is shared with the package: not a rule, not an order, not a line. Functions without a
schoolbook line have their value and derivatives from mpmath.
"""

import math
from dataclasses import dataclass, field

from mpmath import mp

from tests.autograd.ops.mp_references import REFERENCES


def polygamma(n, x):
    return float(mp.polygamma(int(n), x))


def phi(x):
    """Standard normal distribution function."""
    return 0.5 * math.erfc(-x / math.sqrt(2.0))


def density(x):
    return math.exp(-0.5 * x * x) / math.sqrt(2.0 * math.pi)


def sigma(x):
    return 1.0 / (1.0 + math.exp(-x))


def bell(x):
    return 2.0 / math.sqrt(math.pi) * math.exp(-x * x)


def step(x, below, at, above):
    return below if x < 0 else above if x > 0 else at


def least(*slopes):
    """The subgradient of least norm between two slopes."""
    return 0.0 if min(slopes) <= 0.0 <= max(slopes) else min(slopes, key=abs)


def norm(*xs):
    length = math.hypot(*xs)
    return length, *(x / length if length else 0.0 for x in xs)


def atan2(y, x):
    length = math.hypot(x, y) or math.inf
    return math.atan2(y, x), x / length / length, -y / length / length


def dot(*xs):
    half = len(xs) // 2
    return sum(a * b for a, b in zip(xs[:half], xs[half:])), *xs[half:], *xs[:half]


def logsumexp(*xs):
    total = sum(math.exp(x) for x in xs)
    return math.log(total), *(math.exp(x) / total for x in xs)


def chosen(value, xs):
    """The value, and an equal share for each of those that have it."""
    return value, *((x == value) / xs.count(value) for x in xs)


def kth_smallest(k, *xs):
    value, *shares = chosen(sorted(xs)[min(max(math.floor(k + 0.5), 0), len(xs) - 1)], xs)
    return value, 0.0, *shares


def clip(x, low, high):
    inside = low <= x <= high
    return min(max(x, low), high), float(inside), float(x < low), float(x > high)


def power(a, b):
    return a**b, b * a ** (b - 1.0), a**b * math.log(a)


class Rules(dict):
    """Name -> operands to (value, derivative by each operand); what has no line goes by mpmath."""

    def __missing__(self, name):
        reference = REFERENCES[name]

        def rule(*operands):
            with mp.workdps(25):
                exact = [mp.mpf(x) for x in operands]
                slopes = [slope(*exact) if slope else 0 for slope in reference.partials]
                return float(reference.value(*exact)), *map(float, slopes)

        self[name] = rule
        return rule


RULES = Rules({
    "add": lambda a, b: (a + b, 1.0, 1.0),
    "sub": lambda a, b: (a - b, 1.0, -1.0),
    "mul": lambda a, b: (a * b, b, a),
    "chain": lambda a, b: (a * b, b, a),
    "choose": lambda a, b: (a * b, b, a),
    "chosen": lambda a, b: (a * b, b, a),
    "doubt": lambda y, a, k: (y, 1.0, 0.0, 0.0),
    "div": lambda a, b: (a / b, 1.0 / b, -a / b**2),
    "neg": lambda a: (-a, -1.0),
    "identity": lambda a: (a, 1.0),
    "pow": power,
    "sqrt": lambda x: (math.sqrt(x), 0.5 / math.sqrt(x)),
    "cbrt": lambda x: (x ** (1 / 3), x ** (-2 / 3) / 3.0),
    "exp": lambda x: (math.exp(x), math.exp(x)),
    "expm1": lambda x: (math.expm1(x), math.exp(x)),
    "log": lambda x: (math.log(x), 1.0 / x),
    "log1p": lambda x: (math.log1p(x), 1.0 / (1.0 + x)),
    "log2": lambda x: (math.log2(x), 1.0 / (x * math.log(2.0))),
    "log10": lambda x: (math.log10(x), 1.0 / (x * math.log(10.0))),
    "sin": lambda x: (math.sin(x), math.cos(x)),
    "cos": lambda x: (math.cos(x), -math.sin(x)),
    "tan": lambda x: (math.tan(x), 1.0 / math.cos(x) ** 2),
    "asin": lambda x: (math.asin(x), 1.0 / math.sqrt(1.0 - x * x)),
    "acos": lambda x: (math.acos(x), -1.0 / math.sqrt(1.0 - x * x)),
    "atan": lambda x: (math.atan(x), 1.0 / (1.0 + x * x)),
    "sinh": lambda x: (math.sinh(x), math.cosh(x)),
    "cosh": lambda x: (math.cosh(x), math.sinh(x)),
    "tanh": lambda x: (math.tanh(x), 1.0 / math.cosh(x) ** 2),
    "asinh": lambda x: (math.asinh(x), 1.0 / math.sqrt(x * x + 1.0)),
    "acosh": lambda x: (math.acosh(x), 1.0 / math.sqrt(x * x - 1.0)),
    "atanh": lambda x: (math.atanh(x), 1.0 / (1.0 - x * x)),
    "erf": lambda x: (math.erf(x), bell(x)),
    "erfc": lambda x: (math.erfc(x), -bell(x)),
    "gelu": lambda x: (x * phi(x), phi(x) + x * density(x)),
    "lgamma": lambda x: (math.lgamma(x), polygamma(0, x)),
    "polygamma": lambda n, x: (polygamma(n, x), 0.0, polygamma(n + 1, x)),
    "sigmoid": lambda x: (sigma(x), sigma(x) * sigma(-x)),
    "softplus": lambda x: (math.log(1.0 + math.exp(x)), sigma(x)),
    "log_sigmoid": lambda x: (math.log(sigma(x)), sigma(-x)),
    "silu": lambda x: (x * sigma(x), sigma(x) + x * sigma(x) * sigma(-x)),
    "logaddexp": logsumexp,
    "abs": lambda x: (abs(x), step(x, -1.0, 0.0, 1.0)),
    "sign": lambda x: (step(x, -1.0, 0.0, 1.0), 0.0),
    "stop_gradient": lambda x: (x, 0.0),
    "floor": lambda x: (float(math.floor(x)), 0.0),
    "ceil": lambda x: (float(math.ceil(x)), 0.0),
    "lt": lambda a, b: (float(a < b), 0.0, 0.0),
    "le": lambda a, b: (float(a <= b), 0.0, 0.0),
    "gt": lambda a, b: (float(a > b), 0.0, 0.0),
    "ge": lambda a, b: (float(a >= b), 0.0, 0.0),
    "eq": lambda a, b: (float(a == b), 0.0, 0.0),
    "ne": lambda a, b: (float(a != b), 0.0, 0.0),
    "where": lambda c, a, b: (a, 0.0, 1.0, 0.0) if c else (b, 0.0, 0.0, 1.0),
    "maximum": lambda a, b: (max(a, b), step(a - b, 0.0, 0.5, 1.0), step(b - a, 0.0, 0.5, 1.0)),
    "minimum": lambda a, b: (min(a, b), step(b - a, 0.0, 0.5, 1.0), step(a - b, 0.0, 0.5, 1.0)),
    "clip": clip,
    "relu": lambda x: (max(x, 0.0), step(x, 0.0, 0.0, 1.0)),
    "leaky_relu": lambda x, s: (
        max(x, 0.0) + s * min(x, 0.0), step(x, s, least(s, 1.0), 1.0), min(x, 0.0)
    ),
    "elu": lambda x, a: (
        x if x > 0 else a * math.expm1(x),
        step(x, a * math.exp(min(x, 0.0)), least(a, 1.0), 1.0),
        math.expm1(x) if x < 0 else 0.0,
    ),
    "hypot": norm,
    "norm": norm,
    "atan2": atan2,
    "sum": lambda *xs: (sum(xs), *[1.0] * len(xs)),
    "dot": dot,
    "logsumexp": logsumexp,
    "max": lambda *xs: chosen(max(xs), xs),
    "min": lambda *xs: chosen(min(xs), xs),
    "kth_smallest": kth_smallest,
    "exp2": lambda x: (2.0**x, 2.0**x * math.log(2.0)),
    "entr": lambda x: (-x * math.log(x), -math.log(x) - 1.0),
    "xlogy": lambda x, y: (x * math.log(y), math.log(y), x / y),
    "xlog1py": lambda x, y: (x * math.log1p(y), math.log1p(y), x / (1.0 + y)),
    "logit": lambda x: (math.log(x / (1.0 - x)), 1.0 / x + 1.0 / (1.0 - x)),
    "radians": lambda x: (math.radians(x), math.pi / 180.0),
    "degrees": lambda x: (math.degrees(x), 180.0 / math.pi),
    "ndtr": lambda x: (phi(x), density(x)),
    "log_ndtr": lambda x: (math.log(phi(x)), density(x) / phi(x)),
    "digamma": lambda x: (polygamma(0, x), polygamma(1, x)),
    "rint": lambda x: (float(round(x)), 0.0),
    "trunc": lambda x: (float(math.trunc(x)), 0.0),
    "copysign": lambda a, b: (
        math.copysign(a, b), step(a, -1.0, 0.0, 1.0) * math.copysign(1.0, b), 0.0
    ),
    "fmod": lambda a, b: (math.fmod(a, b), 1.0, -float(math.trunc(a / b))),
    "mod": lambda a, b: (a % b, 1.0, -(a // b)),
    "floor_divide": lambda a, b: (a // b, 0.0, 0.0),
})  # fmt: skip


@dataclass
class Tape:
    """Everything that was ever computed, in order: (result, [(operand, derivative), ...])."""

    edges: list = field(default_factory=list)

    def apply(self, name, *operands):
        numbers = [x.data if isinstance(x, Number) else float(x) for x in operands]
        value, *partials = RULES[name](*numbers)
        result = Number(value, (name, operands))
        self.edges.append(
            (result, [(x, d) for x, d in zip(operands, partials) if isinstance(x, Number)])
        )
        return result

    def gradients(self, root):
        """The derivative of root by everything, found by walking the whole tape backwards."""
        grads = {id(root): 1.0}
        for result, edges in reversed(self.edges):
            upstream = grads.get(id(result), 0.0)
            for operand, derivative in edges:
                if upstream and derivative:
                    grads[id(operand)] = grads.get(id(operand), 0.0) + upstream * derivative
        return grads


class Number:
    """A number of the naive engine; ``made`` says how it came about, None for a leaf."""

    def __init__(self, data, made=None):
        self.data = float(data)
        self.made = made


def gradient(formula, point):
    """Value and gradient of a formula, in reverse mode."""
    tape = Tape()
    numbers = [Number(x) for x in point]
    leaves = [*numbers]
    for s in formula.steps:
        numbers.append(
            tape.apply(s.op, *[numbers[x] if isinstance(x, int) else x for x in s.operands])
        )
    grads = tape.gradients(numbers[-1])
    return numbers[-1].data, [grads.get(id(leaf), 0.0) for leaf in leaves]


def dual_derivative(formula, point, direction):
    """The derivative of a formula along a direction, in forward mode."""
    values, tangents = list(point), list(direction)
    for s in formula.steps:
        operands = [values[x] if isinstance(x, int) else x for x in s.operands]
        value, *partials = RULES[s.op](*operands)
        values.append(value)
        tangents.append(
            sum(d * tangents[x] for d, x in zip(partials, s.operands) if isinstance(x, int))
        )
    return tangents[-1]
