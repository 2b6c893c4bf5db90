"""The sidecar package in a real child process."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[3]
CHILD = """
import ctypes, os, sys, time
from backend.contract.events import Bye, Ready, SidecarName
from backend.sidecar.heartbeat import start_heartbeat
from backend.sidecar.lifetime import Lifetime
from backend.sidecar.lines import LineEmitter
from backend.sidecar.logs import log_to_stderr

emitter = LineEmitter.take_over_stdout()
log_to_stderr()
lifetime = Lifetime(deadline=1.0)
lifetime.watch_signals()
lifetime.watch_stdin()
print("a library prints")
os.system("echo a child prints")
ctypes.CDLL(None).puts(b"a C library prints")
emitter.emit(Ready(sidecar=SidecarName.AUDIO_PROCESSOR, pid=os.getpid(), version="0"))
start_heartbeat(emitter, lifetime, interval=0.05)
lifetime.wait()
if "stuck" in sys.argv:
    time.sleep(60)
if "greedy" in sys.argv:
    # A function of C that keeps the interpreter for itself.
    ctypes.PyDLL(None).sleep(60)
emitter.emit(Bye(reason=lifetime.reason))
"""


def start(*arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", CHILD, *arguments],
        cwd=CHECKOUT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def read_until(child: subprocess.Popen[str], kind: str) -> None:
    assert child.stdout is not None
    for line in child.stdout:
        if json.loads(line)["type"] == kind:
            return
    pytest.fail(f"no {kind} before the end: {child.stderr.read() if child.stderr else ''}")


def end(child: subprocess.Popen[str]) -> tuple[list[dict[str, object]], str]:
    out, err = child.communicate(timeout=20)
    return [json.loads(line) for line in out.splitlines()], err


def test_stdout_is_only_events_and_end_of_stdin_stops() -> None:
    child = start()
    read_until(child, "ready")
    read_until(child, "heartbeat")
    events, err = end(child)
    assert child.returncode == 0
    assert events[-1] == {"type": "bye", "reason": "stdin closed"}
    for who in ("a library prints", "a child prints", "a C library prints"):
        assert who in err


def test_shutdown_command_stops_and_bad_lines_do_not() -> None:
    child = start()
    assert child.stdin is not None
    read_until(child, "ready")
    child.stdin.write('not json\n\n{"type":"unknown"}\n{"type":"shut')
    child.stdin.flush()
    read_until(child, "heartbeat")
    child.stdin.write('down"}\n')
    child.stdin.flush()
    deadline = time.monotonic() + 20
    while child.poll() is None and time.monotonic() < deadline:
        time.sleep(0.01)
    events, err = end(child)
    assert child.returncode == 0
    assert events[-1] == {"type": "bye", "reason": "shutdown"}
    assert "bad line 2 on stdin ignored" in err


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGTERM")
def test_sigterm_stops_in_order() -> None:
    child = start()
    read_until(child, "ready")
    child.send_signal(signal.SIGTERM)
    child.wait(timeout=20)
    events, _ = end(child)
    assert child.returncode == 0
    assert events[-1] == {"type": "bye", "reason": "SIGTERM"}


def test_work_that_does_not_stop_is_ended_by_force() -> None:
    child = start("stuck")
    read_until(child, "ready")
    _, err = end(child)
    assert child.returncode == 1
    assert "ending by force" in err


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGALRM")
def test_work_that_lets_no_thread_have_a_turn_is_ended_by_the_kernel() -> None:
    child = start("greedy")
    read_until(child, "ready")
    end(child)
    assert child.returncode == -signal.SIGALRM


def test_a_reader_that_went_away_is_not_a_crash() -> None:
    child = start()
    read_until(child, "ready")
    assert child.stdout is not None
    assert child.stdin is not None
    assert child.stderr is not None
    child.stdout.close()
    assert any("nobody reads stdout" in line for line in child.stderr)
    child.stdin.close()
    assert child.wait(timeout=20) == 0
    child.stderr.close()


@pytest.mark.skipif(os.name != "posix", reason="descriptors are inherited by number only there")
def test_what_the_parent_left_open_is_closed() -> None:
    ours, inherited = os.pipe()
    with subprocess.Popen(
        [sys.executable, "-c", CHILD], cwd=CHECKOUT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, pass_fds=[inherited]
    ) as child:
        os.close(inherited)
        read_until(child, "ready")
        # End of file, while the child lives: nobody holds the other end.
        assert os.read(ours, 1) == b""
        assert child.poll() is None
        child.communicate(timeout=20)
    os.close(ours)
