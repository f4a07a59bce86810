"""Pages that move: a stepper through one graph or many; start at :mod:`.stepper`."""
