"""Downloads that go well: what is asked, what is installed where, and what is told meanwhile."""

import itertools
import json
import statistics
import time

import pytest
from huggingface_hub import snapshot_download, try_to_load_from_cache

from backend.contract.events import ModelDownloadEnded, ModelDownloadProgress, sidecar_event
from backend.models.download.download_models import Downloads

from ...hub_double.faults import EVERY_TIME, Fault
from ...hub_double.manifests import REVISION, WHISPER, sha256
from ...hub_double.resources import resource
from .downloads import BASE_PT, MINILM_FILES, MINILM_ROOT, REPOSITORY, WEIGHTS, YAMNET_FILES, YAMNET_ROOT, World, installed, some_bytes


def test_all_three_models_arrive_whole(world: World) -> None:
    assert installed(world.run())
    assert all(world.is_present(model.id) for model in world.manifest.models)
    assert (world.layer / "base.pt").read_bytes() == BASE_PT
    assert {path: (world.layer / YAMNET_ROOT / path).read_bytes() for path in YAMNET_FILES} == YAMNET_FILES
    assert (world.layer / f"{YAMNET_ROOT}.descriptor.txt").is_file()
    assert list((world.layer / ".staging").iterdir()) == []
    assert not (world.layer / ".quarantine").exists()


def test_huggingface_hub_itself_finds_minilm_offline(world: World) -> None:
    world.run("minilm")
    asked = len(world.hub.requests)
    folder = snapshot_download(REPOSITORY, cache_dir=world.layer, local_files_only=True, endpoint=world.hub.url)
    assert folder == str(world.layer / MINILM_ROOT / "snapshots" / REVISION)
    for path, data in MINILM_FILES.items():
        found = try_to_load_from_cache(REPOSITORY, path, cache_dir=world.layer, revision=REVISION)
        assert isinstance(found, str)
        with open(found, "rb") as stream:
            assert stream.read() == data
    assert len(world.hub.requests) == asked


def test_each_model_begins_with_an_event_and_ends_with_exactly_one(world: World) -> None:
    world.run()
    for model in world.manifest.models:
        events = [event for event in world.events if event.model.value == model.id]
        assert isinstance(events[0], ModelDownloadProgress)
        assert events[0].bytes == 0
        assert [isinstance(event, ModelDownloadEnded) for event in events].count(True) == 1
        assert isinstance(events[-1], ModelDownloadEnded)
        last = events[-2]
        assert isinstance(last, ModelDownloadProgress)
        assert last.progress == 100


def test_progress_comes_twice_a_second_with_rate_and_time_left(world: World) -> None:
    world.hub.throttle(400_000)
    world.patient(progress_interval=0.4)
    times: list[float] = []
    events: list[ModelDownloadProgress] = []

    def keep(event: ModelDownloadProgress | ModelDownloadEnded) -> None:
        times.append(time.monotonic())
        if isinstance(event, ModelDownloadProgress):
            events.append(event)

    manifest = world.manifest
    Downloads(manifest, keep, world.cancellation, world.policy, environment=world.environment()).run([manifest.model("whisper-base")])
    # The median, since a busy machine may hold one back.
    assert statistics.median(later - earlier for earlier, later in itertools.pairwise(times)) < 0.5
    assert [event.bytes for event in events] == sorted(event.bytes for event in events)
    rated = [event for event in events if event.rate is not None and event.bytes > 300_000]
    assert rated
    assert all(20_000 < (event.rate or 0) < 2_000_000 for event in rated)
    assert all(event.seconds_left is not None and event.seconds_left < 60 for event in rated)
    assert all(event.total == len(BASE_PT) for event in events)


def test_a_model_that_is_here_is_not_asked_for_again(world: World) -> None:
    world.run()
    asked = len(world.hub.requests)
    ended = world.run(offline=True)
    assert installed(ended)
    assert ended.message == "Yamnet is here already."
    assert len(world.hub.requests) == asked


def test_what_a_process_left_that_was_killed_after_the_installation_is_removed(world: World) -> None:
    world.run()
    left = world.layer / ".staging" / "yamnet" / "parts"
    left.mkdir(parents=True)
    (left / "yamnet.part").write_bytes(b"x")
    asked = len(world.hub.requests)
    assert world.run("yamnet", offline=True).message == "Yamnet is here already."
    assert list((world.layer / ".staging").iterdir()) == []
    assert len(world.hub.requests) == asked


def test_right_files_without_a_marker_are_verified_and_not_fetched(world: World) -> None:
    (world.layer / "base.pt").write_bytes(BASE_PT)
    assert installed(world.run("whisper-base"))
    assert world.hub.requests == []


