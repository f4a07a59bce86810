"""How every primitive is written: its symbol, its formula, and its derivatives for people."""

import pytest

from autograd.ops.expr import Expr, show
from autograd.ops.op import OPS

# Symbol in pictures, and formula in LaTeX.
NOTATION = {
    "abs": ("|x|", r"\left|a\right|"),
    "sign": ("sign", r"\operatorname{sign}\left(a\right)"),
    "stop_gradient": ("stop_gradient", r"\operatorname{stop\_gradient}\left(a\right)"),
    "floor": ("⌊x⌋", r"\left\lfloor a \right\rfloor"),
    "ceil": ("⌈x⌉", r"\left\lceil a \right\rceil"),
    "trunc": ("trunc", r"\operatorname{trunc}\left(a\right)"),
    "rint": ("rint", r"\operatorname{rint}\left(a\right)"),
    "copysign": ("copysign", r"\operatorname{copysign}\left(a, b\right)"),
    "fmod": ("fmod", r"\operatorname{fmod}\left(a, b\right)"),
    "mod": ("%", r"a \bmod b"),
    "floor_divide": ("//", r"\left\lfloor \frac{a}{b} \right\rfloor"),
    "lt": ("<", "a < b"),
    "le": ("≤", r"a \le b"),
    "gt": (">", "a > b"),
    "ge": ("≥", r"a \ge b"),
    "eq": ("=", "a = b"),
    "ne": ("≠", r"a \ne b"),
    "where": ("where", r"\operatorname{where}\left(a, b, c\right)"),
    "maximum": ("max", r"\max\left(a, b\right)"),
    "minimum": ("min", r"\min\left(a, b\right)"),
    "max": ("max", r"\max\left(a, b\right)"),
    "min": ("min", r"\min\left(a, b\right)"),
    "kth_smallest": ("kth_smallest", r"\operatorname{kth}\left(a, b\right)"),
    "clip": ("clip", r"\operatorname{clip}\left(a, b, c\right)"),
    "relu": ("ReLU", r"\operatorname{ReLU}\left(a\right)"),
    "leaky_relu": ("LeakyReLU", r"\operatorname{LeakyReLU}_{b}\left(a\right)"),
    "elu": ("ELU", r"\operatorname{ELU}_{b}\left(a\right)"),
    "hypot": ("hypot", r"\sqrt{a^2 + b^2}"),
    "atan2": ("atan2", r"\operatorname{atan2}\left(a, b\right)"),
    "norm": ("norm", r"\left\lVert a, b \right\rVert"),
    "sum": ("Σ", r"\sum\left(a, b\right)"),
    "dot": ("dot", r"\operatorname{dot}\left(a, b, c, d\right)"),
    "logsumexp": ("logsumexp", r"\operatorname{logsumexp}\left(a, b\right)"),
    "erf": ("erf", r"\operatorname{erf}\left(a\right)"),
    "erfc": ("erfc", r"\operatorname{erfc}\left(a\right)"),
    "erfinv": ("erfinv", r"\operatorname{erf}^{-1}\left(a\right)"),
    "ndtr": ("Φ", r"\Phi\left(a\right)"),
    "log_ndtr": ("log Φ", r"\log\Phi\left(a\right)"),
    "ndtri": ("Φ⁻¹", r"\Phi^{-1}\left(a\right)"),
    "gelu": ("gelu", r"\operatorname{gelu}\left(a\right)"),
    "lgamma": ("lgamma", r"\log\left|\Gamma\left(a\right)\right|"),
    "digamma": ("ψ", r"\psi\left(a\right)"),
    "betaln": ("betaln", r"\log\mathrm{B}\left(a, b\right)"),
    "polygamma": ("polygamma", r"\psi^{\left(a\right)}\left(b\right)"),
    "sigmoid": ("σ", r"\sigma\left(a\right)"),
    "softplus": ("softplus", r"\operatorname{softplus}\left(a\right)"),
    "log_sigmoid": ("log σ", r"\log\sigma\left(a\right)"),
    "logit": ("logit", r"\operatorname{logit}\left(a\right)"),
    "silu": ("silu", r"\operatorname{silu}\left(a\right)"),
    "logaddexp": ("logaddexp", r"\operatorname{logaddexp}\left(a, b\right)"),
    "add": ("+", "a + b"),
    "sub": ("−", "a - b"),
    "mul": ("×", r"a \cdot b"),
    "chain": ("×", r"a \cdot b"),
    "choose": ("×", r"a \cdot b"),
    "chosen": ("×", r"a \cdot b"),
    "doubt": ("?", "a"),
    "div": ("÷", r"\frac{a}{b}"),
    "neg": ("−", "-a"),
    "identity": ("identity", "a"),
    "pow": ("^", "{a}^{b}"),
    "sqrt": ("√", r"\sqrt{a}"),
    "cbrt": ("∛", r"\sqrt[3]{a}"),
    "exp": ("exp", r"\exp\left(a\right)"),
    "exp2": ("exp2", "2^{a}"),
    "entr": ("entr", r"\operatorname{entr}\left(a\right)"),
    "xlogy": ("xlogy", r"a \log b"),
    "xlog1py": ("xlog1py", r"a \log\left(1 + b\right)"),
    "expm1": ("expm1", r"\operatorname{expm1}\left(a\right)"),
    "log": ("log", r"\log\left(a\right)"),
    "log1p": ("log1p", r"\operatorname{log1p}\left(a\right)"),
    "log2": ("log2", r"\log_2\left(a\right)"),
    "log10": ("log10", r"\log_{10}\left(a\right)"),
    "sinc": ("sinc", r"\operatorname{sinc}\left(a\right)"),
    "radians": ("radians", r"\operatorname{radians}\left(a\right)"),
    "degrees": ("degrees", r"\operatorname{degrees}\left(a\right)"),
    "sin": ("sin", r"\sin\left(a\right)"),
    "cos": ("cos", r"\cos\left(a\right)"),
    "tan": ("tan", r"\tan\left(a\right)"),
    "asin": ("asin", r"\arcsin\left(a\right)"),
    "acos": ("acos", r"\arccos\left(a\right)"),
    "atan": ("atan", r"\arctan\left(a\right)"),
    "sinh": ("sinh", r"\sinh\left(a\right)"),
    "cosh": ("cosh", r"\cosh\left(a\right)"),
    "tanh": ("tanh", r"\tanh\left(a\right)"),
    "asinh": ("asinh", r"\operatorname{arsinh}\left(a\right)"),
    "acosh": ("acosh", r"\operatorname{arcosh}\left(a\right)"),
    "atanh": ("atanh", r"\operatorname{artanh}\left(a\right)"),
}

