"""Real numbers, and what messages show of other things."""

import pytest

from autograd.reals import shown


class Silent:
    def __repr__(self):
        raise RuntimeError("no text")


NEST: list = []
NEST.append([NEST])


@pytest.mark.parametrize(
    ("thing", "text"),
    [
        (10**5000, "int without a text"),
        (Silent(), "Silent without a text"),
        ("a" * 90, "'aaaa..."),
        (NEST, "[[[...]]]"),
    ],
    ids=["digits", "repr", "long", "cycle"],
)
def test_a_message_shows_something_of_anything(thing, text):
    """What has no text of its own does not hide the error that wants to name it."""
    assert shown(thing, 8 if isinstance(thing, str) else 40) == text
