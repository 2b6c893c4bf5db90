"""Where each file of a model is fetched from: the manifest's sources in order, or one mirror instead of them.

The Hugging Face Hub's files are fetched with the same HTTP engine as the others and laid out as the hub's own cache,
because huggingface_hub's client checks sizes and not digests, resumes without If-Range, cannot be cancelled in the
middle of a read, and takes large files from a second service (Xet) that mirrors do not have. That its client finds
the result, and that our double of the hub is one, is what the tests ask huggingface_hub itself.

A mirror (CONTENTCACHE_MODELS_MIRROR) is any file server over a models directory, an unpacked export for example:
every file is asked for by its path in the cache layout.
"""

import json
import os
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from urllib3 import exceptions

from backend.models.download.http_client import HttpClient
from backend.models.download.transfer import Transfer
from backend.models.installation import staging_dir
from backend.models.layout import stored_at
from backend.models.manifest import FileSet, Model, ModelFile, ModelSource
from backend.models.staged import ARCHIVE, TREE
from backend.models.verification import MARKERS

HUB = "https://huggingface.co"
LARGEST_MARKER = 1 << 20


@dataclass(frozen=True, slots=True)
class Plan:
    """The files to fetch into the model's staging directory. `archive` is one of them, to be unpacked into `tree`."""

    edition: FileSet
    transfers: tuple[Transfer, ...]
    tree: Path
    archive: Path | None = None

    @property
    def total(self) -> int | None:
        """Bytes to fetch in all; None while one is not known."""
        sizes = [transfer.size for transfer in self.transfers]
        return None if None in sizes else sum(size for size in sizes if size is not None)


class Sources:
    """The places to ask for one model, best first, as plans."""

    def __init__(self, layer: Path, model: Model, environment: Mapping[str, str] = os.environ) -> None:
        self._staged = staging_dir(layer, model)
        self._tree = self._staged / TREE
        self._model = model
        self._endpoint = (environment.get("HF_ENDPOINT") or HUB).rstrip("/")
        self._mirror = (environment.get("CONTENTCACHE_MODELS_MIRROR") or "").rstrip("/")

    @property
    def mirrored(self) -> bool:
        return bool(self._mirror)

    @property
    def probed(self) -> str:
        """The address whose answer says whether the first source can be reached."""
        if self._mirror:
            return self._mirror + "/"
        first = self._model.sources[0]
        if first.kind == "huggingface":
            return self._endpoint + "/"
        return first.url or HUB

    def plans(self, client: HttpClient) -> list[Plan]:
        """Raises ModelError when the mirror cannot be asked."""
        if self._mirror:
            return [self._mirror_plan(self._edition_of_mirror(client))]
        return [self._plan(source) for source in self._model.sources]

    def _plan(self, source: ModelSource) -> Plan:
        match source:
            case ModelSource(kind="huggingface", repository=str(repository), revision=str(revision)):
                base = f"{self._endpoint}/{repository}/resolve/{quote(revision, safe='')}"
                return self._by_file(self._model.published, lambda file: f"{base}/{quote(file.source_path)}")
            case ModelSource(kind="https", url=str(url)):
                return self._by_file(self._model.published, lambda _: url)
            case ModelSource(kind="tfhub", url=str(url)):
                archive = self._staged / ARCHIVE
                name = f"The archive of {self._model.title}"
                transfer = Transfer(url, archive, name, source.archive_size, source.archive_sha256)
                return Plan(self._model.published, (transfer,), self._tree, archive)
        raise AssertionError(f"read_manifest lets no such source through: {source}")

    def _mirror_plan(self, edition: FileSet) -> Plan:
        return self._by_file(edition, lambda file: f"{self._mirror}/{quote(file.path)}")

    def _by_file(self, edition: FileSet, url: Callable[[ModelFile], str]) -> Plan:
        transfers = tuple(
            Transfer(url(file), self._tree / stored_at(self._model, file), Path(file.path).name, file.size, file.sha256)
            for file in edition.files
        )
        return Plan(edition, transfers, self._tree)

    def _edition_of_mirror(self, client: HttpClient) -> FileSet:
        """The edition that the mirror's verification marker names. It only chooses; the digests are the manifest's."""
        url = f"{self._mirror}/{MARKERS}/{self._model.id}.json"
        with closing(client.open("GET", url)) as response:
            if response.status != 200:
                return self._model.published
            try:
                named = json.loads(response.read(LARGEST_MARKER))["edition"]
            except (exceptions.HTTPError, OSError, ValueError, KeyError, TypeError):
                return self._model.published
        return next((edition for edition in self._model.editions if edition.edition == named), self._model.published)
