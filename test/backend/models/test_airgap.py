"""Models that travel by hand: exported on one machine, imported on another, never trusted unseen."""

import io
import itertools
import json
import os
import shutil
import signal
import statistics
import subprocess
import tarfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from huggingface_hub import snapshot_download

from backend.contract.events import ModelDownloadEnded, ModelDownloadOutcome, ModelDownloadProgress
from backend.models.airgap import shelf
from backend.models.airgap.bundle import INDEX
from backend.models.airgap.export_models import export_models
from backend.models.airgap.import_models import import_models
from backend.models.cancellation import Cancellation
from backend.models.problems import Cancelled, ModelError

from ...hub_double.manifests import REVISION, tar_gz
from .conftest import place
from .downloads import (
    BASE_PT,
    MINILM_FILES,
    MINILM_ROOT,
    REPOSITORY,
    WEIGHTS,
    YAMNET_FILES,
    YAMNET_ROOT,
    World,
    document,
    unprivileged,
)

Move = Callable[[str], Path]


@pytest.fixture
def full(world: World) -> World:
    world.run()
    return world


@pytest.fixture
def other_machine(full: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Move:
    """Go to a machine with an empty models directory of that name."""

    def move(name: str) -> Path:
        full.layer = tmp_path / name
        monkeypatch.setenv("CONTENTCACHE_MODELS_DIR", str(full.layer))
        return full.layer

    return move


def export(world: World, target: Path, *only: str) -> None:
    manifest = world.manifest
    export_models([manifest.model(model_id) for model_id in only] or list(manifest.models), target, Cancellation())


def bring(world: World, path: Path, cancellation: Cancellation | None = None) -> list[ModelDownloadEnded]:
    events: list[ModelDownloadProgress | ModelDownloadEnded] = []
    ended = import_models(path, world.manifest, events.append, cancellation or Cancellation())
    for event in ended:
        assert next(e for e in events if e.model == event.model).type == "model-download-progress"
        assert [e for e in events if isinstance(e, ModelDownloadEnded) and e.model == event.model] == [event]
    return ended


def outcomes(ended: list[ModelDownloadEnded]) -> list[tuple[str, ModelDownloadOutcome]]:
    return [(event.model.value, event.outcome) for event in ended]


ALL = [(model_id, ModelDownloadOutcome.INSTALLED) for model_id in ("minilm", "whisper-base", "yamnet")]


def test_what_is_exported_is_whole_on_the_other_machine(full: World, other_machine: Move, tmp_path: Path) -> None:
    export(full, tmp_path / "models.tar")
    asked = len(full.hub.requests)
    layer = other_machine("other")
    assert outcomes(bring(full, tmp_path / "models.tar")) == ALL
    assert all(full.is_present(model.id) for model in full.manifest.models)
    snapshot = next((layer / MINILM_ROOT / "snapshots").iterdir())
    assert {path: (snapshot / path).read_bytes() for path in MINILM_FILES} == MINILM_FILES
    assert (layer / MINILM_ROOT / "refs" / "main").read_text() == snapshot.name
    assert len(full.hub.requests) == asked
    assert not any((layer / ".staging").rglob("import"))


def test_the_same_models_give_the_same_file(full: World, tmp_path: Path) -> None:
    export(full, tmp_path / "one.tar", "minilm", "whisper-base")
    export(full, tmp_path / "two.tar", "minilm", "whisper-base")
    assert (tmp_path / "one.tar").read_bytes() == (tmp_path / "two.tar").read_bytes()
    with tarfile.open(tmp_path / "one.tar") as bundle:
        assert bundle.getnames()[0] == INDEX
        index = bundle.extractfile(INDEX)
        assert index is not None
        assert [entry["id"] for entry in json.load(index)["models"]] == ["minilm", "whisper-base"]


def test_an_export_unpacked_is_a_models_directory(full: World, other_machine: Move, tmp_path: Path) -> None:
    export(full, tmp_path / "models.tar")
    layer = other_machine("unpacked")
    with tarfile.open(tmp_path / "models.tar") as bundle:
        bundle.extractall(layer, filter="data")
    assert all(full.is_present(model.id) for model in full.manifest.models)
    other_machine("again")
    assert outcomes(bring(full, layer)) == ALL


def test_a_models_folder_is_imported(full: World, other_machine: Move) -> None:
    source = full.layer
    other_machine("other")
    assert outcomes(bring(full, source)) == ALL


def test_a_folder_with_one_model_brings_that_one(full: World, other_machine: Move, tmp_path: Path) -> None:
    stick = tmp_path / "stick"
    shutil.copytree(full.layer / YAMNET_ROOT, stick / YAMNET_ROOT)
    other_machine("other")
    assert outcomes(bring(full, stick)) == [("yamnet", ModelDownloadOutcome.INSTALLED)]


def test_a_bare_base_pt_is_recognised_whatever_its_name(full: World, other_machine: Move, tmp_path: Path) -> None:
    bare = tmp_path / "whisper (1).pt"
    bare.write_bytes(BASE_PT)
    other_machine("other")
    assert outcomes(bring(full, bare)) == [("whisper-base", ModelDownloadOutcome.INSTALLED)]


def test_a_good_model_is_kept(full: World, tmp_path: Path) -> None:
    export(full, tmp_path / "models.tar", "whisper-base")
    before = (full.layer / "base.pt").stat()
    (ended,) = bring(full, tmp_path / "models.tar")
    assert ended.message == "Whisper-base is here already."
    assert (full.layer / "base.pt").stat().st_ino == before.st_ino


def flipped(data: bytes) -> bytes:
    """One bit of the last byte is another."""
    return data[:-1] + bytes([data[-1] ^ 1])


def refused(world: World, path: Path) -> str:
    with pytest.raises(ModelError) as caught:
        bring(world, path)
    assert caught.value.problem.next_step
    return caught.value.problem.code


def test_a_damaged_base_pt_is_refused(full: World, other_machine: Move, tmp_path: Path) -> None:
    bare = tmp_path / "base.pt"
    bare.write_bytes(flipped(BASE_PT))
    layer = other_machine("other")
    (ended,) = bring(full, bare)
    assert ended.problem is not None
    assert (ended.model, ended.problem.code) == ("whisper-base", "corrupt")
    assert not (layer / "base.pt").exists()


@pytest.mark.parametrize("name", ["yamnet_1.tar.gz", "download (3)"])
def test_the_published_archive_is_recognised_whatever_its_name(full: World, other_machine: Move, tmp_path: Path, name: str) -> None:
    bare = tmp_path / name
    bare.write_bytes(tar_gz(YAMNET_FILES))
    layer = other_machine("other")
    assert outcomes(bring(full, bare)) == [("yamnet", ModelDownloadOutcome.INSTALLED)]
    assert {path: (layer / YAMNET_ROOT / path).read_bytes() for path in YAMNET_FILES} == YAMNET_FILES
    assert full.is_present("yamnet")
    assert not any((layer / ".staging").rglob("import"))


@pytest.mark.parametrize("evil", ["../../evil", "/tmp/evil"])
def test_an_archive_that_reaches_outside_is_refused_even_if_the_manifest_names_it(
    full: World, other_machine: Move, tmp_path: Path, evil: str
) -> None:
    bare = tmp_path / "yamnet.tar.gz"
    with tarfile.open(bare, "w:gz") as archive:
        made = tarfile.TarInfo(evil)
        archive.addfile(made)
    full.change(document(full.hub, bare.read_bytes()))
    layer = other_machine("other")
    (ended,) = bring(full, bare)
    assert ended.problem is not None
    assert ended.problem.code == "unsafe-archive"
    assert not (layer / YAMNET_ROOT).exists()
    assert list(tmp_path.rglob("evil")) == []


def test_a_damaged_archive_is_refused(full: World, other_machine: Move, tmp_path: Path) -> None:
    bare = tmp_path / "yamnet.tar.gz"
    bare.write_bytes(flipped(tar_gz(YAMNET_FILES)))
    layer = other_machine("other")
    (ended,) = bring(full, bare)
    assert ended.problem is not None
    assert (ended.model, ended.problem.code) == ("yamnet", "corrupt")
    assert not (layer / YAMNET_ROOT).exists()


def test_another_archive_is_refused_in_a_sentence(full: World, tmp_path: Path) -> None:
    bare = tmp_path / "yamnet.tar.gz"
    bare.write_bytes(tar_gz({**YAMNET_FILES, "more": b"more"}))
    with pytest.raises(ModelError, match=r"yamnet\.tar\.gz is a compressed archive, but not one that a model is published as\.$") as caught:
        bring(full, bare)
    assert caught.value.problem.code == "nothing-to-import"


def test_a_folder_as_unpacked_by_a_person_is_recognised(full: World, other_machine: Move, tmp_path: Path) -> None:
    place(tmp_path / "yamnet", YAMNET_FILES)
    layer = other_machine("other")
    assert outcomes(bring(full, tmp_path / "yamnet")) == [("yamnet", ModelDownloadOutcome.INSTALLED)]
    assert {path: (layer / YAMNET_ROOT / path).read_bytes() for path in YAMNET_FILES} == YAMNET_FILES


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """What `git clone` makes of the hub's repository."""
    folder = tmp_path / "all-MiniLM-L6-v2"
    place(folder, {**MINILM_FILES, "README.md": b"# all-MiniLM", "onnx/model.onnx": WEIGHTS[:-5], ".git/lfs/objects/1": flipped(WEIGHTS)})
    return folder


def test_a_clone_of_the_hubs_repository_is_recognised(full: World, other_machine: Move, clone: Path) -> None:
    layer = other_machine("other")
    assert outcomes(bring(full, clone)) == [("minilm", ModelDownloadOutcome.INSTALLED)]
    assert snapshot_download(REPOSITORY, cache_dir=layer, local_files_only=True).endswith(REVISION)


def test_a_clone_without_its_large_files_is_told_how_to_get_them(full: World, clone: Path) -> None:
    (clone / "model.safetensors").write_bytes(b"version https://git-lfs.github.com/spec/v1\noid sha256:53aa\nsize 400000\n")
    with pytest.raises(ModelError, match=r"Minilm is not whole in it \(model\.safetensors is only a pointer .*git lfs pull") as caught:
        bring(full, clone)
    assert caught.value.problem.code == "nothing-to-import"


def test_a_folder_of_loose_files_is_sorted_out_by_digest(full: World, other_machine: Move, tmp_path: Path) -> None:
    """As a browser saves them: side by side, renamed where two have one name, a damaged first attempt among them."""
    saved = {
        "config.json": MINILM_FILES["1_Pooling/config.json"],
        "config(1).json": MINILM_FILES["config.json"],
        "model (1).safetensors": flipped(WEIGHTS),
        "model.safetensors.crdownload.bak": WEIGHTS,
        "base.pt": BASE_PT,
        "yamnet_1.tar.gz": tar_gz(YAMNET_FILES),
        "letter.txt": b"hello",
    }
    place(tmp_path / "Downloads", saved)
    other_machine("other")
    assert outcomes(bring(full, tmp_path / "Downloads")) == ALL


def test_a_folder_of_countless_files_is_not_looked_through(full: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shelf, "MAX_FILES", 3)
    place(tmp_path / "many", {str(number): b"" for number in range(4)})
    with pytest.raises(ModelError, match="more than 3 files"):
        bring(full, tmp_path / "many")


@pytest.mark.skipif(os.geteuid() == 0 and shutil.which("setpriv") is None, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_not_said_to_be_the_models_folder(full: World, tmp_path: Path) -> None:
    bare = tmp_path / "base.pt"
    bare.write_bytes(BASE_PT)
    bare.chmod(0)
    full.layer = tmp_path / "other"
    code, output = unprivileged(full, "import", str(bare))
    assert code == 1
    assert '"code":"unreadable"' in output


@pytest.mark.parametrize("content", [b"", b"hello", b"\0" * 2048])
def test_another_file_is_refused(full: World, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "letter.txt"
    path.write_bytes(content)
    assert refused(full, path) == "nothing-to-import"


def test_what_is_not_there_is_refused(full: World, tmp_path: Path) -> None:
    assert refused(full, tmp_path / "absent") == "unreadable"


def test_a_folder_without_a_whole_model_is_refused(full: World, tmp_path: Path) -> None:
    stick = tmp_path / "stick"
    shutil.copytree(full.layer / YAMNET_ROOT, stick / YAMNET_ROOT)
    (stick / YAMNET_ROOT / "saved_model.pb").unlink()
    assert refused(full, stick) == "nothing-to-import"


@pytest.mark.parametrize("path", ["base.pt", f"{YAMNET_ROOT}/saved_model.pb"])
def test_one_damaged_file_fails_its_model_and_no_other(full: World, other_machine: Move, path: str) -> None:
    damaged = full.layer / path
    data = damaged.read_bytes()
    damaged.write_bytes(flipped(data))
    source = full.layer
    layer = other_machine("other")
    ended = bring(full, source)
    failed = [event for event in ended if event.problem]
    assert [event.problem.code for event in failed if event.problem] == ["corrupt"]
    assert [full.is_present(event.model.value) for event in ended].count(True) == 2
    assert not (layer / path).exists()


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_a_bundle_cut_short_is_refused_and_installs_nothing(full: World, other_machine: Move, tmp_path: Path, share: float) -> None:
    export(full, tmp_path / "models.tar")
    data = (tmp_path / "models.tar").read_bytes()
    (tmp_path / "models.tar").write_bytes(data[: int(len(data) * share)])
    layer = other_machine("other")
    assert refused(full, tmp_path / "models.tar") == "corrupt"
    assert not layer.exists()


def test_a_bundle_whose_index_promises_other_digests_is_refused(full: World, other_machine: Move, tmp_path: Path) -> None:
    """Its own word counts for nothing: only what the app's manifest names is installed."""
    evil = tmp_path / "evil.tar"
    entry = {"id": "whisper-base", "edition": "published", "files": [{"path": "base.pt", "size": 4, "sha256": "0" * 64}]}
    with tarfile.open(evil, "w") as bundle:
        for name, data in ((INDEX, json.dumps({"version": 1, "models": [entry]}).encode()), ("base.pt", b"evil"), ("../evil", b"evil")):
            made = tarfile.TarInfo(name)
            made.size = len(data)
            bundle.addfile(made, io.BytesIO(data))
    layer = other_machine("other")
    assert refused(full, evil) == "nothing-to-import"
    assert not layer.exists()


def test_a_cancelled_import_leaves_nothing(full: World, other_machine: Move) -> None:
    source = full.layer
    layer = other_machine("other")
    cancellation = Cancellation()
    cancellation.request()
    assert {event.outcome for event in bring(full, source, cancellation)} == {ModelDownloadOutcome.CANCELLED}
    assert not any(full.is_present(model.id) for model in full.manifest.models)
    assert not (layer / "base.pt").exists()


def test_a_damaged_model_is_not_exported(full: World, tmp_path: Path) -> None:
    data = bytearray((full.layer / "base.pt").read_bytes())
    data[5] ^= 1
    (full.layer / "base.pt").write_bytes(data)
    (tmp_path / "models.tar").write_bytes(b"an older export")
    with pytest.raises(ModelError) as caught:
        export(full, tmp_path / "models.tar")
    assert caught.value.problem.code == "damaged"
    assert (tmp_path / "models.tar").read_bytes() == b"an older export"
    assert not (tmp_path / "models.tar.part").exists()


def test_what_is_not_here_is_not_exported(world: World, tmp_path: Path) -> None:
    with pytest.raises(ModelError) as caught:
        export(world, tmp_path / "models.tar", "whisper-base")
    assert caught.value.problem.code == "not-installed"


def test_an_export_can_be_cancelled(full: World, tmp_path: Path) -> None:
    cancellation = Cancellation()
    cancellation.request()
    with pytest.raises(Cancelled):
        export_models(list(full.manifest.models), tmp_path / "models.tar", cancellation)
    assert list(tmp_path.glob("models.tar*")) == []


@pytest.fixture
def heavy(world: World) -> World:
    """A model that takes a while to write, placed by hand and verified."""
    weights = world.layer / "base.pt"
    with weights.open("wb") as stream:
        stream.truncate(128 << 20)
    world.serve(base_pt=weights.read_bytes())
    assert world.call("verify", "--only", "whisper-base")[0] == 0
    return world


def exported(world: World, target: Path) -> subprocess.Popen[str]:
    return world.start("export", target, "--only", "whisper-base")


def test_an_export_says_twice_a_second_how_far_it_is(heavy: World, tmp_path: Path) -> None:
    """On a machine that is as slow as one that gets to work only now and then."""
    process = exported(heavy, tmp_path / "models.tar")
    assert process.stdout is not None
    told: list[tuple[float, dict[str, Any]]] = []
    reader = threading.Thread(target=lambda: told.extend((time.monotonic(), json.loads(line)) for line in process.stdout or ()))
    reader.start()
    while not (tmp_path / "models.tar.part").exists() and process.poll() is None:
        time.sleep(0.001)
    while process.poll() is None:
        process.send_signal(signal.SIGSTOP)
        time.sleep(0.06)
        process.send_signal(signal.SIGCONT)
        time.sleep(0.002)
    reader.join()
    assert process.wait() == 0
    times, events = zip(*told, strict=True)
    assert {event["type"] for event in events} == {"model-export-progress"}
    assert [event["bytes"] for event in events] == sorted(event["bytes"] for event in events)
    assert {event["total"] for event in events} == {128 << 20}
    assert (events[0]["bytes"], events[-1]["bytes"]) == (0, 128 << 20)
    assert any(0 < event["bytes"] < 128 << 20 for event in events)
    assert statistics.median(later - earlier for earlier, later in itertools.pairwise(times)) < 0.5


@pytest.mark.parametrize("how", ["SIGTERM", "stdin", "shutdown"])
def test_an_export_that_is_cancelled_leaves_nothing(heavy: World, tmp_path: Path, how: str) -> None:
    target, part = tmp_path / "models.tar", tmp_path / "models.tar.part"
    process = exported(heavy, target)
    while not (part.exists() and part.stat().st_size > 1 << 20):
        assert process.poll() is None
        time.sleep(0.001)
    process.send_signal(signal.SIGSTOP)
    assert part.stat().st_size < 128 << 20
    if how == "SIGTERM":
        process.send_signal(signal.SIGTERM)
    assert process.stdin is not None
    if how == "shutdown":
        process.stdin.write('{"type":"shutdown"}\n')
        process.stdin.flush()
    if how == "stdin":
        process.stdin.close()
    process.send_signal(signal.SIGCONT)
    assert process.stdout is not None
    events = [json.loads(line) for line in process.stdout]
    assert process.wait() == 130
    assert {event["type"] for event in events} == {"model-export-progress"}
    assert list(tmp_path.glob("models.tar*")) == []


def test_the_commands_carry_models_from_machine_to_machine(full: World, tmp_path: Path) -> None:
    code, _, errors = full.call("export", tmp_path / "models.tar", "--only", "yamnet")
    assert code == 0, errors
    assert full.call("remove", "yamnet")[0] == 0
    assert full.is_missing("yamnet")
    assert not (full.layer / YAMNET_ROOT).exists()
    code, events, _ = full.call("import", tmp_path / "models.tar")
    assert (code, events[-1]["outcome"]) == (0, "installed")
    assert {path: (full.layer / YAMNET_ROOT / path).read_bytes() for path in YAMNET_FILES} == YAMNET_FILES
    code, events, _ = full.call("import", tmp_path / "manifest.json")
    assert (code, events[-1]["type"], events[-1]["problem"]["code"]) == (1, "error", "nothing-to-import")


def test_verify_finds_what_status_cannot_see(full: World) -> None:
    data = bytearray((full.layer / "base.pt").read_bytes())
    data[5] ^= 1
    (full.layer / "base.pt").write_bytes(data)
    assert full.call("status")[0] == 0
    code, events, _ = full.call("verify")
    assert code == 1
    assert [(event["model"], event["state"]) for event in events] == [
        ("minilm", "present"),
        ("whisper-base", "damaged"),
        ("yamnet", "present"),
    ]


def test_a_bundled_model_is_not_removed(full: World, tmp_path: Path) -> None:
    environment = {"CONTENTCACHE_BUNDLED_MODELS_DIR": str(full.layer)}
    bundled, full.layer = full.layer, tmp_path / "user"
    code, events, _ = full.call("remove", "minilm", **environment)
    assert (code, events[-1]["problem"]["code"]) == (1, "bundled")
    assert (bundled / MINILM_ROOT).exists()
    code, events, _ = full.call("download", "--required-only", **environment)
    assert (code, events[-1]["message"]) == (0, "Minilm is here already.")
