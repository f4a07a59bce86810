"""Graphs that refer to themselves, no class derived from Value; run, it counts what is left."""

import gc
import sys

import autograd
from autograd import Value, custom_op
from autograd.engine.accelerator import ENGINE
from autograd.ops.op import OPS


def through_gradients():
    x = Value(0.3)
    (x * 2.0).sinc().backward(create_graph=True)


def through_gradients_of_several():
    x, w = Value(0.3), Value(2.0)
    autograd.backward([(x * w).sinc(), autograd.sum([x, w, x.sinc()])], create_graph=True)
    x.grad = None


def through_an_assigned_gradient():
    x = Value(0.3)
    x.grad = (x * 1.5).sinc() + 1.0


def through_a_later_gradient():
    x, y = Value(0.3), Value(0.4)
    x.grad = y.sinc()
    y.grad = autograd.maximum(x.grad, x)


def through_a_primitive():
    kept = []
    identity = custom_op("identity_of_a_test", lambda a: a, lambda xp, out, a: (len(kept) and 1.0,))
    kept.append(identity(Value(0.3)).sinc())


def through_a_name():
    name = type("Name", (str,), {})("x")
    x = Value(0.3, name=name)
    name.x = x.sinc()
    x.name = name


CYCLES = {
    "gradients": through_gradients,
    "several": through_gradients_of_several,
    "assigned": through_an_assigned_gradient,
    "later": through_a_later_gradient,
    "primitive": through_a_primitive,
    "name": through_a_name,
}


def nodes_of_sinc():
    """How many nodes there are: each refers to its primitive."""
    return sys.getrefcount(OPS["sinc"])


def left_of(cycle):
    """How many nodes of three such graphs the collector has not found."""
    cycle()  # what is cached stays
    gc.collect()
    before = nodes_of_sinc()
    for _ in range(3):
        cycle()
    gc.collect()
    return nodes_of_sinc() - before


def left_unbidden(cycle, times=3_000):
    """How many nodes of so many such graphs the collector has not found when nobody calls it."""
    before = nodes_of_sinc()
    for _ in range(times):
        cycle()
    return nodes_of_sinc() - before


def runs_of_collector(work):
    """How often the collector runs while something is done."""
    runs = []
    gc.collect()
    gc.callbacks.append(lambda phase, info: runs.append(phase))
    work()
    gc.callbacks.pop()
    return runs.count("start")


def many():
    leaves = list(map(Value, [0.5] * 20_000))
    return [x * x + x.tanh() for x in leaves]


def main():
    """Print what is left of each, and whether the collector looks at a Value."""
    print({name: left_of(cycle) for name, cycle in CYCLES.items()})
    print(max(left_unbidden(CYCLES[x]) for x in ("gradients", "assigned", "later")) < 2_000)
    print((runs_of_collector(many) < 2) == (ENGINE == "compiled"))
    print(gc.is_tracked(Value(1.0)) == (ENGINE != "compiled"))
    derived = type("Derived", (Value,), {})
    print(gc.is_tracked(Value(1.0)), gc.is_tracked(derived(1.0)))


if __name__ == "__main__":
    main()
