"""Keeping recordings: a portrait says when a new one would be equal, a store has those of before.

Whoever records functions again and again, as nn does models, asks here whether a program that was
made before serves. Read :mod:`autograd.keeping.portrait`, whose key :mod:`autograd.keeping.store`
takes; :mod:`autograd.keeping.variables` finds what code reads.
"""

from autograd.keeping.portrait import Portrait, portrait_of
from autograd.keeping.store import Store

__all__ = ["Portrait", "Store", "portrait_of"]
