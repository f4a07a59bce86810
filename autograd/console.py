"""What the command lines share: to die of no closed pipe and no poor encoding.

Next: :mod:`autograd.__main__`.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable

__all__ = ["run"]

CLOSED_PIPE = 141  # the exit status that shells give to a program ended by SIGPIPE


def run(main: Callable[[], int]) -> int:
    """Run a command line; returns its exit status.

    A character that the terminal's encoding does not have is shown as a question mark. If what
    reads the output has gone (``| head -1``), the rest is dropped without a word.

    >>> run(lambda: 0)
    0
    """
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    try:
        try:
            return main()
        finally:
            if sys.stdout is not None:
                sys.stdout.flush()
    except BrokenPipeError:
        # What is still in the buffer is written once more when Python ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return CLOSED_PIPE
