"""What is no number, or beyond all floats, is refused by name wherever nn reads a number."""

import datetime
from decimal import Decimal
from fractions import Fraction
from functools import partial

import numpy as np
import pytest

import autograd
import nn
from autograd import Value

ALLOWED = {"pos_weight": ["nothing"], "l2": ["nothing"]}
"""What is no odd thing there."""
ODD = {
    "int beyond floats": 10**400,
    "int beyond text": -(10**5000),
    "Fraction beyond floats": Fraction(10**400, 3),
    "Decimal beyond floats": Decimal("1e999"),
    "signalling nan": Decimal("snan"),
    "word": "abc",
    "bytes": b"0.5",
    "complex": 1j,
    "complex of NumPy": np.complex128(1.0),
    "nothing": None,
    "masked": np.ma.masked,
    "date": datetime.date(2020, 1, 1),
    "date of NumPy": np.datetime64("2020-01-01"),
    "duration": np.timedelta64(3, "s"),
    "dict": {},
    "object": object(),
}
RIGHT = {
    "Fraction": Fraction(1, 2),
    "Decimal": Decimal("0.5"),
    "float32": np.float32(0.5),
    "array without axes": np.array(0.5),
}


def model():
    return nn.MLP(2, [2, 1], rng=0)


def fit(x=0.0, y=1.0, **options):
    learner = model()
    given = {"loss": nn.mse_loss, "optimizer": nn.SGD(learner.parameters(), lr=0.1)}
    given |= {"epochs": 1, "progress": False, "rng": 0, **options}
    nn.fit(learner, [[0.0, 1.0], [1.0, x]], [0.0, y], **given)
    return learner.state_dict()


def step(kind, **options):
    learner = model()
    optimizer = kind(learner.parameters(), **options)
    nn.mse_loss(learner([1.0, 2.0]), [1.0]).backward()
    optimizer.step()
    return learner.state_dict()


def step_at(rate):
    learner = model()
    optimizer = nn.SGD(learner.parameters(), lr=0.1)
    optimizer.lr = rate
    nn.mse_loss(learner([1.0, 2.0]), [1.0]).backward()
    optimizer.step()
    return learner.state_dict()


def clipped(clip, limit):
    learner = model()
    nn.mse_loss(learner([1.0, 2.0]), [1.0]).backward()
    clip(learner.parameters(), limit)
    return [p.grad for p in learner.parameters()]


def loaded(number):
    learner = model()
    state = learner.state_dict()
    learner.load_state_dict({**state, next(iter(state)): number})
    return learner.state_dict()


LOSSES = (
    nn.mse_loss, nn.l1_loss, nn.binary_cross_entropy, nn.binary_cross_entropy_with_logits,
)  # fmt: skip
PLACES = {
    **{f"{f.__name__}, target": partial(lambda f, v: f([0.25], [v]), f) for f in LOSSES},
    **{f"{f.__name__}, of a Value": partial(lambda f, v: f([Value(0.25)], [v]), f) for f in LOSSES},
    **{f"{f.__name__}, prediction": partial(lambda f, v: f([v], [1]), f) for f in LOSSES},
    "hinge_loss, prediction": lambda v: nn.hinge_loss([v], [1]),
    "cross_entropy, probability": lambda v: nn.cross_entropy([0.5, 0.25], [v, 0.5]),
    "cross_entropy, logit": lambda v: nn.cross_entropy([0.5, v], 1),
    "cross_entropy, weight": lambda v: nn.cross_entropy([0.5, 0.25], 1, weight=[1.0, v]),
    "cross_entropy, batch": lambda v: nn.cross_entropy([[0.5, 0.2]] * 2, [0, 1], weight=[1.0, v]),
    "cross_entropy, smoothing": lambda v: nn.cross_entropy([0.5, 0.25], 1, label_smoothing=v),
    "nll_loss, log-probability": lambda v: nn.nll_loss([-0.5, v], 1),
    "nll_loss, weight": lambda v: nn.nll_loss([-0.5, -0.25], 1, weight=[1.0, v]),
    "pos_weight": lambda v: nn.binary_cross_entropy_with_logits([0.5], [1.0], pos_weight=[v]),
    **{
        f"fit {backend}, {place}": partial(call, backend)
        for backend in ("eager", "auto")
        for place, call in {
            "row": lambda b, v: fit(x=v, backend=b),
            "target": lambda b, v: fit(y=v, backend=b),
            "sample_weight": lambda b, v: fit(sample_weight=[1.0, v], backend=b),
            "schedule": lambda b, v: fit(schedule=lambda epoch: v, backend=b),
            "validation's row": lambda b, v: fit(validation=([[v, 1.0]], [1.0]), backend=b),
            "validation's target": lambda b, v: fit(validation=([[0.0, 1.0]], [v]), backend=b),
            "augment": lambda b, v: fit(augment=lambda X, rng: [[v, v] for _ in X], backend=b),
        }.items()
    },
    "class_weight": lambda v: fit(
        class_weight={0: 1.0, 1: v}, loss=nn.binary_cross_entropy_with_logits
    ),
    "l2": lambda v: fit(l2=v),
    "lr": lambda v: step(nn.SGD, lr=v),
    "lr, set later": step_at,
    "momentum": lambda v: step(nn.SGD, lr=0.1, momentum=v),
    "betas": lambda v: step(nn.Adam, betas=(0.9, v)),
    "StepSchedule": lambda v: fit(schedule=nn.schedules.StepSchedule(gamma=v)),
    "CosineSchedule": lambda v: fit(schedule=nn.schedules.CosineSchedule(final=v)),
    "clip_grad_norm": partial(clipped, nn.clip_grad_norm),
    "predict": lambda v: nn.predict(model(), [[1.0, v]], loss=nn.mse_loss),
    "score": lambda v: nn.score(model(), [[1.0, 2.0], [2.0, 0.0]], [v, 1.0], loss=nn.mse_loss),
    "nudges": lambda v: nn.nudges(model(), [[1.0, 2.0]], [v], loss=nn.mse_loss),
    "r2_score": lambda v: nn.metrics.r2_score([v, 1.0], [1.0, 2.0]),
    "load_state_dict": loaded,
    "noise": lambda v: nn.data.moons(4, noise=v, rng=0),
    "test_size": lambda v: nn.data.train_test_split([[1.0]] * 4, [1, 2, 3, 4], test_size=v, rng=0),
}  # fmt: skip


@pytest.mark.filterwarnings("ignore:Warning. converting a masked element to nan")
@pytest.mark.parametrize("place", PLACES)
def test_what_is_no_number_is_refused(place):
    """By an error of ours, which says what it is of."""
    let_pass = []
    for kind, thing in ODD.items():
        try:
            PLACES[place](thing)
        except autograd.AutogradError:
            continue
        let_pass.append(kind)
    assert let_pass == ALLOWED.get(place, [])


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("kind", RIGHT)
def test_a_number_of_any_kind_counts_as_its_float(place, kind):
    """To the bit what the float gives."""
    assert repr(PLACES[place](RIGHT[kind])) == repr(PLACES[place](0.5))
