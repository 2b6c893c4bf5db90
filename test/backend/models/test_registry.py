import subprocess
import sys
from pathlib import Path

import pytest

from backend.models.manifest import Manifest, ManifestError, Model
from backend.models.registry import ModelState, find_model, layers, model_states, model_status, verify
from backend.models.verification import marker_path, remove_marker

from .conftest import EQUIVALENT, PUBLISHED, install, place

CHECKOUT = Path(__file__).resolve().parents[3]


def test_nothing_there_is_missing(writable: Path, model: Model) -> None:
    assert model_status(model).state is ModelState.MISSING


def test_an_empty_directory_of_its_name_is_not_a_model(writable: Path, model: Model) -> None:
    (writable / "tagger" / "variables").mkdir(parents=True)
    assert model_status(model).state is ModelState.MISSING


def test_right_files_without_a_marker_are_not_present(writable: Path, model: Model) -> None:
    place(writable, PUBLISHED)
    status = model_status(model)
    assert (status.state, status.location) == (ModelState.DAMAGED, None)
    assert status.problem == "its files were not verified yet"


def test_verified_files_are_present(writable: Path, model: Model, manifest: Manifest) -> None:
    install(writable, model, model.published, PUBLISHED)
    location = find_model("tagger", manifest)
    assert location is not None
    assert (location.path, location.layer, location.edition) == (writable / "tagger", writable, "published")


def test_an_accepted_equivalent_is_present(writable: Path, model: Model) -> None:
    install(writable, model, model.equivalents[0], EQUIVALENT)
    location = model_status(model).location
    assert location is not None
    assert location.edition == "rewritten"


def test_a_marker_of_another_edition_vouches_for_nothing(writable: Path, model: Model) -> None:
    place(writable, PUBLISHED)
    install(writable, model, model.equivalents[0], {})
    assert model_status(model).state is ModelState.DAMAGED


@pytest.mark.parametrize("content", [b"", b"weight", b"weights and more"])
def test_a_file_of_another_size_is_damaged(writable: Path, model: Model, content: bytes) -> None:
    install(writable, model, model.published, PUBLISHED)
    (writable / "tagger/variables/data").write_bytes(content)
    status = model_status(model)
    assert status.state is ModelState.DAMAGED
    assert status.problem == f"tagger/variables/data has {len(content)} bytes instead of 7"


def test_a_lost_file_is_damaged(writable: Path, model: Model) -> None:
    install(writable, model, model.published, PUBLISHED)
    (writable / "tagger/graph.pb").unlink()
    assert model_status(model).problem == "tagger/graph.pb is missing"


def test_a_marker_without_any_file_is_damaged(writable: Path, model: Model) -> None:
    install(writable, model, model.published, {})
    assert model_status(model).state is ModelState.DAMAGED


@pytest.mark.parametrize("marker", ["", "{", "[]", '{"edition": "published"}', '{"edition": 1, "files": [{"path": 1}]}'])
def test_an_unreadable_marker_is_no_marker(writable: Path, model: Model, marker: str) -> None:
    install(writable, model, model.published, PUBLISHED)
    marker_path(writable, model).write_text(marker, encoding="utf-8")
    assert model_status(model).state is ModelState.DAMAGED


def test_the_bundle_serves_what_the_writable_layer_lacks(writable: Path, bundled: Path, model: Model) -> None:
    install(bundled, model, model.published, PUBLISHED)
    location = model_status(model).location
    assert location is not None
    assert location.layer == bundled


def test_a_damaged_copy_does_not_hide_the_bundle(writable: Path, bundled: Path, model: Model) -> None:
    install(bundled, model, model.published, PUBLISHED)
    place(writable, {"tagger/graph.pb": b"half"})
    location = model_status(model).location
    assert location is not None
    assert location.layer == bundled


def test_the_writable_layer_wins(writable: Path, bundled: Path, model: Model) -> None:
    install(bundled, model, model.published, PUBLISHED)
    install(writable, model, model.equivalents[0], EQUIVALENT)
    location = model_status(model).location
    assert location is not None
    assert location.layer == writable
    assert layers() == (writable, bundled)


def test_verify_marks_good_files(writable: Path, model: Model, manifest: Manifest) -> None:
    place(writable, EQUIVALENT)
    status = verify("tagger", manifest)
    assert status.location is not None
    assert status.location.edition == "rewritten"
    assert model_status(model).state is ModelState.PRESENT


def test_verify_finds_a_changed_byte_that_sizes_do_not_show(writable: Path, model: Model, manifest: Manifest) -> None:
    install(writable, model, model.published, PUBLISHED)
    (writable / "tagger/graph.pb").write_bytes(b"Graph")
    assert model_status(model).state is ModelState.PRESENT
    status = verify("tagger", manifest)
    assert status.state is ModelState.DAMAGED
    assert status.problem == "tagger/graph.pb has the right size but other content"
    assert model_status(model).state is ModelState.DAMAGED


def test_verify_of_nothing_is_missing(writable: Path, model: Model, manifest: Manifest) -> None:
    install(writable, model, model.published, {})
    assert verify("tagger", manifest).state is ModelState.MISSING
    assert model_status(model).state is ModelState.MISSING


def test_remove_marker_is_repeatable(writable: Path, model: Model) -> None:
    install(writable, model, model.published, PUBLISHED)
    remove_marker(writable, model)
    remove_marker(writable, model)
    assert model_status(model).state is ModelState.DAMAGED


def test_an_unknown_model_is_an_error_that_names_the_known_ones(writable: Path) -> None:
    with pytest.raises(ManifestError, match=r"no model 'whale'. It names: minilm, whisper-base, yamnet"):
        find_model("whale")


def test_states_name_every_model_of_the_shipped_manifest(writable: Path) -> None:
    states = model_states()
    assert {model_id: status.state for model_id, status in states.items()} == {
        "minilm": ModelState.MISSING,
        "whisper-base": ModelState.MISSING,
        "yamnet": ModelState.MISSING,
    }


def test_asking_imports_nothing_heavy() -> None:
    probe = "import sys, backend.models.registry; print(*sys.modules)"
    result = subprocess.run([sys.executable, "-c", probe], cwd=CHECKOUT, capture_output=True, text=True, check=True)
    heavy = {"torch", "numpy", "tensorflow", "transformers", "huggingface_hub", "pydantic"}
    assert heavy.isdisjoint(result.stdout.split())
