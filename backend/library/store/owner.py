"""Who holds a lease: host, process id and start time of the process, so that a dead owner is told from a reused process id."""

import os
import socket
from dataclasses import dataclass
from functools import lru_cache
from typing import Self

import psutil

# create_time() is derived from the boot time, which the system's clock corrections move a little.
START_TOLERANCE = 2.0


@dataclass(frozen=True, slots=True)
class Owner:
    host: str
    pid: int
    started_at: float

    @classmethod
    def of_process(cls, pid: int | None = None) -> Self:
        """The owner that a running process is; this one without `pid`. Raises psutil.NoSuchProcess."""
        process = psutil.Process(os.getpid() if pid is None else pid)
        return cls(_host(), process.pid, round(process.create_time(), 2))

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
            return abs(process.create_time() - self.started_at) > START_TOLERANCE or process.status() == psutil.STATUS_ZOMBIE
        except psutil.NoSuchProcess:
            return True
        except psutil.AccessDenied:
            return False


@lru_cache(maxsize=1)
def _host() -> str:
    return socket.gethostname().replace("/", "-") or "localhost"
