"""A process whose thread cannot begin, as a sidecar without memory has it now and then."""

import subprocess
import sys
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[3]
CHILD = """
import threading
from backend.sidecar.unbegun_threads import end_with_unbegun_threads

end_with_unbegun_threads()
failing = threading.Thread(target=lambda: 1 / 0)
failing.start()
failing.join()

class Unbegun(threading.Thread):
    # Where CPython makes what the thread needs, before it tells whoever started it.
    def _bootstrap_inner(self):
        raise MemoryError

print("begun", flush=True)
Unbegun(daemon=True).start()
print("not reached", flush=True)
"""


def test_a_thread_that_cannot_begin_ends_its_process_and_one_that_fails_does_not() -> None:
    ended = subprocess.run([sys.executable, "-c", CHILD], cwd=CHECKOUT, capture_output=True, text=True, timeout=120)
    assert (ended.returncode, ended.stdout) == (1, "begun\n")
    assert "ZeroDivisionError" in ended.stderr
    assert "MemoryError" in ended.stderr.splitlines()[-1]
