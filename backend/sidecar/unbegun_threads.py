"""Threads that had no memory to begin."""

import os
import sys

_IN_THREAD = "Exception ignored in thread started by"


def end_with_unbegun_threads() -> None:
    """End the process with code 1 when a thread fails before it has begun.

    CPython's `Thread.start` waits for it for ever, and the heart would go on beating beside a worker that stands still.
    """
    usual = sys.unraisablehook

    def hook(unraisable: "sys.UnraisableHookArgs") -> None:
        try:
            usual(unraisable)
        finally:
            if unraisable.err_msg == _IN_THREAD:
                os._exit(1)

    sys.unraisablehook = hook
