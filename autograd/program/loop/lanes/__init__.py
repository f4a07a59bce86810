"""Batches in machine code: eight rows of a batch per instruction, forward and reverse."""