def test_a_damaged_model_is_set_aside_and_replaced(world: World) -> None:
    (world.layer / "base.pt").write_bytes(b"x" * len(BASE_PT))
    assert installed(world.run("whisper-base"))
    assert (world.layer / "base.pt").read_bytes() == BASE_PT
    assert world.quarantined("whisper-base") == ["base.pt"]


def test_files_of_an_earlier_attempt_are_not_fetched_again(world: World) -> None:
    world.patient(attempts=1)
    world.hub.fail(Fault(path="/storage/", times=EVERY_TIME, status=404))
    world.problem("minilm")
    first = [request.path for request in world.hub.fetches]
    world.hub.clear_faults()
    assert installed(world.run("minilm"))
    again = [request.path for request in world.hub.fetches[len(first) :]]
    assert not any("config.json" in path for path in again)


def test_large_files_come_from_the_storage_the_hub_names(world: World) -> None:
    world.run("minilm")
    storage = [request for request in world.hub.fetches if request.path.startswith("/storage/")]
    assert [request.headers["host"].split(":")[0] for request in storage] == ["localhost"]
    assert storage[0].sent == len(WEIGHTS)


def test_the_next_source_is_asked_when_the_first_does_not_have_it(world: World) -> None:
    document = json.loads(world.manifest_path.read_text())
    document["models"][1]["sources"].insert(0, {"kind": "https", "url": f"{world.hub.url}/elsewhere/base.pt"})
    world.change(document)
    assert installed(world.run("whisper-base"))
    assert [request.path for request in world.hub.fetches] == ["/elsewhere/base.pt", WHISPER]


@pytest.mark.parametrize("model_id", ["minilm", "whisper-base", "yamnet"])
def test_a_mirror_is_a_file_server_over_a_models_directory(world: World, model_id: str) -> None:
    world.run()
    mirror = world.serve_layer("/company/models", world.layer)
    for path in sorted(world.layer.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink()
    before = len(world.hub.requests)
    assert installed(world.run(model_id, CONTENTCACHE_MODELS_MIRROR=mirror))
    assert all(request.path.startswith("/company/models/") for request in world.hub.requests[before:])


def test_a_mirror_may_hold_another_accepted_edition(world: World) -> None:
    """Its marker says which; the digests are still those of our manifest."""
    other = some_bytes(1234, 8)
    changed = json.loads(world.manifest_path.read_text())
    file = {"path": "base.pt", "size": len(other), "sha256": sha256(other), "source_path": "base.pt"}
    changed["models"][1]["equivalents"] = [{"edition": "rewritten", "origin": "here", "files": [file]}]
    world.change(changed)
    world.hub.serve("/mirror/base.pt", resource(other))
    world.hub.serve("/mirror/.verified/whisper-base.json", resource(b'{"edition": "rewritten", "files": []}'))
    assert installed(world.run("whisper-base", CONTENTCACHE_MODELS_MIRROR=f"{world.hub.url}/mirror/"))
    assert (world.layer / "base.pt").read_bytes() == other


def test_a_mirror_that_lacks_a_model_says_so_and_no_other_place_is_asked(world: World) -> None:
    problem = world.problem("whisper-base", CONTENTCACHE_MODELS_MIRROR=f"{world.hub.url}/empty")
    assert problem.code == "not-found"
    assert all(request.path.startswith("/empty/") for request in world.hub.requests)


def test_what_was_fetched_before_a_crash_is_installed_without_the_network(world: World) -> None:
    tree = world.layer / ".staging" / "whisper-base" / "tree"
    tree.mkdir(parents=True)
    (tree / "base.pt").write_bytes(BASE_PT)
    assert installed(world.run("whisper-base"))
    assert world.hub.requests == []


def test_the_process_speaks_the_contract(world: World) -> None:
    code, events, errors = world.call("download")
    assert (code, errors) == (0, "")
    for event in events:
        sidecar_event.validate_python(event)
    assert [event["outcome"] for event in events if event["type"] == "model-download-ended"] == ["installed"] * 3
    code, states, _ = world.call("status")
    assert code == 0
    assert [(state["model"], state["state"]) for state in states] == [
        ("minilm", "present"),
        ("whisper-base", "present"),
        ("yamnet", "present"),
    ]


def test_required_only_leaves_the_others_alone(world: World) -> None:
    code, events, _ = world.call("download", "--required-only")
    assert code == 0
    assert {event["model"] for event in events} == {"minilm"}
