"""A program as a pure function of JAX; start at :mod:`.function`."""
