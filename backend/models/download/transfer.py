"""One file over HTTP: resumed where it stopped, checked to its last byte, and only then given its name."""

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from http.client import IncompleteRead
from pathlib import Path

import urllib3
from urllib3 import exceptions

from backend.models.cancellation import Cancellation
from backend.models.download import http_problems
from backend.models.download.answer import Answer, read_answer
from backend.models.download.digest import FollowingDigest
from backend.models.download.http_client import HttpClient, host_of, proxy_for
from backend.models.download.part_file import PartFile, SideRecord, finish
from backend.models.download.policy import Policy
from backend.models.download.progress import FileProgress
from backend.models.installation import quarantine
from backend.models.problems import ModelError, corrupt, from_os_error

RECEIVE_SIZE = 256 << 10


@dataclass(frozen=True, slots=True)
class Transfer:
    """What is fetched: `url` to the file `target`, of `size` bytes and `sha256` where these are known beforehand."""

    url: str
    target: Path
    name: str
    size: int | None
    sha256: str | None


class FileDownload:
    """Fetches one Transfer. `part` is its unfinished file, `aside` the quarantine for one that arrived damaged."""

    def __init__(
        self,
        client: HttpClient,
        transfer: Transfer,
        part: Path,
        aside: Path,
        policy: Policy,
        cancellation: Cancellation,
        progress: FileProgress,
    ) -> None:
        self._client = client
        self._transfer = transfer
        self._part = part
        self._aside = aside
        self._policy = policy
        self._cancellation = cancellation
        self._progress = progress
        self._host = host_of(transfer.url)
        self._furthest = 0

    def run(self) -> None:
        """Raises ModelError when the file cannot be had, Cancelled. What has arrived stays for the next time."""
        try:
            if self._fetch_once() or self._fetch_once():
                return
        except OSError as error:
            raise from_os_error(error, f"{self._transfer.name} was written") from error
        raise corrupt(self._transfer.name, self._host)

    def _fetch_once(self) -> bool:
        """True when the file is there; False when it arrived with other content and was set aside."""
        with PartFile(self._part) as part, FollowingDigest(self._part, self._cancellation) as digest:
            self._forget_foreign_bytes(part)
            if part.length:
                self._progress.say(f"Checking the {part.length} bytes that are here")
            digest.advance(part.length)
            self._progress.move_to(part.length, arrived=False)
            self._furthest = part.length
            self._receive_all(part, digest)
            self._progress.say("Checking")
            good = self._transfer.sha256 is None or digest.hexdigest(part.length) == self._transfer.sha256
            if good:
                part.sync()
        if good:
            finish(self._part, self._transfer.target)
            return True
        quarantine(self._part, self._aside)
        self._part.with_name(f"{self._part.name}.json").unlink(missing_ok=True)
        self._progress.say("It arrived damaged and is fetched again")
        self._progress.move_to(0, arrived=False)
        return False

    def _forget_foreign_bytes(self, part: PartFile) -> None:
        """Bytes count only with a record that promises the same file, by digest or else by address and validator."""
        record = part.read_record()
        transfer = self._transfer
        promised = record is not None and (record.size, record.sha256) == (transfer.size, transfer.sha256)
        vouched = transfer.sha256 is not None or (record is not None and record.url == transfer.url and record.validator is not None)
        too_long = transfer.size is not None and part.length > transfer.size
        if not promised or not vouched or too_long:
            part.restart()

    def _receive_all(self, part: PartFile, digest: FollowingDigest) -> None:
        failures = 0
        while part.length != self._transfer.size:
            before = self._furthest
            try:
                if self._receive(part, digest):
                    return
            except ModelError as error:
                failures = 1 if self._furthest > before else failures + 1
                self._wait_or_give_up(error, failures)

    def _wait_or_give_up(self, error: ModelError, failures: int) -> None:
        # A shut-down socket looks like a lost connection.
        self._cancellation.check()
        if not error.transient or failures >= self._policy.attempts:
            raise error
        asked = error.retry_after
        if asked is not None and asked > self._policy.longest_wait:
            raise http_problems.too_long_a_wait(self._host, asked) from error
        wait = max(self._policy.wait(failures), asked or 0.0)
        self._progress.say(f"{error.problem.message} Trying again in {max(1, round(wait))} s")
        self._cancellation.wait(wait)

    def _receive(self, part: PartFile, digest: FollowingDigest) -> bool:
        """One request from where the part ends. True when the file is whole as far as can be told."""
        self._cancellation.check()
        self._progress.say(f"Connecting to {self._host}")
        record = part.read_record()
        with closing(self._client.open("GET", self._transfer.url, _range_headers(part, record, self._transfer.url))) as response:
            answer = read_answer(response, self._transfer.url, self._transfer.size, part.length)
            if answer is None and part.length == 0:
                raise http_problems.from_status(response, self._transfer.url, self._host, None)
            if answer is None:
                # 416: the server has no byte beyond the part's end, so the part is not the start of its file.
                digest.restart()
                part.restart()
                self._progress.move_to(0, arrived=False)
                return False
            if answer.start == 0 and part.length:
                digest.restart()
                part.restart()
                self._progress.move_to(0, arrived=False)
            if part.length == 0:
                record = SideRecord(self._transfer.url, answer.etag, answer.last_modified, self._transfer.size, self._transfer.sha256)
                part.write_record(record)
            self._progress.say(f"Downloading from {self._host}")
            with self._cancellation.waking(_shutdown_of(response)):
                self._copy(response, answer, part, digest)
        if answer.total is not None and part.length < answer.total:
            raise http_problems.truncated(self._host, part.length, answer.total)
        return True

    def _copy(self, response: urllib3.BaseHTTPResponse, answer: Answer, part: PartFile, digest: FollowingDigest) -> None:
        while True:
            try:
                # A piece is what one receive brings: written at once, so that a kill loses next to nothing.
                piece = response.read1(RECEIVE_SIZE)
            except (exceptions.HTTPError, OSError) as error:
                self._cancellation.check()
                if isinstance(error.__cause__, IncompleteRead):
                    raise http_problems.truncated(self._host, part.length, answer.total) from error
                proxy = proxy_for(self._transfer.url)
                raise http_problems.from_request_error(error, self._host, None if proxy is None else host_of(proxy)) from error
            self._cancellation.check()
            if not piece:
                return
            if answer.total is not None and part.length + len(piece) > answer.total:
                raise http_problems.wrong_size(self._host, answer.total, part.length + len(piece))
            part.append(piece)
            digest.advance(part.length)
            self._furthest = max(self._furthest, part.length)
            self._progress.move_to(part.length, arrived=True)


def _range_headers(part: PartFile, record: SideRecord | None, url: str) -> dict[str, str]:
    if part.length == 0 or record is None:
        return {}
    headers = {"Range": f"bytes={part.length}-"}
    # Another server's validator says nothing here; then the digest at the end decides.
    if record.validator is not None and record.url == url:
        headers["If-Range"] = record.validator
    return headers


def _shutdown_of(response: urllib3.BaseHTTPResponse) -> Callable[[], None]:
    def shut_down() -> None:
        try:
            response.shutdown()
        except (OSError, ValueError):
            # The connection ended by itself in the same moment.
            return

    return shut_down
