"""Objects that misbehave when they are looked into, as some of other libraries' do."""

import functools
import types
import unittest.mock


def raising(*_args, **_options):
    raise RuntimeError("looked into")


def with_members(name, bases=(object,), **members):
    """An object of a class that has these."""
    return type(name, bases, members)()


class Lists(list):
    """As FrozenList of pandas: NumPy and Python ask the right side of + first."""

    def __radd__(self, other):
        return Lists([*other, *self])


class Descriptor(type):
    """As the types of functions that Cython compiles."""

    @property
    def __module__(cls):
        return raising


class Raising(type):
    @property
    def __module__(cls):
        raise RuntimeError("looked into")


HOSTILE = {
    "__class__": with_members("A", __class__=property(raising)),
    "__getattr__": with_members("B", __getattr__=raising),
    "__getattribute__": with_members("C", __getattribute__=raising),
    "__dict__": with_members("D", __dict__=property(raising)),
    "no __dict__": with_members("E", __dict__=None),
    "__module__ None": with_members("F", __module__=None),
    "__module__ a number": type("G", (), {"__module__": 3}),
    "__module__ a function": Descriptor("H", (), {}),
    "__module__ raises": Raising("I", (), {}),
    "__eq__, no hash": with_members("J", __eq__=raising, __bool__=raising, __len__=raising),
    "a list's items": with_members("K", (list,), __getitem__=raising, __iter__=raising),
    "a dict's values": with_members("L", (dict,), values=raising, __iter__=raising),
    "a tuple's parts": with_members("M", (tuple,), __getitem__=lambda self, i: 3),
    "a list's +": with_members("N", pair=Lists([Lists([1.0]), {"a": {}}])),
    "a partial's args": type("O", (functools.partial,), {"args": property(raising)})(print),
    "slots": with_members("P", __slots__=("a",)),
    "an array's bytes": with_members("Q", dtype="float64", shape=(1,), tobytes=raising),
    "a generator's": with_members("R", __module__="numpy.random", get_state=property(raising)),
    "mock": unittest.mock.MagicMock(),
    "a function of no module": types.FunctionType((lambda: 0).__code__, {"__package__": 3}),
}
