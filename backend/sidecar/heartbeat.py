"""The sign of life that the supervisor counts on."""

import threading
import time
from collections.abc import Callable

import psutil

from backend.contract.events import Heartbeat
from backend.sidecar.lifetime import Lifetime
from backend.sidecar.lines import LineEmitter

INTERVAL = 2.0


def start_heartbeat(
    emitter: LineEmitter,
    lifetime: Lifetime,
    able_to_work: Callable[[], bool] = lambda: True,
    interval: float = INTERVAL,
) -> threading.Thread:
    """Send a heartbeat every `interval` seconds until the lifetime ends.

    A beat is left out while `able_to_work` says no (an event loop that does not turn, a worker thread that died), so
    that a process which only seems alive is found out and restarted.
    """
    started = time.monotonic()
    process = psutil.Process()

    def beat() -> None:
        while True:
            if able_to_work():
                emitter.emit(Heartbeat(uptime=time.monotonic() - started, memory=process.memory_info().rss))
            if lifetime.wait(interval):
                return

    thread = threading.Thread(target=beat, name="heartbeat", daemon=True)
    thread.start()
    return thread
