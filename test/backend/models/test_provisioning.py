import struct
from pathlib import Path

import numpy as np
import pytest

from backend.models.manifest import Model
from backend.models.registry import ModelState, model_status
from scripts.models.ctranslate2_file import FormatError, read_variables
from scripts.models.placement import ProvisionError, install

from .conftest import EQUIVALENT, PUBLISHED, place


def test_what_was_built_is_verified_and_marked(writable: Path, model: Model) -> None:
    install(writable, model, model.published, lambda staged: place(staged, PUBLISHED))
    assert model_status(model).state is ModelState.PRESENT


def test_an_edition_replaces_another_without_a_rest_of_it(writable: Path, model: Model) -> None:
    install(writable, model, model.equivalents[0], lambda staged: place(staged, EQUIVALENT))
    install(writable, model, model.published, lambda staged: place(staged, PUBLISHED))
    assert not (writable / "tagger/extra").exists()
    assert model_status(model).state is ModelState.PRESENT


def test_what_is_not_in_the_manifest_is_refused_and_the_old_one_stays(writable: Path, model: Model) -> None:
    install(writable, model, model.published, lambda staged: place(staged, PUBLISHED))
    with pytest.raises(ProvisionError, match=r"tagger/graph.pb has the right size but other content"):
        install(writable, model, model.published, lambda staged: place(staged, {**PUBLISHED, "tagger/graph.pb": b"grape"}))
    assert model_status(model).state is ModelState.PRESENT


def test_an_interrupted_build_leaves_nothing(writable: Path, model: Model) -> None:
    def build(staged: Path) -> None:
        place(staged, {"tagger/graph.pb": b"graph"})
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        install(writable, model, model.published, build)
    assert model_status(model).state is ModelState.MISSING
    assert list((writable / ".staging").iterdir()) == []


def _string(text: str) -> bytes:
    data = text.encode() + b"\0"
    return struct.pack("<H", len(data)) + data


def _model_bin(name: str = "WhisperSpec") -> bytes:
    weight = np.arange(6, dtype="<f2").reshape(2, 3)
    heads = np.array(8, dtype="<i2")
    return b"".join(
        [
            struct.pack("<I", 6) + _string(name) + struct.pack("<II", 3, 2),
            _string("linear/weight") + struct.pack("<BIIBI", 2, 2, 3, 4, weight.nbytes) + weight.tobytes(),
            _string("num_heads") + struct.pack("<BBI", 0, 2, heads.nbytes) + heads.tobytes(),
            struct.pack("<I", 0),
        ]
    )


def test_variables_are_read_with_shape_and_type(tmp_path: Path) -> None:
    path = tmp_path / "model.bin"
    path.write_bytes(_model_bin())
    variables = read_variables(path, "WhisperSpec")
    assert variables["linear/weight"].dtype == np.float16
    assert variables["linear/weight"].tolist() == [[0, 1, 2], [3, 4, 5]]
    assert (variables["num_heads"].shape, int(variables["num_heads"])) == ((), 8)


def test_another_kind_of_model_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "model.bin"
    path.write_bytes(_model_bin("TransformerSpec"))
    with pytest.raises(FormatError, match="TransformerSpec"):
        read_variables(path, "WhisperSpec")


@pytest.mark.parametrize("cut", [1, 3, 8, 20, 40, 55])
def test_a_file_cut_short_is_refused(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "model.bin"
    whole = _model_bin()
    path.write_bytes(whole[: len(whole) - 4 - cut])
    with pytest.raises(FormatError):
        read_variables(path, "WhisperSpec")
