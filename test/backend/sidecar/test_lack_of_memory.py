"""Errors as libraries raise them when an address space is full, in a process that has little."""

import subprocess
import sys
from pathlib import Path

import pytest

from backend.sidecar.lack_of_memory import lacked_memory

CHECKOUT = Path(__file__).resolve().parents[3]
LIMITED = """
import resource, sys
{preparation}
from pathlib import Path
from backend.sidecar.lack_of_memory import lacked_memory
size = int(next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmSize")).split()[1]) * 1024
resource.setrlimit(resource.RLIMIT_AS, (size + {extra}, -1))
try:
    {work}
except BaseException as error:
    sys.exit(0 if lacked_memory(error) else f"{{type(error).__name__}}: {{error}}")
sys.exit("there was enough")
"""


@pytest.mark.skipif(sys.platform != "linux", reason="limits of another system")
@pytest.mark.parametrize(
    ("preparation", "work", "extra"),
    [
        ("", "bytearray(1 << 30)", 64 << 20),
        ("import numpy", "numpy.ones(1 << 28)", 64 << 20),
        ("import mmap", "mmap.mmap(-1, 1 << 30)", 64 << 20),
        ("import threading", "threading.Thread(target=print).start()", 1 << 20),
        ("", "import torch", 64 << 20),
    ],
    ids=["Python", "numpy", "mmap", "thread", "loader"],
)
def test_real_errors_are_recognised(preparation: str, work: str, extra: int) -> None:
    script = LIMITED.format(preparation=preparation, work=work, extra=extra)
    ended = subprocess.run([sys.executable, "-c", script], cwd=CHECKOUT, capture_output=True, text=True, timeout=120)
    assert ended.returncode == 0, ended.stderr


def test_a_cause_counts_and_other_errors_do_not() -> None:
    outer = RuntimeError("the engine does not start")
    outer.__cause__ = MemoryError()
    assert lacked_memory(outer)
    # As TensorFlow said it in a sidecar whose memory `npm run torture` had limited.
    assert lacked_memory(
        RuntimeError("Operation received an exception:Status: 1, message: could not create a primitive, in file mkl_conv_ops.cc:1112")
    )
    for other in (RuntimeError("the file is damaged"), FileNotFoundError(2, "No such file"), KeyError("memory")):
        assert not lacked_memory(other)