# Local derivatives, where they are written for people in another form than they are computed in.
TEXTBOOK = {
    "hypot": ["a / out", "b / out"],
    "atan2": ["b / (pow(b, 2.0) + pow(a, 2.0))", "-a / (pow(b, 2.0) + pow(a, 2.0))"],
    "norm": ["a / out", "b / out"],
    "logsumexp": ["exp(a - out)", "exp(b - out)"],
    "erf": ["1.1283791670955126 * exp(-pow(a, 2.0))"],
    "erfc": ["-1.1283791670955126 * exp(-pow(a, 2.0))"],
    "gelu": [
        "0.5 * erfc(-0.7071067811865476 * a) + a * exp(-0.5 * pow(a, 2.0)) / 2.5066282746310002"
    ],
    "erfinv": ["exp(pow(out, 2.0)) / 1.1283791670955126"],
    "ndtr": ["exp(-0.5 * pow(a, 2.0)) / 2.5066282746310002"],
    "log_ndtr": ["exp(-0.5 * pow(a, 2.0)) / (2.5066282746310002 * ndtr(a))"],
    "ndtri": ["2.5066282746310002 * exp(0.5 * pow(out, 2.0))"],
    "betaln": ["digamma(a) - digamma(a + b)", "digamma(b) - digamma(a + b)"],
    "exp2": ["0.6931471805599453 * out"],
    "entr": ["-log(a) - 1.0"],
    "sinc": ["(cos(3.141592653589793 * a) - out) / a"],
    "sigmoid": ["out * (1.0 - out)"],
    "silu": ["sigmoid(a) * (1.0 + a * (1.0 - sigmoid(a)))"],
    "logaddexp": ["sigmoid(a - b)", "sigmoid(b - a)"],
    "div": ["1.0 / b", "-a / pow(b, 2.0)"],
    "pow": ["b * pow(a, b - 1.0)", "pow(a, b) * log(a)"],
    "sqrt": ["1.0 / (2.0 * out)"],
    "cbrt": ["1.0 / (3.0 * pow(out, 2.0))"],
    "tan": ["1.0 + pow(out, 2.0)"],
    "asin": ["1.0 / sqrt(1.0 - pow(a, 2.0))"],
    "acos": ["-1.0 / sqrt(1.0 - pow(a, 2.0))"],
    "atan": ["1.0 / (1.0 + pow(a, 2.0))"],
    "tanh": ["1.0 - pow(out, 2.0)"],
    "asinh": ["1.0 / sqrt(1.0 + pow(a, 2.0))"],
    "acosh": ["1.0 / sqrt(pow(a, 2.0) - 1.0)"],
    "atanh": ["1.0 / (1.0 - pow(a, 2.0))"],
}

KINKED = {
    *("trunc", "rint", "copysign", "fmod", "mod", "floor_divide"),
    *("stop_gradient", "abs", "sign", "floor", "ceil", "lt", "le", "gt", "ge", "eq", "ne", "where"),
    *("maximum", "minimum", "max", "min", "kth_smallest", "clip", "relu", "leaky_relu", "elu"),
}
CHOOSING = {
    *("choose", "chosen", "doubt"),
    "where",
    "maximum",
    "minimum",
    "max",
    "min",
    "kth_smallest",
    "clip",
    "relu",
}


@pytest.mark.parametrize("name", OPS)
def test_primitives_are_written_like_this(name):
    """Those of any number of operands with two; dot with two pairs."""
    op = OPS[name]
    operands = "abcd"[: op.arity or (4 if name == "dot" else 2)]
    latex = op.latex.format(*operands, args=", ".join(operands))
    assert (op.symbol, latex) == NOTATION[name]
    if op.shown is not op.partials:
        written = op.written(Expr("var", "out"), *[Expr("var", x) for x in operands])
        assert ["–" if expr is None else show(expr) for expr in written] == TEXTBOOK[name]


def test_which_have_a_textbook_form():
    """The others are computed as they are written."""
    assert {name for name, op in OPS.items() if op.shown is not op.partials} == {*TEXTBOOK}


def test_kinks_and_choices_are_declared():
    """What is checked beside its kinks, and what passes nothing on where it does not choose."""
    assert {name for name, op in OPS.items() if not op.smooth} == KINKED
    assert {name for name, op in OPS.items() if op.selects} == CHOOSING
