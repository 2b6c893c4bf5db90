"""One file that carries models to a machine without a network.

An uncompressed tar. Its first member, `contentcache-models.json`, names models and editions with every file's size and
SHA-256; then come the files at their paths in the cache layout, each model's verification marker among them. Unpacked,
it is a models directory: it can be bundled with an app, imported as a folder, or served as a mirror.
"""

import json
from dataclasses import dataclass
from typing import IO

from backend.models.manifest import FileSet, Manifest, Model
from backend.models.problems import ModelError

INDEX = "contentcache-models.json"
VERSION = 1
LARGEST_INDEX = 1 << 20


@dataclass(frozen=True, slots=True)
class Carried:
    """One model in a bundle, in one of the editions that the manifest accepts."""

    model: Model
    edition: FileSet


def index_bytes(carried: list[Carried]) -> bytes:
    document = {
        "version": VERSION,
        "models": [
            {
                "id": entry.model.id,
                "title": entry.model.title,
                "licence": entry.model.licence,
                "edition": entry.edition.edition,
                "files": [{"path": file.path, "size": file.size, "sha256": file.sha256} for file in entry.edition.files],
            }
            for entry in carried
        ],
    }
    return json.dumps(document, indent=2).encode()


def read_index(stream: IO[bytes], manifest: Manifest) -> list[Carried]:
    """What a bundle carries of the models that `manifest` names, in editions that it accepts byte for byte.

    Raises ModelError when the index cannot be read or nothing in it is known.
    """
    try:
        document = json.loads(stream.read(LARGEST_INDEX))
        if document["version"] != VERSION:
            raise not_a_bundle(f"it is a bundle of version {document['version']}")
        offered = [(entry["id"], {(f["path"], f["size"], f["sha256"]) for f in entry["files"]}) for entry in document["models"]]
    except (ValueError, KeyError, TypeError) as error:
        raise not_a_bundle(f"its index cannot be read ({error!r})") from error
    known = [
        Carried(model, edition)
        for model_id, files in offered
        for model in manifest.models
        if model.id == model_id
        for edition in model.editions
        if {(file.path, file.size, file.sha256) for file in edition.files} == files
    ]
    if not known:
        raise not_a_bundle("it carries no model of this version of the app")
    return known


def damaged_bundle(name: str, error: Exception) -> ModelError:
    return ModelError("corrupt", f"{name} is damaged or was not copied to its end.", "Copy or export it again.", str(error), local=True)


def not_a_bundle(why: str) -> ModelError:
    return ModelError(
        "nothing-to-import",
        f"This holds no model that can be imported: {why}.",
        "Choose a file made by Export, a models folder, or a model's own files (base.pt, YAMNet's .tar.gz).",
        local=True,
    )
