"""Module: anything that owns parameters, by itself or through modules it is made of.

Parameters are found by looking at the attributes, in the order in which `__init__` set them, so a
module of your own needs no registration. Next: :mod:`nn.layers` builds networks from modules.
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

import autograd
from autograd import Value
from autograd.foreign import in_our_words, missing_in
from autograd.nested import require_shallow
from autograd.reals import only, real
from nn.absent import IN_MODULES
from nn.errors import ModelFileError
from nn.export import to_onnx, to_torch
from nn.init import at_most
from nn.kinds import Outputs
from nn.model_files import read_json, write_json
from nn.parts import parameters_in, summary_table
from nn.predict import predict, predict_proba, score

__all__ = ["Module"]

FORMAT = "scalar-autograd model"
VERSION = 1

M = TypeVar("M", bound="Module")


class Parameters(list[Value]):
    """A module's parameters; an optimiser of them can tell when the module gets more."""

    def __init__(self, owner: Module) -> None:
        super().__init__([parameter for _, parameter in owner.named_parameters()])
        self.owner = owner


class Module:
    """Base class of everything with parameters: leaf Values held as attributes.

    They may be in lists, tuples, dicts and NumPy arrays of objects, however nested. Define
    `forward`, or `__call__`, which do the same; add a last line `self.name_parameters()` to
    `__init__` if pictures and messages shall call the parameters by their paths.

    >>> class Line(Module):
    ...     def __init__(self):
    ...         self.slope, self.offset = Value(2.0), Value(1.0)
    ...
    ...     def forward(self, x):
    ...         return self.slope * x + self.offset
    >>> line = Line()
    >>> line.state_dict(), line(3.0).data
    ({'slope': 2.0, 'offset': 1.0}, 7.0)
    """

    class_names: list[str] | None = None
    """What `predict` calls the classes, where `fit` got words as labels."""

    def __call__(self, inputs: Outputs) -> Any:
        """Compute the outputs for one example: as `forward` does."""
        try:
            return self.forward(inputs)
        except RecursionError:
            require_shallow(inputs, "what a model takes")
            raise

    def forward(self, inputs: Outputs) -> Any:
        """Compute the outputs for one example."""
        if type(self).__call__ is Module.__call__:
            raise autograd.InputTypeError(
                f"{type(self).__name__} computes nothing yet: define forward(self, inputs)"
            )
        return self(inputs)

    def __getattr__(self, name: str) -> Any:
        return missing_in(self, name, IN_MODULES)

    def __repr__(self) -> str:
        try:
            options = ", ".join(f"{name}={value!r}" for name, value in self.config().items())
        except ModelFileError:  # it cannot be built again, but it has a size
            return f"<{type(self).__name__} of {len(self.parameters())} parameters>"
        return f"{type(self).__name__}({options})"

    def named_parameters(self) -> Iterator[tuple[str, Value]]:
        """Each parameter once, with its path, for example ``layers.0.neurons.3.weights.12``."""
        return parameters_in(self, "", set())

    def parameters(self) -> list[Value]:
        """The parameters in their fixed order: as the attributes were set, lists in list order."""
        return Parameters(self)

    def name_parameters(self) -> None:
        """Set each parameter's `.name` to its path; whatever contains this module may rename it."""
        for path, parameter in self.named_parameters():
            parameter.name = path

    summary = summary_table
    predict = predict
    predict_proba = predict_proba
    score = score
    to_onnx = to_onnx
    to_torch = to_torch

    @in_our_words
    def zero_grad(self) -> None:
        """Set every parameter's `.grad` to 0.0."""
        autograd.zero_grad(self.parameters())

    def state_dict(self) -> dict[str, float]:
        """The parameters' numbers by path."""
        return {path: parameter.data for path, parameter in self.named_parameters()}

    def load_state_dict(self, state: Mapping[str, float]) -> None:
        """Set the parameters from what `state_dict` returned: all of them, or none and an error.

        Raises InputValueError if entries are missing or unknown, InputTypeError if one is not a
        number.
        """
        if not isinstance(state, Mapping):
            raise autograd.InputTypeError(
                "load_state_dict takes a mapping of paths to numbers, "
                f"but got {type(state).__name__}"
            )
        mine = dict(self.named_parameters())
        faults = [
            f"{len(paths)} {kind} ({', '.join(map(str, paths[:3]))}{', …' * (len(paths) > 3)})"
            for kind, paths in (
                ("missing", [path for path in mine if path not in state]),
                ("unknown", [path for path in state if path not in mine]),
            )
            if paths
        ]
        if faults:
            raise autograd.InputValueError(
                f"load_state_dict needs exactly this model's {len(mine)} parameters, "
                f"but of the entries {' and '.join(faults)}: the state is of another model"
            )
        given = {path: only(number) for path, number in state.items()}
        for path, number in given.items():
            if isinstance(number, bool):
                raise autograd.InputTypeError(
                    f"load_state_dict: {path} takes a real number, but got bool {number}"
                )
            real(number, f"load_state_dict: {path}")
        autograd.assign_data(mine.values(), [given[path] for path in mine])

    def config(self) -> dict[str, Any]:
        """The keyword arguments, of JSON's types, that build such a module again; for `save`."""
        raise ModelFileError(
            f"{type(self).__name__} does not say how to build it again: define config() "
            "returning its keyword arguments, or keep its state_dict() yourself"
        )

    @classmethod
    def from_config(cls: type[M], config: dict[str, Any]) -> M:
        """Build the module that `config` describes, with any parameters."""
        return cls(**config)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write structure and exact parameters to a JSON file: after a crash, the old or the new.

        Raises ModelFileError, leaving an old file untouched, if the file cannot be written, a
        parameter is not finite, or a part of the model has no `config`.
        """
        state = self.state_dict()
        bad = next((name for name, number in state.items() if not math.isfinite(number)), None)
        if bad is not None:
            raise ModelFileError(
                f"{os.fspath(path)!r} is not written: {bad} is {state[bad]}; training diverged, "
                "try again with a lower learning rate"
            )
        content = {"format": FORMAT, "version": VERSION, "model": self.describe()}
        if self.class_names:
            content["class_names"] = self.class_names
        write_json(path, {**content, "parameters": state})

    @classmethod
    def load(cls: type[M], path: str | os.PathLike[str]) -> M:
        """The model that `save` wrote, if it is one of this class: ``Module.load`` takes any.

        Raises ModelFileError if the file is truncated, of another version, or no model at all.
        """
        content = read_json(path)
        found = content.get("format"), content.get("version")
        if found != (FORMAT, VERSION):
            raise ModelFileError(
                f"{os.fspath(path)!r} is not a model file of this package: format and version are "
                f"{found}, not {(FORMAT, VERSION)}; save the model again with it"
            )
        try:
            with at_most(2 * len(content["parameters"]) + 1000):
                model = cls.rebuild(content["model"])
            model.load_state_dict(content["parameters"])
            if "class_names" in content:
                model.class_names = [str(name) for name in content["class_names"]]
        except (KeyError, TypeError, ValueError) as error:
            raise ModelFileError(f"{os.fspath(path)!r} holds no valid model: {error}") from error
        return model

    def describe(self) -> dict[str, Any]:
        """The class's name and the `config`, as they stand in a model file."""
        return {"type": type(self).__name__, "config": self.config()}

    @classmethod
    def rebuild(cls: type[M], description: dict[str, Any]) -> M:
        """Build what `describe` described, found by name among this class and its subclasses."""
        kind = description["type"]
        found = [one for one in _family(cls) if one.__name__ == kind]
        if not found:
            raise ModelFileError(f"{kind!r} is neither {cls.__name__} nor a subclass of it")
        return found[-1].from_config(description["config"])


def _family(cls: type[M]) -> Iterator[type[M]]:
    yield cls
    for subclass in cls.__subclasses__():
        yield from _family(subclass)
