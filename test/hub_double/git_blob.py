"""The name git gives a file's content, which the hub uses as the ETag of small files."""

import hashlib


def git_blob_sha1(data: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()
