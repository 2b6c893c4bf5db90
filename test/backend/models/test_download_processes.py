"""The downloader as a process: killed, cancelled, run twice at once, and with files of any size."""

import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from backend.models.manifest import load_manifest
from backend.models.registry import ModelState, verify

from ...hub_double.faults import EVERY_TIME, Fault
from ...hub_double.manifests import WHISPER, tar_gz
from ...hub_double.resources import Resource
from .downloads import BASE_PT, REPOSITORY_ROOT, WEIGHTS, YAMNET_FILES, World, document, some_bytes

MEBIBYTE = 1 << 20
# Far below the silences and waits that are cut short (30 and 60 s), far above what a busy machine needs.
PROMPT = 15


def ended(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [event for event in events if event["type"] == "model-download-ended"]


def read_all(process: subprocess.Popen[str]) -> list[dict[str, Any]]:
    assert process.stdout is not None
    return [json.loads(line) for line in process.stdout]


def wait_for_bytes(process: subprocess.Popen[str], count: int) -> list[dict[str, Any]]:
    """The events until one says that more than `count` bytes are here."""
    assert process.stdout is not None
    events = []
    for line in process.stdout:
        events.append(json.loads(line))
        if events[-1].get("bytes", 0) > count:
            return events
    raise AssertionError(f"the process ended first: {events[-1:]}")


class Executioner:
    """Kills the process that was named last as soon as the double has sent `after` bytes more.

    Meanwhile it holds the double to what a network holds: it sends no more than PIPE bytes beyond what is on disk, so
    that a client which keeps back more than that never ends, and what is counted does not depend on the scheduler.
    """

    PIPE = 256 << 10

    def __init__(self, world: World) -> None:
        self._world = world
        self._lock = threading.Lock()
        self._victim: int | None = None
        self._limit = 0
        world.hub.watch(self._on_sent)

    def aim(self, pid: int, after: int) -> None:
        with self._lock:
            self._victim, self._limit = pid, self._world.hub.sent + after

    def disarm(self) -> None:
        with self._lock:
            self._victim = None

    def _on_sent(self, position: int) -> None:
        with self._lock:
            if self._victim is not None and self._world.hub.sent >= self._limit:
                victim, self._victim = self._victim, None
                os.kill(victim, signal.SIGKILL)
                # What is written to a socket whose reader is still being ended was never fetched.
                os.waitid(os.P_PID, victim, os.WEXITED | os.WNOWAIT)
        while self._victim is not None and position - self._on_disk(position) > self.PIPE:
            time.sleep(0.001)

    def _on_disk(self, otherwise: int) -> int:
        """Length of the file that is arriving; `otherwise` when it has its name already."""
        try:
            return max((path.stat().st_size for path in self._world.layer.glob(".staging/*/parts/*.part")), default=otherwise)
        except FileNotFoundError:
            return otherwise


@pytest.mark.timeout(900)
def test_a_hundred_kills_at_random_bytes_lose_at_most_a_mebibyte_each(world: World) -> None:
    kills = 100
    world.serve(base_pt=some_bytes(24 * MEBIBYTE, 7))
    total = 24 * MEBIBYTE + len(WEIGHTS)
    executioner = Executioner(world)
    draw = random.Random(20261122)
    done = 0
    while done < kills:
        process = world.start("download", "--only", "minilm", "--only", "whisper-base")
        executioner.aim(process.pid, draw.randrange(2 * total // kills))
        events = read_all(process)
        code = process.wait()
        executioner.disarm()
        if code == 0:
            # The draw was kind and it is all here: the rest of the kills begin anew.
            for model_id in ("minilm", "whisper-base"):
                assert world.is_present(model_id)
                assert world.call("remove", model_id)[0] == 0
            continue
        assert code == -signal.SIGKILL, events
        assert ended(events) == [event for event in ended(events) if event["outcome"] == "installed"]
        assert not world.is_present("whisper-base")
        done += 1
    code, events, _ = world.call("download")
    assert code == 0
    assert [event["outcome"] for event in ended(events)] == ["installed"] * 3
    assert world.call("verify")[0] == 0
    again = [
        earlier.start + earlier.sent - later.start
        for path, size in ((WHISPER, 24 * MEBIBYTE), ("/storage/", len(WEIGHTS)))
        for earlier, later in pairwise(request for request in world.hub.fetches if request.path.startswith(path))
        if earlier.start + earlier.sent < size
    ]
    assert len(again) > kills / 2
    assert max(again) <= MEBIBYTE
    assert not (world.layer / ".quarantine").exists()


@pytest.mark.parametrize("how", ["SIGTERM", "SIGINT", "stdin", "shutdown"])
def test_a_cancel_ends_each_model_with_one_event_and_keeps_the_bytes(world: World, how: str) -> None:
    world.hub.throttle(300_000)
    process = world.start("download", "--only", "whisper-base", "--only", "yamnet")
    wait_for_bytes(process, 100_000)
    assert process.stdin is not None
    began = time.monotonic()
    if how == "stdin":
        process.stdin.close()
    elif how == "shutdown":
        process.stdin.write('{"type":"shutdown"}\n')
        process.stdin.flush()
    else:
        process.send_signal(signal.Signals[how])
    events = read_all(process)
    assert process.wait() == 130
    assert time.monotonic() - began < PROMPT
    assert [(event["model"], event["outcome"]) for event in ended(events)] == [("whisper-base", "cancelled"), ("yamnet", "cancelled")]
    world.hub.throttle(None)
    assert world.call("download", "--only", "whisper-base")[0] == 0
    assert world.hub.fetches[-1].start > 100_000


@pytest.mark.parametrize("fault", [Fault(stall_at=300_000), Fault(status=429, headers={"Retry-After": "60"})], ids=["silence", "waiting"])
def test_a_cancel_is_prompt_whatever_it_waits_for(world: World, fault: Fault) -> None:
    fault.path, fault.times = WHISPER, EVERY_TIME
    world.hub.fail(fault)
    process = world.start("download", "--only", "whisper-base")
    assert process.stdout is not None
    for line in process.stdout:
        if json.loads(line).get("bytes") == 300_000 or "Trying again" in line:
            break
    began = time.monotonic()
    process.send_signal(signal.SIGTERM)
    events = read_all(process)
    assert process.wait() == 130
    assert time.monotonic() - began < PROMPT
    assert [event["outcome"] for event in ended(events)] == ["cancelled"]


@pytest.mark.parametrize("model_id", ["minilm", "whisper-base", "yamnet"])
def test_status_says_what_an_interrupted_download_left(world: World, model_id: str) -> None:
    def partial(*command: str) -> int:
        _, (state,), _ = world.call(*command, "--only", model_id)
        assert (state["state"] == "present") is (state["partial"] == 0)
        return int(state["partial"])

    world.hub.throttle(100_000)
    process = world.start("download", "--only", model_id)
    told = wait_for_bytes(process, 20_000)[-1]["bytes"]
    process.kill()
    process.communicate()
    left = partial("status")
    assert told <= left < world.manifest.model(model_id).size
    assert partial("verify") == left
    asked = len(world.hub.fetches)
    world.hub.throttle(None)
    assert world.call("download", "--only", model_id)[0] == 0
    assert any(request.start > 0 for request in world.hub.fetches[asked:])
    assert partial("status") == partial("verify") == 0


def test_two_processes_make_one_download_and_both_are_told(world: World) -> None:
    world.hub.throttle(400_000)
    first = world.start("download", "--only", "whisper-base")
    wait_for_bytes(first, 10_000)
    second = world.start("download", "--only", "whisper-base")
    told = read_all(second)
    assert (first.wait(), second.wait()) == (0, 0)
    assert [event["outcome"] for event in ended(told)] == ["installed"]
    assert ended(told)[0]["message"] == "Whisper-base was installed by another process."
    waiting = [event["bytes"] for event in told if event.get("message") == "Another process is downloading it"]
    assert waiting[-1] > waiting[0]
    assert [event["outcome"] for event in ended(read_all(first))] == ["installed"]
    assert sum(request.sent for request in world.hub.fetches) == len(BASE_PT)


def test_the_second_takes_over_when_the_first_is_killed(world: World) -> None:
    world.hub.throttle(400_000)
    first = world.start("download", "--only", "whisper-base")
    wait_for_bytes(first, 10_000)
    second = world.start("download", "--only", "whisper-base")
    assert second.stdout is not None
    for line in second.stdout:
        if "Another process" in line:
            break
    first.kill()
    first.wait()
    events = read_all(second)
    assert second.wait() == 0
    assert [event["outcome"] for event in ended(events)] == ["installed"]
    assert world.hub.fetches[-1].start > 0
    assert (world.layer / "base.pt").read_bytes() == BASE_PT


def test_memory_does_not_grow_with_the_file(world: World, tmp_path: Path) -> None:
    peaks = []
    for size in (4, 256):
        weights = tmp_path / f"{size}.pt"
        with weights.open("wb") as stream:
            stream.truncate(size * MEBIBYTE)
        content = weights.read_bytes()
        world.change(document(world.hub, tar_gz(YAMNET_FILES), content))
        del content
        world.hub.serve(WHISPER, Resource(weights, f'"{size}"'))
        world.call("remove", "whisper-base")
        peaks.append(peak_memory(world, "download", "--only", "whisper-base"))
        assert world.is_present("whisper-base")
    assert peaks[1] - peaks[0] < 24 * MEBIBYTE


def peak_memory(world: World, *arguments: str) -> int:
    """Bytes that the process had at most. Not getrusage: its figure holds the peak of the parent that forked."""
    if not Path("/proc/self/status").exists():
        pytest.skip("only Linux tells a process's own peak memory")
    code = "from pathlib import Path; from backend.models.downloader import main; main(); print(Path('/proc/self/status').read_text())"
    result = subprocess.run(
        [sys.executable, "-c", code, *arguments, "--manifest", str(world.manifest_path)],
        cwd=REPOSITORY_ROOT,
        env={**os.environ, "CONTENTCACHE_MODELS_DIR": str(world.layer)},
        capture_output=True,
        text=True,
        check=True,
    )
    (peak,) = [line for line in result.stdout.splitlines() if line.startswith("VmHWM:")]
    return int(peak.split()[1]) << 10


def test_an_unknown_model_is_a_wrong_argument(world: World) -> None:
    code, events, errors = world.call("download", "--only", "whale")
    assert (code, events) == (2, [])
    assert "It names: minilm, whisper-base, yamnet" in errors


def run_with(manifest: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The downloader where the environment names that manifest."""
    return subprocess.run(
        [sys.executable, "-m", "backend.models.downloader", "status", *arguments],
        cwd=REPOSITORY_ROOT,
        env={**os.environ, "CONTENTCACHE_MODELS_MANIFEST": manifest},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_environment_names_the_manifest_and_the_option_wins(world: World, tmp_path: Path) -> None:
    assert "Whisper-base [whisper-base]: missing" in run_with(str(world.manifest_path)).stdout
    assert "Whisper-base [whisper-base]: missing" in run_with(str(tmp_path / "absent"), "--manifest", str(world.manifest_path)).stdout


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (None, "cannot be read: No such file"),
        ("{}", "not a model manifest: it lacks 'version'"),
        ('{"version": 1, "models": []}', "names no model 'minilm'"),
    ],
)
def test_a_manifest_that_cannot_be_read_is_one_sentence(world: World, content: str | None, told: str) -> None:
    manifest = world.layer / "own.json"
    if content is not None:
        manifest.write_text(content)
    result = run_with(str(manifest))
    assert (result.returncode, result.stdout) == (2, "")
    assert told in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_the_shipped_manifest_is_used_unless_another_is_named() -> None:
    result = subprocess.run(
        [sys.executable, "-m", "backend.models.downloader", "status"], cwd=REPOSITORY_ROOT, capture_output=True, text=True, check=False
    )
    assert all(model.title in result.stdout for model in load_manifest().models)


def test_a_cancel_that_the_work_cannot_notice_ends_it_all_the_same(world: World) -> None:
    """A server that accepts and never answers holds the work in a read without a response to shut down."""
    with socket.create_server(("127.0.0.1", 0)) as mute:
        changed = json.loads(world.manifest_path.read_text())
        changed["models"][1]["sources"][0]["url"] = f"http://127.0.0.1:{mute.getsockname()[1]}/base.pt"
        world.change(changed)
        process = world.start("download", "--only", "whisper-base", "--only", "yamnet")
        wait_for_bytes(process, -1)
        with mute.accept()[0]:
            began = time.monotonic()
            process.send_signal(signal.SIGTERM)
            events = read_all(process)
            assert process.wait() == 130
    assert time.monotonic() - began < PROMPT
    assert [(event["model"], event["outcome"]) for event in ended(events)] == [("whisper-base", "cancelled"), ("yamnet", "cancelled")]


def test_kills_at_any_moment_of_all_three_leave_each_whole_or_not_there(world: World) -> None:
    """Not only between bytes: also while it starts, unpacks, links, installs and marks."""
    draw = random.Random(4)
    world.hub.throttle(2_000_000)
    for _ in range(20):
        process = world.start("download")
        time.sleep(draw.uniform(0.2, 1.2))
        process.kill()
        process.communicate()
        for model in world.manifest.models:
            if world.is_present(model.id):
                assert verify(model.id, world.manifest, world.layer).state is ModelState.PRESENT
                if draw.random() < 0.3:
                    assert world.call("remove", model.id)[0] == 0
    world.hub.throttle(None)
    assert world.call("download")[0] == 0
    assert all(verify(model.id, world.manifest, world.layer).state is ModelState.PRESENT for model in world.manifest.models)
    assert list((world.layer / ".staging").iterdir()) == []


def isolated(world: World, *arguments: str) -> tuple[int, list[dict[str, Any]]]:
    """The downloader where there is no network at all, not even a loopback that is up."""
    unshare = shutil.which("unshare")
    probe = subprocess.run([unshare, "--net", "true"], capture_output=True, check=False) if unshare else None
    if unshare is None or probe is None or probe.returncode:
        pytest.skip("no network namespace can be made here")
    command = [
        unshare,
        "--net",
        sys.executable,
        "-m",
        "backend.models.downloader",
        *arguments,
        "--json",
        "--manifest",
        str(world.manifest_path),
    ]
    environment = {**os.environ, "CONTENTCACHE_MODELS_DIR": str(world.layer)}
    result = subprocess.run(
        command, cwd=REPOSITORY_ROOT, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    return result.returncode, [json.loads(line) for line in result.stdout.splitlines()]


def test_without_any_network_present_models_are_fine_and_missing_ones_are_named(world: World) -> None:
    world.run("minilm", "whisper-base")
    code, events = isolated(world, "download", "--required-only")
    assert (code, [event["outcome"] for event in ended(events)]) == (0, ["installed"])
    code, events = isolated(world, "download")
    assert code == 1
    assert [(event["model"], event["outcome"]) for event in ended(events)] == [
        ("minilm", "installed"),
        ("whisper-base", "installed"),
        ("yamnet", "failed"),
    ]
    problem = ended(events)[-1]["problem"]
    assert problem["code"] == "no-connection"
    assert problem["message"] == "Model Yamnet is not cached and there is no internet connection."
    assert isolated(world, "verify")[0] == 0
