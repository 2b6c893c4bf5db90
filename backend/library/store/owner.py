"""Who holds a lease: host, process id and start time of the process, so that a dead owner is told from a reused process id."""

import os
import socket
import sys
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Self

import psutil

# Written with two decimals.
START_TOLERANCE = 0.02


@dataclass(frozen=True, slots=True)
class Owner:
    """`started_at`: seconds of a clock that nobody sets, comparable on one machine only."""

    host: str
    pid: int
    started_at: float

    @classmethod
    def of_process(cls, pid: int | None = None) -> Self:
        """The owner that a running process is; this one without `pid`. Raises psutil.NoSuchProcess."""
        process = psutil.Process(os.getpid() if pid is None else pid)
        return cls(_host(), process.pid, round(_started_at(process), 2))

    @classmethod
    def parse(cls, text: str) -> Self:
        """Inverse of `str`, and of a lease that begins with an owner. Raises ValueError."""
        host, pid, started_at, *_ = text.split("/")
        return cls(host, int(pid), float(started_at))

    def __str__(self) -> str:
        return f"{self.host}/{self.pid}/{self.started_at:.2f}"

    def is_dead(self) -> bool:
        """True only when it is certain: the process ran on this host and does no longer."""
        if self.host != _host():
            return False
        try:
            process = psutil.Process(self.pid)
            return abs(_started_at(process) - self.started_at) > START_TOLERANCE or process.status() == psutil.STATUS_ZOMBIE
        except psutil.NoSuchProcess:
            return True
        except psutil.AccessDenied:
            return False


def _started_at(process: psutil.Process) -> float:
    """Raises psutil.NoSuchProcess, psutil.AccessDenied."""
    if sys.platform != "linux":
        # Noted once by the system, when the process began.
        return process.create_time()
    # create_time() adds the time of boot, which moves whenever the clock is set: every living process would then seem another one.
    try:
        stat = Path(f"/proc/{process.pid}/stat").read_text(errors="replace")
    except (FileNotFoundError, ProcessLookupError) as error:
        raise psutil.NoSuchProcess(process.pid) from error
    # The 22nd field (proc_pid_stat(5)); the second, the name in brackets, may hold anything.
    ticks = stat[stat.rindex(")") + 2 :].split()[19]
    return int(ticks) / os.sysconf("SC_CLK_TCK")


@lru_cache(maxsize=1)
def _host() -> str:
    return socket.gethostname().replace("/", "-") or "localhost"
