"""What an installed app brings along: built from this machine's models, read only, and never written to."""

from pathlib import Path

import pytest

from backend.models.manifest import Model, load_manifest
from backend.models.registry import ModelState, layers, model_status, verify
from scripts.models.bundle import MARK, Strategy, build_bundle, chosen
from scripts.models.placement import ProvisionError

from .conftest import PUBLISHED, install


def tree(folder: Path) -> dict[str, tuple[int, bytes]]:
    return {
        str(path.relative_to(folder)): (path.stat().st_mode, path.read_bytes() if path.is_file() else b"")
        for path in sorted(folder.rglob("*"))
    }


@pytest.fixture
def bundle(writable: Path, model: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A bundle of the made-up model, for an app whose own models directory is empty."""
    install(writable, model, model.published, PUBLISHED)
    into = tmp_path / "the app" / "models"
    build_bundle([model], into)
    monkeypatch.setenv("CONTENTCACHE_BUNDLED_MODELS_DIR", str(into))
    monkeypatch.setenv("CONTENTCACHE_MODELS_DIR", str(tmp_path / "empty"))
    return into


def test_each_strategy_names_its_models() -> None:
    manifest = load_manifest()
    names = {strategy: [model.id for model in chosen(strategy, manifest)] for strategy in Strategy}
    assert names == {Strategy.BUNDLED: ["minilm", "whisper-base", "yamnet"], Strategy.HYBRID: ["minilm"], Strategy.NONE: []}


def test_a_bundled_model_is_present_and_nothing_is_written_beside_it(bundle: Path, model: Model) -> None:
    before = tree(bundle)
    status = model_status(model)
    assert status.state is ModelState.PRESENT
    assert status.location is not None
    assert status.location.layer == bundle == layers()[1]
    assert tree(bundle) == before


def test_a_damaged_bundle_is_told_and_left_as_it_is(bundle: Path, model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    class Manifest:
        def model(self, _: str) -> Model:
            return model

    monkeypatch.setattr("backend.models.registry.load_manifest", Manifest)
    assert verify(model.id, layer=bundle).state is ModelState.PRESENT
    file = bundle / model.published.files[0].path
    file.write_bytes(file.read_bytes()[::-1])
    before = tree(bundle)
    assert verify(model.id, layer=bundle).state is ModelState.DAMAGED
    assert tree(bundle) == before


def test_the_same_models_give_the_same_bytes_without_links(writable: Path, model: Model, tmp_path: Path) -> None:
    install(writable, model, model.published, PUBLISHED)
    build_bundle([model], tmp_path / "one")
    build_bundle([model], tmp_path / "two")
    build_bundle([model], tmp_path / "two")
    assert tree(tmp_path / "one") == tree(tmp_path / "two")
    assert not [path for path in (tmp_path / "one").rglob("*") if path.is_symlink()]


def test_an_empty_bundle_is_valid(tmp_path: Path) -> None:
    build_bundle([], tmp_path / "none")
    assert [path.name for path in (tmp_path / "none").iterdir()] == [MARK]


def test_a_folder_with_other_files_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(ProvisionError, match="holds other files"):
        build_bundle([], tmp_path)
    assert (tmp_path / "thesis.txt").read_text() == "mine"


def test_a_model_that_is_not_here_or_damaged_makes_no_bundle(writable: Path, model: Model, tmp_path: Path) -> None:
    with pytest.raises(ProvisionError, match="is not here"):
        build_bundle([model], tmp_path / "bundle")
    install(writable, model, model.published, PUBLISHED)
    file = writable / model.published.files[0].path
    file.write_bytes(file.read_bytes()[::-1])
    with pytest.raises(ProvisionError, match="is damaged"):
        build_bundle([model], tmp_path / "bundle")
    assert not (tmp_path / "bundle").exists()
