"""The tape as array statements, which NumPy, JAX and ONNX share; start at :mod:`.groups`."""
