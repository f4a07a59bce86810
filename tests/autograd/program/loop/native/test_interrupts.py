"""Ctrl-C while machine code is made."""

import signal
import threading

import pytest

from autograd.program.loop.native.compiler import _aside


@pytest.fixture
def ctrl_c():
    """Python's own handler, also where a shell lets what is in the background ignore the signal."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.skipif(not hasattr(signal, "pthread_kill"), reason="signals go to threads on POSIX")
def test_an_interrupt_waits_for_the_compiler(ctrl_c):
    """It is raised when the work has ended, never within it."""
    goes_on, ended = threading.Event(), []

    def work():
        signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)
        goes_on.wait(0.02)
        ended.append(True)

    with pytest.raises(KeyboardInterrupt):
        _aside(work)
    assert ended == [True]


def test_what_the_work_raises_is_raised():
    """And what it returns is returned."""
    assert _aside(lambda: 3) == 3
    with pytest.raises(ZeroDivisionError):
        _aside(lambda: 1 // 0)
