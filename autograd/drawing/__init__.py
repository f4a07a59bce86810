"""Pictures of recorded graphs: SVG, HTML, Graphviz, Mermaid and plain text.

:func:`draw` is the way in. Start reading at :mod:`autograd.drawing.model`, then
:mod:`autograd.drawing.drawing`.
"""

from autograd.drawing.drawing import Drawing, draw, to_graphviz, to_mermaid
from autograd.drawing.explanation import Explanation, explain

__all__ = ["Drawing", "Explanation", "draw", "explain", "to_graphviz", "to_mermaid"]
