"""The learning rate: schedules are called with what they ask for, and callbacks are heard."""

import math

import pytest

import autograd
import nn
from nn import schedules
from nn.train.history import History
from nn.train.rate import Rate

X, Y = [[0.1 * i] for i in range(20)], [0.3 * i for i in range(20)]


def rates(schedule=schedules.ConstantSchedule(), *, epochs=4, callbacks=(), **options):  # noqa: B008
    model = nn.Neuron(1, rng=0)
    optimizer = nn.SGD(model.parameters(), lr=0.08)
    history = nn.fit(
        model, X, Y, loss=nn.mse_loss, optimizer=optimizer, epochs=epochs, batch_size=5,
        schedule=schedule, callbacks=callbacks, progress=False, rng=0, **options,
    )  # fmt: skip
    return history, optimizer


@pytest.mark.parametrize("backend", ["array", "eager"])
def test_a_rate_that_a_callback_sets_stays(backend):
    """As any other option of the optimiser that it changes."""
    seen = []

    class Watched(nn.SGD):
        def update(self, data, grad, memory):
            seen.append(self.lr)
            return super().update(data, grad, memory)

    model = nn.Neuron(1, rng=0)
    optimizer = Watched(model.parameters(), lr=0.08)

    def halve(history, model):
        optimizer.lr = 0.02 if len(history.loss) == 2 else optimizer.lr

    options = {"epochs": 4, "callbacks": [halve], "progress": False, "backend": backend}
    history = nn.fit(model, X, Y, loss=nn.mse_loss, optimizer=optimizer, **options)
    assert history.lr == [0.08, 0.08, 0.02, 0.02]
    assert sorted(set(seen)) == [0.02, 0.08]
    assert optimizer.lr == 0.02


def test_the_schedule_goes_on_from_the_rate_that_was_set():
    """In proportion, so that `optimizer.lr *= 0.5` halves whatever the schedule says."""
    optimizer = nn.SGD(nn.Neuron(1, rng=0).parameters(), lr=1.0)
    rate = Rate(optimizer, schedules.LinearSchedule(), epochs=4, steps=1)
    seen = []
    for epoch in range(4):
        rate.update(epoch, History())
        seen.append(optimizer.lr)
        if epoch == 1:
            optimizer.lr *= 0.5
    rate.restore()
    assert seen == [1.0, 0.75, 0.25, 0.125]
    assert optimizer.lr == 0.5


@pytest.mark.parametrize(
    ("schedule", "expected"),
    [
        (lambda done: 1 - done, [1.0, 0.75, 0.5, 0.25]),
        (lambda epoch: 0.5**epoch, [1.0, 0.5, 0.25, 0.125]),
        (lambda epoch, gamma=0.1: gamma**epoch, [1.0, 0.1, 0.01, 0.001]),
        (lambda history: 1 / (1 + len(history.loss)), [1.0, 1 / 2, 1 / 3, 1 / 4]),
        (lambda step: 1 / (1 + step), [1 / 4, 1 / 8, 1 / 12, 1 / 16]),  # of the epoch's last step
        (lambda done, step: 1 - done, [1 - i / 16 for i in (3, 7, 11, 15)]),
        (lambda done, step: schedules.LinearSchedule()(done), [1 - i / 16 for i in (3, 7, 11, 15)]),
    ],
)
def test_a_schedule_is_called_with_what_it_asks_for(schedule, expected):
    assert rates(schedule)[0].lr == pytest.approx([0.08 * factor for factor in expected])


@pytest.mark.parametrize(
    "schedule", [lambda x: 0.5**x, lambda t, epoch: 1.0, lambda *a: 1.0, lambda **k: 1.0, max]
)
def test_what_could_mean_anything_is_refused(schedule):
    """A function written for epochs would else be called with fractions."""
    with pytest.raises(autograd.InputValueError, match=r"lambda epoch: 0\.5\*\*epoch for the numb"):
        rates(schedule)


def test_a_plateau_lowers_the_rate():
    """The rule sees the loss of the validation data, if there are any."""
    schedule = schedules.PlateauSchedule(gamma=0.5, patience=1)
    far = ([[0.0]], [100.0])  # the further the slope goes, the less does this one change
    history, _ = rates(schedule, epochs=8, validation=far)
    expected = [0.08 * schedule(History(val_loss=history.val_loss[:n])) for n in range(8)]
    assert history.lr == pytest.approx(expected)


@pytest.mark.needs("torch")
def test_plateaus_are_those_of_pytorch():
    """For losses that fall, rise, and stand still, over sixty epochs."""
    import torch

    losses = [math.exp(-0.1 * i) + 0.3 * math.sin(i) ** 2 * (i % 7 > 3) for i in range(30)]
    losses += [0.5] * 30
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
    theirs = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, factor=0.5, patience=3)
    ours = schedules.PlateauSchedule(gamma=0.5, patience=3)
    for n, loss in enumerate(losses, 1):
        theirs.step(loss)
        assert ours(History(loss=losses[:n])) == pytest.approx(optimizer.param_groups[0]["lr"])
