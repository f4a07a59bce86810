"""Random formulas over the whole table.

A formula is text: calls of primitives by name, of ``x`` and numbers. Read over Values it is what is
tested; read over mpmath (:mod:`tests.autograd.transforms.exact`) it says what is right.
"""

import random

from autograd.engine.record import RECORDERS

ANYWHERE = (
    "neg identity exp exp2 expm1 sin cos tan atan sinh cosh tanh asinh cbrt radians degrees sinc "
    "erf erfc gelu ndtr log_ndtr sigmoid softplus log_sigmoid silu abs relu"
)
WITHIN = {  # what brings any number into the domain, or close to a pole
    "sqrt": "positive", "log": "positive", "log2": "positive", "log10": "positive",
    "log1p": "positive", "entr": "positive", "lgamma": "positive", "digamma": "positive",
    "asin": "unit", "acos": "unit", "atanh": "unit", "erfinv": "unit",
    "ndtri": "half", "logit": "half", "acosh": "above",
}  # fmt: skip
STEPS = "sign floor ceil trunc rint"
SEVERAL = "add sub mul div pow xlogy xlog1py maximum minimum hypot atan2 logaddexp copysign"
MANY = "norm sum dot logsumexp max min kth_smallest"
LITERALS = ("-1.0", "0.0", "0.5", "1.0", "2.0", "3.0")


def formula(rng: random.Random, depth: int) -> str:
    """A random formula of x, of at most so many calls inside each other."""
    if depth == 0:
        a, b = round(rng.uniform(-1.5, 1.5), 2), rng.choice((0.0, 0.25, -1.0))
        plain = ("x", "x", "x", "neg(x)", "mul(x, x)", f"mul({a}, x)", f"add(x, {b})")
        return rng.choice(plain)

    def inner() -> str:
        return formula(rng, rng.randrange(depth))

    def known() -> str:
        return rng.choice(LITERALS)

    def either() -> str:
        return known() if rng.random() < 0.3 else inner()

    kind = rng.random()
    if kind < 0.35:
        return f"{rng.choice(ANYWHERE.split())}({inner()})"
    if kind < 0.5:
        name = rng.choice([*WITHIN])
        u = inner()
        if rng.random() < 0.8:
            u = {
                "positive": f"add(mul({u}, {u}), 0.3)",
                "unit": f"mul(0.8, tanh({u}))",
                "half": f"sigmoid({u})",
                "above": f"add(mul({u}, {u}), 1.2)",
            }[WITHIN[name]]
        return f"{name}({u})"
    if kind < 0.75:
        name = rng.choice(SEVERAL.split())
        a, b = inner(), either()
        if rng.random() < 0.5:
            a, b = b, a
        if name == "pow" and rng.random() < 0.7:
            b = rng.choice(("2.0", "3.0", "0.25", "0.5", "1.0", "0.0", "6.0", "2.5", "-1.0"))
        return f"{name}({a}, {b})"
    if kind < 0.9:
        name = rng.choice(MANY.split())
        operands = [inner(), either(), inner(), either()][: 4 if name == "dot" else 3]
        if name == "kth_smallest":
            operands = [rng.choice(("0.0", "1.0", "2.0")), *operands]
        return f"{name}({', '.join(operands)})"
    choices = (
        lambda: f"where(lt({inner()}, {known()}), {inner()}, {inner()})",
        lambda: f"clip({inner()}, {rng.choice(('-1.0', '0.0'))}, {rng.choice(('0.5', '1.0'))})",
        lambda: f"leaky_relu({inner()}, {rng.choice(('0.1', '0.0', '2.0', '-1.0'))})",
        lambda: f"elu({inner()}, {rng.choice(('1.0', '0.5', '-0.5'))})",
        lambda: f"mul({rng.choice(STEPS.split())}({inner()}), {inner()})",
        lambda: f"{rng.choice(('mod', 'fmod'))}({inner()}, {rng.choice(('2.0', '-1.0'))})",
        lambda: f"where(gt(x, 50.0), log(sub(x, 50.0)), {inner()})",  # never taken
        lambda: f"maximum({inner()}, sub(div(x, x), 200.0))",
        lambda: f"betaln(add(mul(x, x), 0.5), add(mul({known()}, {known()}), 0.5))",
        lambda: f"polygamma(1.0, add(exp({inner()}), 0.2))",
    )
    return rng.choice(choices)()


def over_values(text):
    """The function of x that a formula is, of Values."""
    return read(text, RECORDERS)


def read(text, functions):
    """The function of x that a formula is, over a namespace."""
    return eval(f"lambda x: {text}", Names(functions))


class Names(dict):
    """A namespace for eval, whose missing names are primitives'."""

    def __init__(self, functions):
        super().__init__(__builtins__={})
        self.functions = functions

    def __missing__(self, name):
        self[name] = found = self.functions[name]
        return found
