"""A picture in each form it can be shown in: SVG, DOT, Mermaid, text; start at :mod:`.svg`."""
