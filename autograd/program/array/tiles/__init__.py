"""Array statements in machine code, a tile of rows at a time; start at :mod:`.plan`."""
