"""Schedules: the factors over ten epochs, and what is refused."""

import dataclasses
import math

import pytest

import autograd
from nn import schedules

TENTHS = [i / 10 for i in range(10)]


@pytest.mark.parametrize(
    ("schedule", "factors"),
    [
        (schedules.ConstantSchedule(), [1.0] * 10),
        (schedules.LinearSchedule(), [1 - d for d in TENTHS]),
        (schedules.LinearSchedule(final=0.5), [1 - 0.5 * d for d in TENTHS]),
        (
            schedules.StepSchedule(every=0.3, gamma=0.5),
            [1.0] * 3 + [0.5] * 3 + [0.25] * 3 + [0.125],
        ),
        (schedules.CosineSchedule(), [(1 + math.cos(math.pi * d)) / 2 for d in TENTHS]),
        (
            schedules.CosineSchedule(final=0.2),
            [0.2 + 0.4 * (1 + math.cos(math.pi * d)) for d in TENTHS],
        ),
    ],
    ids=str,
)
def test_factors_over_ten_epochs(schedule, factors):
    assert [schedule(done) for done in TENTHS] == pytest.approx(factors, rel=1e-12)


@pytest.mark.needs("torch")
@pytest.mark.parametrize(
    ("ours", "theirs", "options"),
    [
        (schedules.StepSchedule(every=0.25, gamma=0.3), "StepLR", {"step_size": 5, "gamma": 0.3}),
        (schedules.CosineSchedule(), "CosineAnnealingLR", {"T_max": 20}),
    ],
    ids=lambda item: item if isinstance(item, str) else "",
)
def test_pytorch_s_schedulers_go_the_same_way(ours, theirs, options):
    """Over 20 epochs."""
    import torch

    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
    scheduler = getattr(torch.optim.lr_scheduler, theirs)(optimizer, **options)
    for epoch in range(20):
        assert ours(epoch / 20) == pytest.approx(optimizer.param_groups[0]["lr"], rel=1e-9)
        optimizer.step()
        scheduler.step()


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: schedules.LinearSchedule(final=-1), "final must be a number of 0 or more"),
        (lambda: schedules.CosineSchedule(final=math.nan), "final must be a number of 0 or more"),
        (lambda: schedules.StepSchedule(every=0), "every must be a number above 0"),
        (lambda: schedules.StepSchedule(gamma=0), "gamma must be a number above 0"),
    ],
)
def test_numbers_out_of_range_are_refused(make, message):
    with pytest.raises(autograd.InputValueError, match=message):
        make()


def test_a_schedule_of_one_s_own_may_hold_anything():
    """Only what a schedule declares as a number from 0 is held to that."""

    @dataclasses.dataclass(frozen=True)
    class Milestones(schedules.Schedule):
        at: tuple[float, ...] = (0.5, 0.75)
        power: float = -1.0

        def _factor(self, done):
            return 2.0 ** (self.power * sum(done >= x for x in self.at))

    assert [Milestones()(done) for done in (0.0, 0.5, 0.75)] == [1.0, 0.5, 0.25]


def test_equal_schedules_are_equal():
    """And print what they are, so that a checkpoint can tell."""
    assert schedules.CosineSchedule(0.1) == schedules.CosineSchedule(0.1)
    assert schedules.CosineSchedule(0.1) != schedules.CosineSchedule(0.2)
    assert repr(schedules.CosineSchedule(0.1)) == "CosineSchedule(final=0.1)"
