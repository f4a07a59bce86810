"""What training saw, epoch by epoch. Next: :func:`nn.train.fitting.fit`, which returns it."""

from __future__ import annotations

from dataclasses import dataclass, field

__all__ = ["History"]


@dataclass
class History:
    """What `fit` saw, one entry an epoch: mean loss, accuracy while learning, seconds.

    `val_loss` and `val_accuracy` are of the validation data after the epoch, nan of epochs before a
    break that had none. A list stays empty where there is nothing to put in it. `best_epoch` counts
    from 1; `interrupted` tells of a Ctrl-C, `stopped` of an end before the last epoch by patience
    or a callback.

    >>> History(loss=[0.7, 0.2]).loss[-1]
    0.2
    """

    loss: list[float] = field(default_factory=list)
    accuracy: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    interrupted: bool = False
    val_loss: list[float] = field(default_factory=list)
    val_accuracy: list[float] = field(default_factory=list)
    lr: list[float] = field(default_factory=list)
    best_epoch: int | None = None
    stopped: bool = False
