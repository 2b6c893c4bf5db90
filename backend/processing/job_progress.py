"""Progress of one job as events, no more often than a window on the screen needs."""

import time
from collections.abc import Callable

from backend.contract.events import JobProgress, JobStage, ProgressUnit
from backend.contract.library import Contract
from backend.library.store import Job

LEAST_INTERVAL = 0.25
# Before this much work an estimate is a guess.
ESTIMATE_AFTER = 2.0


class ProgressReport:
    def __init__(self, emit: Callable[[Contract], None], job: Job, stage: JobStage, done: float = 0.0) -> None:
        """`done`: seconds of the recording that an earlier run already heard."""
        self._emit = emit
        self._job = job
        self._stage = stage
        self._from = done
        self._started = time.monotonic()
        self._last = float("-inf")

    def __call__(self, done: float, total: float | None) -> None:
        """Seconds of the recording heard, of `total` seconds if known."""
        now = time.monotonic()
        if now - self._last < LEAST_INTERVAL:
            return
        self._last = now
        self._emit(
            JobProgress(
                item_id=self._job.item_id,
                name=self._job.name,
                stage=self._stage,
                done=round(done, 2),
                total=None if total is None else round(max(total, done), 2),
                unit=ProgressUnit.SECONDS,
                seconds_left=self._seconds_left(now - self._started, done, total),
            )
        )

    def _seconds_left(self, elapsed: float, done: float, total: float | None) -> float | None:
        heard = done - self._from
        if total is None or heard <= 0 or elapsed < ESTIMATE_AFTER:
            return None
        return round(max(0.0, total - done) * elapsed / heard, 1)
