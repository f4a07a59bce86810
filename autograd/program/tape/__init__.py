"""Flat scalar instructions, and passes from tape to tape; start at :mod:`.instructions`."""
