"""Words of other libraries are answered with what is written here instead.

A name that a module does not have, an attribute that a Value does not have and a keyword that a
function does not take are looked up in a table (:mod:`autograd.foreign_words`), and the error says
what to do.
"""

from __future__ import annotations

import contextlib
import functools
import re
import sys
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from autograd.errors import AutogradError, InputTypeError
from autograd.foreign_words import KEYWORDS

if TYPE_CHECKING:
    from types import ModuleType

__all__ = [
    "Absent",
    "advised",
    "answer_imports",
    "in_our_words",
    "missing",
    "missing_in",
    "one_by_one",
]

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")


def advised(name: str, known: Mapping[str, str]) -> str:
    """What a table says of a word: ": " and the advice, or nothing."""
    for pattern, advice in known.items():
        found = re.fullmatch(pattern, name)
        if found:
            return f": {found.expand(advice)}"
    return ""


def missing(what: str, name: str, known: Mapping[str, str], of: Hashable = None) -> AttributeError:
    """The error for an attribute that is not there; with advice if people expect it."""
    advice = advised(name, known)
    if advice:
        return AttributeError(f"{what} has no {name}, on purpose{advice}", name=name)
    # Where nothing is known, Python looks for a similar name.
    return AttributeError(f"{what} has no attribute {name!r}", name=name, obj=of)


def missing_in(instance: Hashable, name: str, known: Mapping[str, str]) -> Any:
    """What ``__getattr__`` has of an instance: that error, or what its own property raised."""
    kind = type(instance)
    if hasattr(kind, name):  # Python asks here too where a property misses something else
        return object.__getattribute__(instance, name)
    raise missing(f"{kind.__name__!r} object", name, known, instance)


class Absent:
    """An attribute that a class does not have: it is looked up and named, never found.

    Not ``__getattr__``, which NumPy would call three times for each Value that enters an array.
    A class derived from it may have attributes of these names.
    """

    def __init__(self, name: str, advice: str) -> None:
        self.name, self.advice = name, advice

    def _error(self, kind: type) -> AttributeError:
        return AttributeError(
            f"a {kind.__name__} has no {self.name}, on purpose: {self.advice}", name=self.name
        )

    def __get__(self, instance: Hashable, kind: type) -> Any:
        own = getattr(instance, "__dict__", {})
        if self.name in own:
            return own[self.name]
        raise self._error(kind)

    def __set__(self, instance: Hashable, value: Any) -> None:
        own = getattr(instance, "__dict__", None)
        if own is None:
            raise self._error(type(instance))
        own[self.name] = value

    @staticmethod
    def install(kind: type, known: Mapping[str, str]) -> None:
        """Let a class say what is written instead of these words, but for those that it has."""
        for words, advice in known.items():
            for word in words.split("|"):
                if not hasattr(kind, word):
                    setattr(kind, word, Absent(word, advice))


class _Imports:
    """Asked for a submodule when nobody else has it: ``import autograd.numpy``.

    ``from autograd import jit`` asks for one too, after the attribute.
    """

    def __init__(self, package: str, known: Mapping[str, str]) -> None:
        self.package, self.known = package, known

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> None:
        """None where nothing is known of the word, so that Python's own error follows."""
        package, _, word = name.rpartition(".")
        within = package.partition(".")[0] == self.package
        advice = advised(word, self.known) if within else ""
        if advice:
            raise ImportError(f"there is no {name}, on purpose{advice}", name=name)


def answer_imports(package: str, known: Mapping[str, str]) -> None:
    """Let imports from a package say what is written instead of these words."""
    sys.meta_path.append(_Imports(package, known))


def in_our_words(function: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
    """The function; of a keyword of others' that it does not take it says what to write."""

    @functools.wraps(function)
    def called(*args: Parameters.args, **options: Parameters.kwargs) -> Result:
        if not KEYWORDS.keys().isdisjoint(options):
            refuse_keywords(function, options)
        return function(*args, **options)

    return called


def refuse_keywords(function: Callable[Parameters, Result], options: Iterable[str]) -> None:
    """Raise InputTypeError for a keyword of others' that a function or class does not take."""
    import inspect

    taken = inspect.signature(function).parameters
    if any(x.kind is inspect.Parameter.VAR_KEYWORD for x in taken.values()):
        return
    name = function.__qualname__.removesuffix(".__init__").rpartition(".")[2]
    word = next((word for word in options if word in KEYWORDS and word not in taken), None)
    if word is not None:
        raise InputTypeError(f"{name} takes no {word}: {KEYWORDS[word]}")


@contextlib.contextmanager
def one_by_one(is_tuple: bool, remedy: str) -> Iterator[None]:
    """A TypeError of a function that got a tuple for its arguments, as one with this remedy."""
    try:
        yield
    except TypeError as error:
        if isinstance(error, AutogradError) or not is_tuple:
            raise
        raise InputTypeError(f"given a tuple, the function says: {error}; {remedy}") from error
