"""`python -m scripts.bench.download`: the downloader against curl, one file, one local server, one run, alternating.

Prints both rates and their ratio. curl only writes the file; the downloader also takes its SHA-256 and tells its
progress. Start of the process, resume check and installation are left out: an established download is compared.
"""

import argparse
import hashlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from backend.contract.library import ModelId
from backend.models.cancellation import Cancellation
from backend.models.download.http_client import HttpClient
from backend.models.download.policy import Policy
from backend.models.download.progress import FileProgress, ModelProgress
from backend.models.download.transfer import FileDownload, Transfer
from backend.models.ticker import Ticker

BAR = 0.9
MEBIBYTE = 1 << 20
CHECKOUT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Rates:
    """Bytes a second of each round."""

    curl: list[float]
    ours: list[float]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m scripts.bench.download", description=__doc__)
    parser.add_argument("--size", type=int, default=256, metavar="MIB")
    parser.add_argument("--rounds", type=int, default=5)
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
        print(f"{options.size} MiB from one local server, median of {options.rounds} rounds; ratio is ours to curl's\n")
        print(f"{'link':>14}{'curl MB/s':>12}{'ours MB/s':>12}{'ratio':>8}")
        ratios = []
        for link in options.links:
            rates = _compare(source, digest, folder, link * 1e6, options.rounds)
            curl, ours = statistics.median(rates.curl), statistics.median(rates.ours)
            ratios.append(ours / curl)
            print(f"{f'{link:g} MB/s' if link else 'unlimited':>14}{curl / 1e6:>12.1f}{ours / 1e6:>12.1f}{ours / curl:>8.2f}", flush=True)
    limited = [ratio for ratio, link in zip(ratios, options.links, strict=True) if link]
    good = all(ratio >= BAR for ratio in limited)
    print(f"\n{'PASS' if good else 'FAIL'}: at least {BAR:.0%} of curl's rate on every limited link")
    return 0 if good else 1


def _write(path: Path, size: int) -> str:
    digest = hashlib.sha256()
    with path.open("wb") as stream:
        for number in range(size):
            piece = hashlib.shake_128(number.to_bytes(4, "big")).digest(MEBIBYTE)
            digest.update(piece)
            stream.write(piece)
    return digest.hexdigest()


def _compare(source: Path, digest: str, folder: Path, rate: float, rounds: int) -> Rates:
    command = [sys.executable, "-m", "scripts.bench.file_server", str(source), str(rate)]
    rates = Rates([], [])
    with subprocess.Popen(command, cwd=CHECKOUT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        url = f"http://127.0.0.1:{server.stdout.readline().strip()}/weights.bin"
        for _ in range(rounds):
            rates.curl.append(_curl(url, folder / "curl.bin"))
            rates.ours.append(_ours(url, source.stat().st_size, digest, folder / "ours.bin"))
        server.stdin.close()
    return rates


def _curl(url: str, target: Path) -> float:
    target.unlink(missing_ok=True)
    told = subprocess.run(
        ["curl", "--silent", "--fail", "--noproxy", "*", "--output", str(target), "--write-out", "%{size_download} %{time_total}", url],
        capture_output=True, text=True, check=True,
    ).stdout.split()  # fmt: skip
    return float(told[0]) / float(told[1])


def _ours(url: str, size: int, digest: str, target: Path) -> float:
    target.unlink(missing_ok=True)
    policy, cancellation = Policy(), Cancellation()
    progress = ModelProgress(ModelId.WHISPER, size)
    transfer = Transfer(url, target, "weights.bin", size, digest)
    began = time.monotonic()
    with HttpClient(policy) as client, Ticker(progress.event, lambda _: None, policy.progress_interval):
        part = target.with_name("ours.part")
        FileDownload(client, transfer, part, target.parent / "aside", policy, cancellation, FileProgress(progress, 0)).run()
    return size / (time.monotonic() - began)


if __name__ == "__main__":
    sys.exit(main())
