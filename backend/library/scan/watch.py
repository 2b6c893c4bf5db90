"""Tells when something below a folder changed: by the system's notices, or by asking now and then where there are none."""

import logging
from collections.abc import Callable
from pathlib import Path
from threading import Event, Thread

from backend.library.scan.exclusions import is_excluded_name

log = logging.getLogger(__name__)

SETTLE = 1.0
AT_LATEST = 20.0
LOOK = 5.0
POLL = 60.0
RESYNC = 600.0


class Watch:
    """Calls `on_change` from its own thread: after changes settled for `SETTLE` seconds (or went on for `AT_LATEST`), when the
    folder comes, goes or becomes another one, every `POLL` seconds where the system gives no notices, and every `RESYNC` seconds
    anyway, because network folders do not tell of changes made elsewhere.
    """

    def __init__(self, folder: Path, on_change: Callable[[], None], *, poll: float = POLL, notices: bool = True) -> None:
        self._folder = folder
        self._on_change = on_change
        self._poll = poll
        self._notices = notices
        self._stop = Event()
        self._thread = Thread(target=self._run, name=f"watch {folder.name}", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        identity = self._identity()
        while not self._stop.is_set():
            if identity is not None and self._notices:
                try:
                    self._listen(identity)
                except Exception:
                    # Notices run out (inotify limits) or do not exist (some network folders): the library must not go stale.
                    log.exception("no notices of changes below %s; looking every %g seconds", self._folder, self._poll)
                    self._notices = False
            elif self._wait_for_other(identity, self._poll if identity is not None else LOOK):
                pass
            elif identity is None:
                continue
            if self._stop.is_set():
                return
            identity = self._identity()
            self._on_change()

    def _listen(self, identity: tuple[int, int]) -> None:
        """Report changes until the folder is no longer the same one."""
        from watchfiles import watch

        # What changed between the last scan and the first notice was noticed by nobody: look once more after the first wait.
        quiet = RESYNC
        for changes in watch(
            self._folder,
            watch_filter=lambda _, path: self._concerns(path),
            debounce=int(AT_LATEST * 1000),
            step=int(SETTLE * 1000),
            rust_timeout=int(LOOK * 1000),
            yield_on_timeout=True,
            stop_event=self._stop,
            raise_interrupt=False,
            ignore_permission_denied=True,
        ):
            if self._stop.is_set() or self._identity() != identity:
                return
            quiet = 0.0 if changes else quiet + LOOK
            if changes or quiet >= RESYNC:
                quiet = 0.0
                self._on_change()

    def _wait_for_other(self, identity: tuple[int, int] | None, seconds: float) -> bool:
        """True as soon as the folder is another one than before; False after `seconds`."""
        waited = 0.0
        while waited < seconds and not self._stop.wait(min(LOOK, seconds - waited)):
            waited += LOOK
            if self._identity() != identity:
                return True
        return False

    def _concerns(self, path: str) -> bool:
        try:
            parts = Path(path).relative_to(self._folder).parts
        except ValueError:
            return True
        return not any(is_excluded_name(part) for part in parts)

    def _identity(self) -> tuple[int, int] | None:
        try:
            status = self._folder.stat()
        except OSError:
            return None
        return status.st_dev, status.st_ino
