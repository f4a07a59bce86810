"""The loop executor: a program run number by number; start at :mod:`.loop_executor`."""
