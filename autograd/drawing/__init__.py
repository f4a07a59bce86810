"""Pictures of recorded graphs: SVG, HTML, Graphviz, Mermaid and plain text.

Start reading at :mod:`autograd.drawing.model`.
"""
