"""The array executor: a program as straight-line NumPy; start at :mod:`.numpy_executor`."""
