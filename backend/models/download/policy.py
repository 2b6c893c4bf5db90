"""How patient a download is."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from backend.sidecar.ticker import INTERVAL


@dataclass(frozen=True, slots=True)
class Policy:
    """Times in seconds.

    `attempts` are counted without progress: an attempt that brings bytes which were never here before starts the count
    anew. `longest_wait` is what a server may ask for with Retry-After before the download ends and says so.
    """

    connect_timeout: float = 10.0
    idle_timeout: float = 30.0
    probe_timeout: float = 5.0
    attempts: int = 6
    first_wait: float = 0.5
    highest_wait: float = 30.0
    longest_wait: float = 300.0
    redirects: int = 5
    progress_interval: float = INTERVAL

    def wait(self, failures: int, draw: Callable[[], float] = random.random) -> float:
        """Seconds before the next attempt after `failures` in a row: exponential, with equal jitter.

        Half of the step is fixed and half drawn, so that many machines that lost the same server do not return at once
        (M. Brooker, "Exponential Backoff and Jitter", AWS Architecture Blog, 2015).
        """
        step = min(self.first_wait * 2.0 ** (failures - 1), self.highest_wait)
        return step / 2 + step / 2 * draw()


def retry_after(value: str | None, now: datetime | None = None) -> float | None:
    """Seconds that a Retry-After header asks for, given as seconds or as a date (RFC 9110, 10.2.3); None if it says nothing."""
    if value is None:
        return None
    if value.strip().isdigit():
        return float(value)
    try:
        date = parsedate_to_datetime(value)
    except ValueError:
        return None
    # "-0000" is parsed without a zone; HTTP dates are always UTC.
    date = date if date.tzinfo else date.replace(tzinfo=UTC)
    return max(0.0, (date - (now or datetime.now(UTC))).total_seconds())
