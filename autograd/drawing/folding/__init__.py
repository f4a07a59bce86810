"""Large graphs as small pictures: boxes that stand for many nodes; start at :mod:`.fold`."""
