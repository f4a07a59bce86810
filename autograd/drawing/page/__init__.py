"""Pages that move: the stepper through one graph, the recorder of many; start at :mod:`.stepper`."""
