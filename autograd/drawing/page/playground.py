"""Playground: a page that trains: a plane of points, the loss, the network, and the live graph.

The page computes everything from the recorded graph of one example and from the optimiser's own
rule, fed symbols and printed as JavaScript. ``nn.playground`` makes one from a model and data.
Next: :mod:`autograd.drawing.page.recorder`.
"""

from __future__ import annotations

import copy
import os
import re
from collections.abc import Sequence
from typing import Any, NamedTuple, TypeAlias

from autograd import files
from autograd.drawing.page.javascript import Script
from autograd.drawing.page.lowered import Lowered
from autograd.drawing.page.plane import Plane
from autograd.drawing.page.stepper import Side, framed, page
from autograd.drawing.sheet import sheet_of
from autograd.engine.value import Value
from autograd.errors import InputTypeError, InputValueError
from autograd.ops.expr import Expr

__all__ = ["Example", "Playground"]

BUDGET = 40_000


class Example(NamedTuple):
    """The recorded graph of one example: its loss, and the Values that numbers are put into.

    ``plane`` is of the same inputs, where there are two of them.
    """

    loss: Value
    inputs: Sequence[Value]
    targets: Sequence[Value]
    parameters: Sequence[Value]
    plane: Plane | None = None


class Playground:
    """A page that trains a model on points, and shows what happens in the graph of any of them.

    It starts from the parameters, and from what the optimiser keeps, at the time it is made.

    ``rows`` and ``truths`` are the data, a truth having a number for each target of the example;
    ``orders`` are the batches of the first steps, by the rows' numbers, and a step follows
    ``scale`` times the mean of its batch's losses.

    Raises:
        InputTypeError: The graph or the optimiser's rule has something that only Python has.
        InputValueError: The graph has no form in a page.
    """

    def __init__(
        self,
        example: Example,
        optimizer: Any,
        rows: Sequence[Sequence[float]],
        truths: Sequence[Sequence[float]],
        *,
        orders: Sequence[Sequence[int]],
        batch_size: int,
        penalty: float = 0.0,
        scale: float = 1.0,
    ) -> None:
        self._example = example
        self._rows = rows
        script = Script()
        memory = [_flat(kept) for kept in optimizer.memory]
        self._rule = _rule_of(script, optimizer, len(memory[0]))
        self._task = {
            "rows": rows,
            "truths": truths,
            "orders": orders,
            "batch": batch_size,
            "rate": optimizer.lr,
            "penalty": penalty,
            "scale": scale,
            "memory": memory,
            "optimizer": type(optimizer).__name__,
            "sides": example.plane.sides if example.plane else [[] for _ in rows],
            "kinds": _kinds(example.plane, truths),
        }
        self._html = self._page()  # now, whatever is trained later

    def __repr__(self) -> str:
        steps = f"{len(self._rows)} points, {self._task['optimizer']}"
        return f"<Playground of {len(self._example.parameters)} parameters: {steps}>"

    def to_html(self) -> str:
        """The page as text; it needs no network and no library."""
        return self._html

    def _page(self) -> str:
        sheet = sheet_of(self._example.loss, flow=True, parameters=self._example.parameters)
        named = enumerate(kind["name"] for kind in self._task["kinds"])
        adds = "".join(f'<option value="{k}">a click adds {name}</option>' for k, name in named)
        modes = _MODES.format(adds=adds) if self._example.plane else ""
        side = Side(_ABOVE, f"{modes}{_BELOW}", self._placed, self._rule)
        return page(sheet, BUDGET, title="Playground", plane=self._example.plane, side=side)

    def _placed(self, program: Lowered) -> dict[str, Any]:
        """The task, with the places of its Values in the program."""
        order = [node for node in program.nodes if node.op is None]
        leaves = {leaf: i for i, leaf in enumerate(order)}
        example = self._example
        used = [i for i, p in enumerate(example.parameters) if p in leaves]
        parameters = [leaves[example.parameters[i]] for i in used]
        names = {i: str(example.parameters[k].name or "") for i, k in zip(parameters, used)}
        return {
            **self._task,
            "memory": [self._task["memory"][i] for i in used],
            "inputs": [leaves.get(x, -1) for x in example.inputs],
            "targets": [leaves.get(t, -1) for t in example.targets],
            "parameters": parameters,
            "network": network_of(names),
        }

    def _repr_html_(self) -> str:
        """What notebooks show: the page, in a frame of its own."""
        return framed(self.to_html(), repr(self), "width:100%;height:52em;border:0")

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the page to a file that ends in .html.

        Raises:
            InputValueError: The file ends otherwise.
            OutputError: The folder does not exist, or the file cannot be written.
        """
        if files.ending(path) != ".html":
            raise InputValueError(
                f"a playground is saved as an .html file, but {os.fspath(path)!r} ends otherwise"
            )
        files.write(path, self.to_html().encode())


def network_of(names: dict[int, str]) -> dict[str, Any] | None:
    """How many neurons each layer has, and weights as (leaf, layer, from, to), read off paths.

    >>> network_of({4: "layers.0.neurons.1.weights.0", 5: "layers.0.neurons.1.bias"})
    {'sizes': [1, 2], 'edges': [(4, 0, 0, 1)]}
    """
    found = {
        leaf: match
        for leaf, name in names.items()
        if (match := re.fullmatch(r"layers\.(\d+)\.neurons\.(\d+)\.weights\.(\d+)", name))
    }
    if not found:
        return None
    edges = [
        (leaf, int(layer), int(source), int(target))
        for leaf, (layer, target, source) in ((i, m.groups()) for i, m in found.items())
    ]
    layers = sorted({layer for _, layer, _, _ in edges})
    if layers != list(range(len(layers))):
        return None
    sizes = [max(s for _, k, s, _ in edges if k == layer) + 1 for layer in layers]
    sizes.append(max(t for _, k, _, t in edges if k == layers[-1]) + 1)
    wide = [max(t for _, k, _, t in edges if k == layer) + 1 for layer in layers]
    sizes[1:] = [max(a, b) for a, b in zip(sizes[1:], wide)]
    return {"sizes": sizes, "edges": edges}


Memory: TypeAlias = "float | Value | tuple[Memory, ...]"


def _flat(memory: Memory) -> list[float]:
    """What an optimiser remembers of one parameter, as a list of numbers."""
    if isinstance(memory, tuple):
        return [number for part in memory for number in _flat(part)]
    return [float(memory)]


def _rule_of(script: Script, optimizer: Any, kept: int) -> str:
    """The update rule of an optimiser, traced with symbols, as a JavaScript function."""
    names = ["data", "grad", "rate", *(f"m{i}" for i in range(kept))]
    data, grad, rate, *memory = (Expr("var", name) for name in names)
    symbolic = copy.copy(optimizer)
    symbolic.lr = rate
    shape = optimizer.memory[0]
    given: Any = tuple(memory) if isinstance(shape, tuple) else memory[0]
    try:
        moved, new = symbolic.update(data, grad, given)
        results = [moved, *(new if isinstance(new, tuple) else (new,))]
        return script.function("UPDATE", names, results)
    except Exception as fault:
        raise InputTypeError(
            f"the rule of {type(optimizer).__name__} cannot be written in JavaScript: {fault}; "
            "write update() with arithmetic and comparisons"
        ) from fault


def _kinds(plane: Plane | None, truths: Sequence[Sequence[float]]) -> list[dict[str, Any]]:
    """The points that a click can add: their names, targets and sides; the highest first."""
    if plane is None:
        return []
    if plane.exclusive:
        count = len(plane.shades)
        return [
            {
                "name": f"a point of class {k}",
                "truth": [float(k == one) for one in range(count)],
                "side": [k],
            }
            for k in range(count)
        ]
    columns = list(zip(*truths))
    return [
        {"name": f"{name} point", "truth": [*map(extreme, columns)], "side": [side] * len(columns)}
        for name, extreme, side in (("a blue", max, 1), ("an orange", min, -1))
    ]


_ABOVE = """<div class="buttons"><button id="train" type="button">▶ Train</button>
<button id="once" type="button">Step</button><button id="undo" type="button">Back</button>
<button id="anew" type="button">Restart</button></div>
<output id="progress"></output>
<svg id="losses" viewBox="0 0 300 60" preserveAspectRatio="none" role="img"
 aria-label="loss by step"><polyline/></svg>
"""
_MODES = """<div class="fields"><select id="mode" aria-label="what a click on the plane does">
<option value="choose">a click chooses an example</option>{adds}
<option value="remove">a click removes a point</option></select></div>
"""
_BELOW = """<div class="fields"><label>rate <input id="rate" inputmode="decimal"></label>
<label>penalty <input id="penalty" inputmode="decimal"></label>
<label>batch <input id="batch" inputmode="numeric"></label></div>
<canvas id="net" width="320" height="150" role="img" aria-label="weights between neurons"></canvas>
<p id="memory"></p>
"""
