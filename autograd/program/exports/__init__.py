"""Ways out of a program: JAX and ONNX."""
