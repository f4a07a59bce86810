"""Variables: what the code of a function may read from elsewhere.

Next: :mod:`autograd.keeping.portrait`.
"""

from __future__ import annotations

import functools
import sys
from types import CellType, CodeType, FunctionType, ModuleType
from typing import Any

__all__ = ["closure_of", "home_of", "is_known", "variables_of"]

KNOWN = {*sys.stdlib_module_names, "autograd", "nn", "numpy"}
UNSEEN = {"globals", "locals", "vars", "eval", "exec", "environ", "getenv"}
"""Names of what reads variables that no code names."""
EMPTY = CellType()  # of a variable that has no value yet


def variables_of(function: FunctionType) -> dict[str, Any] | None:
    """The variables that a function may read by name; None if it may read others.

    They are globals, and what stands in the modules among them and in those that it imports itself.
    Modules of libraries stay as they are.

    >>> variables_of(lambda x: SCALE * len(x))  # which is no global here
    {}
    """
    named = names_in(function.__code__)
    if not UNSEEN.isdisjoint(named):
        return None
    spaces, package = function.__globals__, function.__globals__.get("__package__") or ""
    found, modules = {}, sys.modules
    for name in named:
        if name in spaces:
            found[name] = spaces[name]
        elif module := modules.get(name) or modules.get(f"{package}.{name}"):
            found[name] = module
    opened = set()
    for path, module in (waiting := list(found.items())):  # grows: modules in modules
        is_module = isinstance(module, ModuleType) and module not in opened
        if is_module and not _is_installed(module):
            opened.add(module)
            there = vars(module)
            inner = [(f"{path}.{name}", there[name]) for name in named if name in there]
            waiting += inner
            found.update(inner)
    return found


def closure_of(function: FunctionType) -> list[Any]:
    """What the variables of the functions around it hold."""
    return [cell.cell_contents for cell in function.__closure__ or () if cell != EMPTY]


@functools.lru_cache(maxsize=1024)
def names_in(code: CodeType) -> tuple[str, ...]:
    """The global names that a function's code may use, those of functions inside it too."""
    inner = [
        name for part in code.co_consts if hasattr(part, "co_names") for name in names_in(part)
    ]
    return tuple(dict.fromkeys([*code.co_names, *inner]))


def home_of(thing: type | FunctionType) -> str:
    """The name of the module that a function or class is of; "builtins" where it names none.

    Any object may stand in `__module__`: None, or in types made in C a descriptor.

    >>> home_of(dict), home_of(functools.partial)
    ('builtins', 'functools')
    """
    module: object = thing.__module__
    return module if isinstance(module, str) else "builtins"


def is_known(module: str) -> bool:
    """Whether a module, by its name, is of a library, and does what it did before."""
    return module.split(".")[0] in KNOWN


def _is_installed(module: ModuleType) -> bool:
    """Whether a module is of a library."""
    file = getattr(module, "__file__", None) or ""
    return is_known(module.__name__) or "-packages" in file
