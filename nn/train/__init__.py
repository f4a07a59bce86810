"""Training: mini-batches through model, loss and optimiser, with progress shown and kept.

Read :mod:`nn.train.fitting`, then how a step is made, with Values (:mod:`nn.train.eager_steps`) and
with recorded programs (:mod:`nn.train.compiled_steps`).
"""

from nn.train.fitting import fit

__all__ = ["fit"]
