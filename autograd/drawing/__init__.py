"""Pictures of recorded graphs: SVG, HTML, Graphviz, Mermaid and plain text.

:func:`draw` is the way in. Start reading at :mod:`autograd.drawing.picture.snapshot`, then
:mod:`autograd.drawing.drawing`.
"""

from autograd.drawing.derivation.explanation import Explanation, explain
from autograd.drawing.drawing import Drawing, draw, to_graphviz, to_mermaid
from autograd.drawing.page.plane import Plane
from autograd.drawing.page.playground import Example, Playground
from autograd.drawing.page.recorder import Recorder

__all__ = [
    "Drawing",
    "Example",
    "Explanation",
    "Plane",
    "Playground",
    "Recorder",
    "draw",
    "explain",
    "to_graphviz",
    "to_mermaid",
]
