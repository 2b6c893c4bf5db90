"""The double is checked by the hub's own client: what huggingface_hub fetches from it, the downloader may be tested with."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from huggingface_hub import hf_hub_download, snapshot_download
from huggingface_hub.errors import EntryNotFoundError

from backend.models.manifest import load_manifest
from backend.models.registry import find_model
from backend.processing.config import get_models_cache_dir

from ...hub_double.faults import Fault
from ...hub_double.hub import serve_repository
from ...hub_double.manifests import REVISION, serve_present_models
from ...hub_double.server import HubDouble
from .downloads import LARGE, MINILM_FILES, MINILM_ROOT, REPOSITORY, REPOSITORY_ROOT, World, some_bytes

PROVIDED = get_models_cache_dir()


def test_the_real_client_fetches_a_repository(world: World, tmp_path: Path) -> None:
    folder = Path(snapshot_download(REPOSITORY, revision=REVISION, cache_dir=tmp_path / "hf", endpoint=world.hub.url, token=False))
    assert {path: (folder / path).read_bytes() for path in MINILM_FILES} == MINILM_FILES
    blobs = {path.name for path in (tmp_path / "hf" / MINILM_ROOT / "blobs").iterdir()}
    assert blobs == {file.blob for file in world.manifest.model("minilm").published.files}


def test_the_real_client_resumes_a_dropped_file_from_it(hub: HubDouble, tmp_path: Path, no_proxy: None) -> None:
    """It resumes after whole pieces of 10 MiB, which is why the file is larger than that."""
    weights = some_bytes(12 << 20, 5)
    serve_repository(hub, REPOSITORY, REVISION, {"model.safetensors": weights}, LARGE)
    hub.fail(Fault(path="/storage/", truncate_at=11 << 20))
    path = hf_hub_download(REPOSITORY, "model.safetensors", revision=REVISION, cache_dir=tmp_path / "hf", endpoint=hub.url, token=False)
    assert Path(path).read_bytes() == weights
    assert [request.start for request in hub.fetches if "/storage/" in request.path] == [0, 10 << 20]


def test_the_real_client_is_told_what_is_not_there(world: World, tmp_path: Path) -> None:
    with pytest.raises(EntryNotFoundError):
        hf_hub_download(REPOSITORY, "absent.bin", revision=REVISION, cache_dir=tmp_path / "hf", endpoint=world.hub.url, token=False)


def test_what_the_real_client_laid_out_is_laid_out_alike_by_ours(world: World, tmp_path: Path) -> None:
    snapshot_download(REPOSITORY, revision=REVISION, cache_dir=tmp_path / "hf", endpoint=world.hub.url, token=False)
    world.run("minilm")
    theirs, ours = tmp_path / "hf" / MINILM_ROOT, world.layer / MINILM_ROOT
    for kind in ("blobs", "snapshots"):
        assert _tree(ours / kind) == _tree(theirs / kind)


def _tree(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): str(path.readlink()) if path.is_symlink() else "file"
        for path in folder.rglob("*")
        if not path.is_dir()
    }


@pytest.mark.timeout(300)
def test_the_real_models_are_fetched_and_their_loaders_load_them(hub: HubDouble, tmp_path: Path, no_proxy: None) -> None:
    """All three through the process, from the double, at their real size; then the engines themselves."""
    if any(find_model(model.id) is None for model in load_manifest().models):
        pytest.skip("the three real models are not on this machine")
    world = World(hub, tmp_path / "fetched", tmp_path / "manifest.json")
    world.change(serve_present_models(hub, PROVIDED))
    code, events, errors = world.call("download")
    assert (code, errors) == (0, "")
    assert [event["outcome"] for event in events if event["type"] == "model-download-ended"] == ["installed"] * 3
    theirs = snapshot_download(
        REPOSITORY, revision=load_manifest().model("minilm").sources[0].revision, cache_dir=tmp_path / "hf", endpoint=hub.url, token=False
    )
    assert Path(theirs, "model.safetensors").stat().st_size == 90868376
    loaded = subprocess.run([sys.executable, "-c", LOAD, str(world.layer)], capture_output=True, text=True, check=False, timeout=280)
    assert loaded.returncode == 0, loaded.stderr[-2000:]
    assert loaded.stdout.split() == ["384", "245", "521"]


def test_what_came_from_the_double_is_present_by_its_manifest_and_by_the_shipped_one(tmp_path: Path, no_proxy: None) -> None:
    """The models of this machine are in other editions than the published ones; the double serves them as published."""
    if any(find_model(model_id) is None for model_id in ("whisper-base", "yamnet")):
        pytest.skip("the real models are not on this machine")
    layer, manifest = tmp_path / "fetched", tmp_path / "manifest.json"
    theirs = {**os.environ, "CONTENTCACHE_MODELS_DIR": str(layer), "CONTENTCACHE_MODELS_MANIFEST": str(manifest)}
    ours = {name: value for name, value in theirs.items() if name != "CONTENTCACHE_MODELS_MANIFEST"}
    double = [sys.executable, "-m", "hub_double", "--models", str(PROVIDED), "--manifest", str(manifest)]
    test_folder = {"cwd": REPOSITORY_ROOT / "test", "env": {**os.environ, "PYTHONPATH": str(REPOSITORY_ROOT)}}
    with subprocess.Popen(double, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, **test_folder) as hub:  # type: ignore[call-overload]
        assert hub.stdout.readline().startswith("http://127.0.0.1:")
        chosen = ["--only", "whisper-base", "--only", "yamnet"]
        fetch = [sys.executable, "-m", "backend.models.downloader", "download", *chosen]
        subprocess.run(fetch, cwd=REPOSITORY_ROOT, env=theirs, check=True, capture_output=True, stdin=subprocess.DEVNULL)
        hub.stdin.close()
    for environment in (theirs, ours):
        found = subprocess.run(
            [sys.executable, "-c", FIND], cwd=REPOSITORY_ROOT, env=environment, capture_output=True, text=True, check=True
        )
        assert found.stdout.split() == ["missing", "present", "present"]


FIND = "from backend.models.registry import model_states; print(*(status.state.value for status in model_states().values()))"

LOAD = """
import os, sys
layer = sys.argv[1]
os.environ |= {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1", "HF_HUB_CACHE": layer, "TFHUB_CACHE_DIR": layer + "/tfhub"}
from sentence_transformers import SentenceTransformer
model = SentenceTransformer("sentence-transformers/all-MiniLM-L6-v2", cache_folder=layer, local_files_only=True, device="cpu")
print(model.encode("a dog barks").shape[0])
import whisper
print(len(whisper.load_model(layer + "/base.pt", device="cpu").state_dict()))
import numpy, tensorflow_hub
scores, embeddings, spectrogram = tensorflow_hub.load("https://tfhub.dev/google/yamnet/1")(numpy.zeros(16000, numpy.float32))
print(scores.shape[1])
"""


def test_the_listing_of_a_repository_is_the_hubs(hub: HubDouble) -> None:
    serve_repository(hub, REPOSITORY, REVISION, MINILM_FILES, LARGE)
    from huggingface_hub import HfApi

    info = HfApi(endpoint=hub.url, token=False).model_info(REPOSITORY, revision=REVISION)
    assert info.sha == REVISION
    assert {sibling.rfilename for sibling in info.siblings or []} == set(MINILM_FILES)
