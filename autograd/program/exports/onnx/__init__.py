"""A program as an ONNX model; start at :mod:`.write`."""
