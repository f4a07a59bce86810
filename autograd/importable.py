"""What stands in a module under a name: pickles of functions refer to it.

Next: :mod:`autograd.ops.op`, whose primitives of the user's own are pickled so.
"""

from __future__ import annotations

import sys
from typing import Any

__all__ = ["named_global"]


def named_global(module: str | None, path: str) -> Any:
    """The thing of this name in a module; None where there is none.

    The variables of a notebook or a prompt are not looked at: no other process has them.

    >>> named_global("collections", "OrderedDict.fromkeys").__name__
    'fromkeys'
    """
    found: Any = sys.modules.get(module or "")
    if module == "__main__" and not hasattr(found, "__file__"):
        return None
    for name in path.split("."):
        found = getattr(found, name, None)
    return found
