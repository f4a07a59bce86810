"""Optional packages, imported when they are first needed; what is missing is named with its extra.

The one place that knows which extra brings what. Next: :mod:`autograd.files`.
"""

from __future__ import annotations

import sys
from typing import Any

from autograd.errors import MissingExtraError

__all__ = ["missing", "needed"]

INSTALLED_BY = {
    "PIL": "pip install 'scalar-autograd[pictures]'",
    "graphviz": "pip install graphviz",
    "hypothesis": "pip install 'scalar-autograd[test]'",
    "jax": "pip install jax",
    "matplotlib": "pip install 'scalar-autograd[notebooks]'",
    "numpy": "pip install 'scalar-autograd[compile]'",
    "onnx": "pip install 'scalar-autograd[onnx]'",
    "sklearn": "pip install 'scalar-autograd[demo]'",
    "torch": "see https://pytorch.org",
    "vl_convert": "pip install 'scalar-autograd[pictures]'",
}
CALLED = {
    "PIL": "Pillow", "vl_convert": "vl-convert-python",
    "graphviz": "the package graphviz", "hypothesis": "Hypothesis", "jax": "JAX",
    "matplotlib": "matplotlib", "numpy": "NumPy", "onnx": "the package onnx",
    "sklearn": "scikit-learn 1.6 or newer", "torch": "PyTorch",
}  # fmt: skip


def needed(module: str, user: str) -> Any:
    """An optional module, or a submodule of one, by its name.

    Args:
        module: What to import, such as "numpy" or "matplotlib.pyplot".
        user: Who needs it, for the message.

    Raises:
        MissingExtraError: It is not installed; the message says how to.

    >>> needed("math", "this example").sqrt(4.0)
    2.0
    """
    try:
        __import__(module)  # what `import` does, and as fast: programs ask for NumPy at each call
        return sys.modules[module]
    except ImportError as error:
        raise missing(module, user) from error


def missing(module: str, user: str) -> MissingExtraError:
    """The error that says what brings a module that is not installed, or too old."""
    package = module.partition(".")[0]
    return MissingExtraError(
        f"{user} needs {CALLED.get(package, package)}, which is not installed: "
        f"{INSTALLED_BY.get(package, f'pip install {package}')}"
    )
