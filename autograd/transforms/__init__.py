"""Derivatives of ordinary functions; start at :mod:`.derivatives`."""
