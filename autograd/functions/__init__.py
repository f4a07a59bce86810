"""What users call: elementary functions, functions of sequences, primitives of their own."""

from autograd.functions.elementary import *  # noqa: F403 (all public; pickled models name them here)
