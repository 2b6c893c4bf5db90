"""Processes that are killed at moments spread over the work that they do."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[3]


def begin(code: str, *arguments: object) -> "subprocess.Popen[bytes]":
    """A process that has said “begun”, or has ended."""
    process = subprocess.Popen([sys.executable, "-c", code, *map(str, arguments)], cwd=CHECKOUT, stdout=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.readline()
    return process


def duration(code: str, *arguments: object) -> float:
    """Seconds from “begun” to the end of an undisturbed run."""
    process = begin(code, *arguments)
    started = time.perf_counter()
    process.communicate()
    assert process.returncode == 0
    return time.perf_counter() - started


def kill_at(share: float, seconds: float, process: "subprocess.Popen[bytes]") -> bool:
    """Kill it after this share of `seconds`; whether it was still at work."""
    try:
        process.wait(share * seconds)
    except subprocess.TimeoutExpired:
        process.kill()
    process.communicate()
    assert process.returncode in (0, -9)
    return process.returncode == -9


def kill_when(is_so: Callable[[], bool], process: "subprocess.Popen[bytes]") -> None:
    """Kill it as soon as this is seen from outside, or has come to its end."""
    while not is_so() and process.poll() is None:
        pass
    process.kill()
    process.communicate()


def shares(count: int) -> Iterator[float]:
    """From 0 to nearly 1."""
    return (number / count for number in range(count))
