"""Modes end where their block ends: interrupted at any bytecode, suspended, reused, or shared."""

import asyncio
import contextlib
import gc
import itertools
import signal
import sys
import threading

import pytest

import autograd
from autograd import InputTypeError, Value, detect_anomaly, enable_grad, no_grad
from autograd.engine.modes import ANOMALY, RECORDING, TRACING, TRANSFORMING
from autograd.engine.switches import ACTIVE
from tests.interrupts import storm

X = Value(3.0)


def recording():
    """Whether arithmetic is recorded, asked as a user would."""
    return bool((X * 2.0).parents)


def everything_off():
    return recording() and ANOMALY.get() is None and not TRACING.get() and not TRANSFORMING.get()


def in_a_block():
    with no_grad():
        assert not recording()


def in_a_block_used_before():
    block = no_grad()
    for _ in range(2):
        with block:
            assert not recording()


def in_nested_blocks():
    block = no_grad()
    with block, detect_anomaly():
        with block:
            assert not recording()
        with enable_grad():
            assert recording()
        assert not recording()


def in_an_anomaly_block_that_raises():
    with contextlib.suppress(ZeroDivisionError), detect_anomaly():
        1 / 0  # noqa: B018


@no_grad()
def in_a_call():
    assert not recording()


def in_a_generator_that_is_closed():
    def generator():
        with no_grad():
            yield

    suspended = generator()
    next(suspended)
    assert not recording()
    suspended.close()


def in_a_transform():
    assert autograd.grad(lambda x: x * x)(3.0) == 6.0


USES = [
    in_a_block,
    in_a_block_used_before,
    in_nested_blocks,
    in_an_anomaly_block_that_raises,
    in_a_call,
    in_a_generator_that_is_closed,
    in_a_transform,
]


def interrupted_at(place, use):
    """Run a use, raise before the bytecode of this number; the interrupt, or None if it is over."""
    left = itertools.count(place, -1)

    def trace(frame, event, argument):
        frame.f_trace_opcodes = True
        if event == "opcode" and next(left) == 0:
            raise KeyboardInterrupt
        return trace

    before = sys.gettrace()
    gc.disable()  # its callbacks, such as Hypothesis's, are bytecode of others
    sys._getframe().f_trace_opcodes = True  # Python 3.12 asks whether any frame has it
    sys.settrace(trace)
    try:
        use()
    except KeyboardInterrupt as interrupt:
        return interrupt
    finally:
        sys.settrace(before)
        gc.enable()
    return None


@pytest.mark.parametrize("use", USES, ids=lambda use: use.__name__)
def test_interrupt_before_any_bytecode_leaves_no_mode_on(use):
    """Also where no signal is looked at, and while the traceback with all its frames is kept."""
    use()
    for place in itertools.count():
        interrupt = interrupted_at(place, use)
        if interrupt is None:
            break
        # A generator that the traceback keeps is suspended in its block, and rightly on.
        assert everything_off() or use is in_a_generator_that_is_closed, f"bytecode {place}"
        del interrupt
        assert everything_off(), f"bytecode {place}"
        assert not ACTIVE, f"bytecode {place}"
    assert place > 20


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="needs Unix timers")
def test_a_storm_of_interrupts_leaves_no_mode_on():
    """Ctrl-C at thousands of random moments: recording is on again after each."""
    with storm(2e-4) as raging:
        for i in raging.rounds(21_000, hits=51):
            raging.hit(USES[i % len(USES)])
            assert everything_off()
    assert raging.hits > 50
    assert not ACTIVE


def suspended():
    """A generator that waits inside no_grad."""

    def generator():
        with no_grad():
            yield 1

    waiting = generator()
    next(waiting)
    return waiting


def close_here(waiting):
    waiting.close()


def close_in_a_thread(waiting):
    thread = threading.Thread(target=waiting.close)
    thread.start()
    thread.join()


def close_in_a_task(waiting):
    async def close():
        waiting.close()

    asyncio.run(close())


@pytest.mark.parametrize("close", [close_here, close_in_a_thread, close_in_a_task])
def test_a_generator_closed_anywhere_ends_its_block(close):
    """The mode of a suspended generator ends when it is closed, in whatever thread or task."""
    waiting = suspended()
    assert not recording()
    close(waiting)
    assert everything_off()
    assert not ACTIVE


def test_a_generator_that_is_dropped_ends_its_block():
    """A generator that nobody holds any more leaves no mode on."""
    waiting = suspended()
    assert not recording()
    del waiting
    assert recording()


