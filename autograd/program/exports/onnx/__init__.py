"""A program as an ONNX model; start at :mod:`.write`."""

from autograd.program.exports.onnx.extra import onnx_or_error

onnx_or_error()
