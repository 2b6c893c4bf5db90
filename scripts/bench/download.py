"""`python -m scripts.bench.download`: the downloader against curl, one file, one local server, one run.

The two take turns, the one that begins changes each round, and each begins with nothing left to write to the disk;
medians are compared. Start of the process, resume check and installation are left out: an established download is
compared. curl only writes the file. The downloader also takes its SHA-256, tells its progress, and at the end brings
the file to the disk (fsync), which curl leaves to the system: the rate with that wait is printed beside the rate
without it. `cpu` is processor time of the client, in seconds a gigabyte, which other work on the machine disturbs less.

PASS: at least 90 % of curl's rate before the fsync, on every link. Without a limit that needs two cores: server,
receiver and hash share them, and the download takes half as much again of processor time as curl does, for the hash.
So on a machine that is busy with other work the share of curl's rate falls to the share of processor time; the load is
printed. With the fsync the share cannot be had where the link is faster than the disk: it is printed and not judged.
"""

import argparse
import hashlib
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from backend.contract.library import ModelId
from backend.models.cancellation import Cancellation
from backend.models.download.http_client import HttpClient
from backend.models.download.part_file import PartFile
from backend.models.download.policy import Policy
from backend.models.download.progress import FileProgress, ModelProgress
from backend.models.download.transfer import FileDownload, Transfer
from backend.sidecar.ticker import Ticker

BAR = 0.9
MEBIBYTE = 1 << 20
CHECKOUT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Round:
    """Seconds that one download took, those of its final fsync among them, and seconds of processor time."""

    seconds: float
    synced: float
    processor: float


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m scripts.bench.download", description=__doc__)
    parser.add_argument("--size", type=int, default=256, metavar="MIB")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument(
        "--links", type=float, nargs="*", default=[12.5, 125.0, 0.0], metavar="MB/S", help="0 is as fast as this machine can"
    )
    options = parser.parse_args()
    if shutil.which("curl") is None:
        sys.stderr.write("curl is not on this machine.\n")
        return 1
    with tempfile.TemporaryDirectory() as directory:
        folder = Path(directory)
        source = folder / "weights.bin"
        digest = _write(source, options.size)
        print(f"{options.size} MiB from one local server, medians of {options.rounds} rounds, {_machine()}\n")
        print(f"{'link':>12}{'curl MB/s':>11}{'cpu':>6}{'ours MB/s':>11}{'cpu':>6}{'ratio':>7}{'with fsync':>12}{'ratio':>7}")
        ratios = [_compare(link, source, digest, folder, options.rounds) for link in options.links]
    good = all(ratio >= BAR for ratio in ratios)
    print(f"\n{'PASS' if good else 'FAIL'}: at least {BAR:.0%} of curl's rate before the fsync, on every link; {_machine()}")
    return 0 if good else 1


def _machine() -> str:
    return f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}"


def _write(path: Path, size: int) -> str:
    digest = hashlib.sha256()
    with path.open("wb") as stream:
        for number in range(size):
            piece = hashlib.shake_128(number.to_bytes(4, "big")).digest(MEBIBYTE)
            digest.update(piece)
            stream.write(piece)
    return digest.hexdigest()


def _compare(link: float, source: Path, digest: str, folder: Path, rounds: int) -> float:
    """Prints the line of one link; our rate before the fsync, as a share of curl's."""
    command = [sys.executable, "-m", "scripts.bench.file_server", str(source), str(link * 1e6)]
    size = source.stat().st_size
    with subprocess.Popen(command, cwd=CHECKOUT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        url = f"http://127.0.0.1:{server.stdout.readline().strip()}/weights.bin"
        clients: list[tuple[list[Round], Callable[[], Round]]] = [
            ([], lambda: _curl(url, folder / "curl.bin")),
            ([], lambda: _ours(url, size, digest, folder / "ours.bin")),
        ]
        for number in range(rounds):
            for done, fetch in clients if number % 2 else reversed(clients):
                os.sync()
                done.append(fetch())
        server.stdin.close()
    (curl, _), (ours, _) = clients
    theirs, plain, synced = (
        size / statistics.median(seconds) / 1e6
        for seconds in ([r.seconds for r in curl], [r.seconds - r.synced for r in ours], [r.seconds for r in ours])
    )
    cpu = [statistics.median(r.processor for r in done) / size * 1e9 for done, _ in clients]
    print(
        f"{f'{link:g} MB/s' if link else 'unlimited':>12}{theirs:>11.1f}{cpu[0]:>6.2f}{plain:>11.1f}{cpu[1]:>6.2f}{plain / theirs:>7.2f}"
        f"{synced:>12.1f}{synced / theirs:>7.2f}",
        flush=True,
    )
    return plain / theirs


def _curl(url: str, target: Path) -> Round:
    target.unlink(missing_ok=True)
    before = _processor_time(resource.RUSAGE_CHILDREN)
    told = subprocess.run(
        ["curl", "--silent", "--fail", "--noproxy", "*", "--output", str(target), "--write-out", "%{time_total}", url],
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    return Round(float(told), 0.0, _processor_time(resource.RUSAGE_CHILDREN) - before)


def _ours(url: str, size: int, digest: str, target: Path) -> Round:
    target.unlink(missing_ok=True)
    policy, cancellation = Policy(), Cancellation()
    progress = ModelProgress(ModelId.WHISPER, size)
    transfer = Transfer(url, target, "weights.bin", size, digest)
    before = _processor_time(resource.RUSAGE_SELF)
    began = time.monotonic()
    with _syncs_timed() as syncs, HttpClient(policy) as client, Ticker(progress.event, lambda _: None, policy.progress_interval):
        part = target.with_name("ours.part")
        FileDownload(client, transfer, part, target.parent / "aside", policy, cancellation, FileProgress(progress, 0)).run()
        seconds = time.monotonic() - began
    return Round(seconds, sum(syncs), _processor_time(resource.RUSAGE_SELF) - before)


@contextmanager
def _syncs_timed() -> Iterator[list[float]]:
    """Seconds of each fsync of a part file within the block."""
    sync, syncs = PartFile.sync, list[float]()

    def timed(part: PartFile) -> None:
        began = time.monotonic()
        sync(part)
        syncs.append(time.monotonic() - began)

    PartFile.sync = timed  # type: ignore[method-assign, assignment]
    try:
        yield syncs
    finally:
        PartFile.sync = sync  # type: ignore[method-assign]


def _processor_time(whose: int) -> float:
    used = resource.getrusage(whose)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    sys.exit(main())
