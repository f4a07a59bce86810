"""The tape regrouped into array statements, which NumPy, JAX and ONNX share; start at :mod:`.groups`."""