def test_blocks_may_end_in_any_order():
    """A block that a generator began ends by itself, inside or outside of others."""
    waiting = suspended()
    with enable_grad():
        assert recording()
        waiting.close()
        assert recording()
    assert recording()
    with no_grad():
        waiting = suspended()
    assert not recording()
    waiting.close()
    assert recording()


def test_a_task_begun_inside_is_ended_with_the_block():
    """A task has the mode of the block that it was begun in, and no longer than the block."""
    seen = []

    async def ask():
        seen.append(recording())

    async def main():
        with no_grad():
            await asyncio.create_task(ask())
            late = asyncio.create_task(ask())
        await late
        seen.append(recording())

    asyncio.run(main())
    assert seen == [False, True, True]


def test_one_object_serves_many_threads_at_once():
    """Each thread that is inside has the mode, whoever else leaves."""
    shared = no_grad()
    inside, leave = threading.Barrier(3), threading.Event()
    seen = []

    def work(waits):
        with shared:
            inside.wait()
            if waits:
                leave.wait()
            seen.append(recording())
        seen.append(recording())

    threads = [threading.Thread(target=work, args=(waits,)) for waits in (False, True)]
    for thread in threads:
        thread.start()
    inside.wait()
    seen.append(recording())
    threads[0].join()
    leave.set()
    threads[1].join()
    assert sorted(seen) == [False, False, True, True, True]


def test_blocks_are_entered_by_hand_and_on_a_stack():
    """`__enter__` and `__exit__` may be called, and an ExitStack may hold blocks."""
    block = no_grad()
    for _ in range(2):
        block.__enter__()
        block.__enter__()
        block.__exit__(None, None, None)
        assert not recording()
        block.__exit__(None, None, None)
        assert recording()
        block.__exit__(None, None, None)  # one too many: there is nothing to end
    with contextlib.ExitStack() as stack:
        stack.enter_context(block)
        assert not recording()
    assert recording()


def test_functions_whose_lines_run_later_are_refused():
    """Before a generator or coroutine function, the mode would hold for none of its lines."""

    def generator():
        yield 1

    async def coroutine():
        return 1

    for function in (generator, coroutine):
        with pytest.raises(InputTypeError, match="use a with statement inside"):
            no_grad()(function)


def test_nothing_is_kept_after_a_block():
    """The lines that detect_anomaly remembers, and the nodes they belong to, go with the block."""
    x = Value(2.0)
    before = sys.getrefcount(x)
    block = detect_anomaly()
    with block:
        y = x * 3.0
        assert len(ANOMALY.get()) == 1
    with block:
        assert len(ANOMALY.get()) == 0
    del y
    assert sys.getrefcount(x) == before


def test_a_switch_is_no_garbage():
    """Blocks come and go without leaving anything to the collector."""
    gc.collect()
    for use in USES:
        use()
    assert gc.collect() == 0
    assert RECORDING.get()


def fails(x):
    raise ZeroDivisionError


KEEPERS = {
    "compiled": lambda: autograd.compiled(fails)(1.0),
    "batched": lambda: autograd.compiled(fails).batched("x")([1.0]),
    "in a transform": lambda: autograd.grad(autograd.compiled(fails))(1.0),
    "scan": lambda: autograd.compiled(lambda x: autograd.scan(lambda c, y: fails(c), x, [x]))(1.0),
    "grad": lambda: autograd.grad(fails)(1.0),
    "jacobian": lambda: autograd.jacobian(fails)(1.0),
    "hessian": lambda: autograd.hessian(fails)(1.0),
    "jvp": lambda: autograd.jvp(fails, 1.0, 1.0),
    "hvp": lambda: autograd.hvp(fails, 1.0, 1.0),
    "gradcheck": lambda: autograd.gradcheck(fails, 1.0),
    "no_grad": lambda: no_grad()(fails)(1.0),
}


@pytest.mark.parametrize("call", KEEPERS.values(), ids=KEEPERS)
def test_an_error_that_is_kept_leaves_no_mode_on(call):
    """Its traceback holds the frames that it came through, and what they have names for."""
    with pytest.raises(ZeroDivisionError) as caught:
        call()
    assert ACTIVE == {}
    assert caught.value.__traceback__ is not None


def test_a_block_that_changes_nothing_leaves_arithmetic_on_its_quick_path():
    """Recording is on anyway: no mode is on inside; what begins inside is, and ends, as ever."""
    assert not ACTIVE
    with enable_grad():
        assert not ACTIVE
        with no_grad():
            assert not RECORDING.get()
            with enable_grad():
                assert RECORDING.get()
            assert not RECORDING.get()
        assert RECORDING.get()
        assert not ACTIVE
