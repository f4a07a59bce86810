"""The loop in machine code, through llvmlite; start at :mod:`.rows`."""
