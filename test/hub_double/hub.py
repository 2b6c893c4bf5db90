"""The Hugging Face Hub's side: a repository at one revision, its large files in a storage of another host."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

from .git_blob import git_blob_sha1
from .resources import Resource
from .server import HubDouble


def serve_repository(hub: HubDouble, repository: str, revision: str, files: Mapping[str, bytes | Path], large: frozenset[str]) -> None:
    """Serve `files` at `/<repository>/resolve/<revision>/<path>`; those in `large` lie in the storage, as with LFS."""
    listing = []
    for path, content in files.items():
        address = f"/{repository}/resolve/{revision}/{path}"
        data = content if isinstance(content, bytes) else content.read_bytes()
        commit = {"X-Repo-Commit": revision}
        if path in large:
            sha256 = hashlib.sha256(data).hexdigest()
            stored = f"/storage/{sha256}"
            hub.serve(stored, Resource(content, f'"{hashlib.md5(data, usedforsecurity=False).hexdigest()}"'))
            linked = {**commit, "X-Linked-Etag": f'"{sha256}"', "X-Linked-Size": str(len(data))}
            hub.serve(address, Resource(b"", f'"{sha256}"', headers=linked, location=f"{hub.other_url}{stored}?signature=of-the-moment"))
            listing.append(
                {"rfilename": path, "size": len(data), "blobId": sha256, "lfs": {"sha256": sha256, "size": len(data), "pointerSize": 134}}
            )
        else:
            blob = git_blob_sha1(data)
            hub.serve(address, Resource(content, f'"{blob}"', "text/plain", commit))
            listing.append({"rfilename": path, "size": len(data), "blobId": blob})
    _serve_api(hub, repository, revision, listing)


def _serve_api(hub: HubDouble, repository: str, revision: str, listing: list[dict[str, object]]) -> None:
    info = {
        "_id": "0", "id": repository, "modelId": repository, "sha": revision, "private": False, "gated": False, "disabled": False,
        "downloads": 0, "likes": 0, "tags": [], "siblings": listing,
    }  # fmt: skip
    tree = [
        {"type": "file", "path": entry["rfilename"], "size": entry["size"], "oid": entry["blobId"]}
        | ({"lfs": {"oid": entry["blobId"], "size": entry["size"], "pointerSize": 134}} if "lfs" in entry else {})
        for entry in listing
    ]
    for path, document in (
        (f"/api/models/{repository}/revision/{revision}", info),
        (f"/api/models/{repository}", info),
        (f"/api/models/{repository}/tree/{revision}", tree),
    ):
        hub.serve(path, Resource(json.dumps(document).encode(), '"api"', "application/json"))
    hub.serve("/", Resource(b"hub", '"front-page"', "text/html"))
