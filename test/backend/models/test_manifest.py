import hashlib
import json
import re
from pathlib import Path, PurePosixPath
from typing import Any

import pytest

from backend.contract.library import ModelId
from backend.models.manifest import MANIFEST_PATH, MANIFEST_VARIABLE, ManifestError, Model, load_manifest, read_manifest

MODELS = load_manifest().models


def test_the_manifest_and_the_contract_name_the_same_models() -> None:
    assert [model.id for model in MODELS] == [model_id.value for model_id in ModelId]


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.id)
def test_every_file_is_below_the_root_of_its_model(model: Model) -> None:
    for edition in model.editions:
        for file in edition.files:
            path = PurePosixPath(file.path)
            assert ".." not in path.parts
            assert path.is_relative_to(model.root)
            assert re.fullmatch("[0-9a-f]{64}", file.sha256)
            assert file.size > 0


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.id)
def test_what_the_library_loads_holds_the_files(model: Model) -> None:
    assert all(PurePosixPath(file.path).is_relative_to(model.load_path) for file in model.published.files)


def test_tfhub_names_the_folder_by_the_sha1_of_the_handle() -> None:
    yamnet = load_manifest().model("yamnet")
    assert yamnet.handle is not None
    assert yamnet.root == f"tfhub/{hashlib.sha1(yamnet.handle.encode()).hexdigest()}"


def test_openai_puts_the_digest_into_the_address() -> None:
    whisper = load_manifest().model("whisper-base")
    assert whisper.sources[0].url is not None
    assert whisper.published.files[0].sha256 in whisper.sources[0].url


def test_the_hub_revision_is_pinned_and_in_the_path() -> None:
    minilm = load_manifest().model("minilm")
    revision = minilm.sources[0].revision
    assert revision is not None
    assert re.fullmatch("[0-9a-f]{40}", revision)
    assert minilm.load_path.endswith(f"/snapshots/{revision}")


def test_a_total_that_does_not_add_up_is_refused(tmp_path: Path) -> None:
    document = json.loads(MANIFEST_PATH.read_text(encoding="utf-8"))
    document["models"][0]["size"] += 1
    changed = tmp_path / "manifest.json"
    changed.write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(ManifestError, match="its total says"):
        read_manifest(changed)


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b'"', b"\xff", b'{"version": 2, "models": []}', b'{"version": 1, "models": [{}]}'])
def test_what_is_not_a_manifest_is_refused(tmp_path: Path, content: bytes) -> None:
    changed = tmp_path / "manifest.json"
    changed.write_bytes(content)
    with pytest.raises(ManifestError, match=r"manifest\.json is not a model manifest: .*\.$"):
        read_manifest(changed)


def test_a_manifest_that_is_not_there_is_told_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match=r"^The model manifest .*absent\.json cannot be read: No such file or directory\.$"):
        read_manifest(tmp_path / "absent.json")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"files": [{"path": "../base.pt", "size": 1, "sha256": "0" * 64, "source_path": "base.pt"}]}, "not a path below"),
        ({"files": [{"path": "/base.pt", "size": 1, "sha256": "0" * 64, "source_path": "base.pt"}]}, "not a path below"),
        ({"files": [{"path": "base.pt", "size": 1, "sha256": "", "source_path": "base.pt"}]}, "lacks a size"),
        ({"files": []}, "without files"),
        ({"sources": []}, "has no source"),
        ({"sources": [{"kind": "torrent"}]}, "'torrent' is not known"),
        ({"sources": [{"kind": "https"}]}, "lacks url"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_manifest_that_could_do_harm_or_lead_nowhere_is_refused(tmp_path: Path, change: dict[str, Any], message: str) -> None:
    document = json.loads(MANIFEST_PATH.read_text(encoding="utf-8"))
    document["models"][1] |= change
    changed = tmp_path / "manifest.json"
    changed.write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(ManifestError, match=message):
        read_manifest(changed)


def test_the_environment_names_the_manifest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    document = json.loads(MANIFEST_PATH.read_text(encoding="utf-8"))
    document["models"][0]["title"] = "Ours"
    changed = tmp_path / "manifest.json"
    changed.write_text(json.dumps(document), encoding="utf-8")
    monkeypatch.setenv(MANIFEST_VARIABLE, str(changed))
    assert load_manifest().model("minilm").title == "Ours"
    monkeypatch.setenv(MANIFEST_VARIABLE, "")
    assert load_manifest() is load_manifest()
    assert load_manifest().model("minilm").title != "Ours"
