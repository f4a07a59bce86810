"""What users call: elementary functions, functions of sequences, primitives of their own."""
