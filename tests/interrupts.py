"""Storms of interrupts: Ctrl-C at random moments, as signals of a timer."""

import contextlib
import gc
import itertools
import signal


class Storm:
    """Signals that interrupt where :meth:`hit` lets them, once in each call."""

    def __init__(self):
        self.armed, self.hits = False, 0

    def __call__(self, *_):
        if self.armed:
            self.armed = False
            raise KeyboardInterrupt

    def hit(self, action):
        """Run an action, interrupted or not."""
        try:
            self.armed = True
            action()
            self.armed = False
        except KeyboardInterrupt:
            self.hits += 1

    def rounds(self, least, hits):
        """Count: at least so many rounds, and on until so many were hit, if ever they are."""
        return itertools.takewhile(lambda i: i < least or self.hits < hits, range(100 * least))


@contextlib.contextmanager
def storm(seconds):
    """A signal every so many seconds; how many come in a round, a busy machine decides."""
    raging = Storm()
    previous = signal.signal(signal.SIGALRM, raging)
    gc.disable()  # what interrupts its callbacks, such as Hypothesis's, is lost
    signal.setitimer(signal.ITIMER_REAL, seconds, seconds)
    try:
        yield raging
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0.0)
        signal.signal(signal.SIGALRM, previous)
        gc.enable()
