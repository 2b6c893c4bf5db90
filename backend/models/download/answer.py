"""What an answer to a (range) request offers: from which byte, how many in all, and how to recognise it next time."""

import re
from dataclasses import dataclass

import urllib3

from backend.models.download import http_problems
from backend.models.download.http_client import host_of, proxy_for

CONTENT_RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+|\*)")


@dataclass(frozen=True, slots=True)
class Answer:
    """Bytes from `start` of a file of `total` bytes (None when neither the server nor the manifest says)."""

    start: int
    total: int | None
    etag: str | None
    last_modified: str | None


def read_answer(response: urllib3.BaseHTTPResponse, url: str, expected: int | None, asked_from: int) -> Answer | None:
    """The offer of the answer; None for 416. Raises ModelError when it is not the file that `expected` bytes make up."""
    host = host_of(url)
    if response.status == 416:
        return None
    if response.status not in (200, 206):
        proxy = proxy_for(url)
        raise http_problems.from_status(response, url, host, None if proxy is None else host_of(proxy))
    start, announced = _extent(response, asked_from)
    if expected is not None and announced != expected:
        if response.headers.get("Content-Type", "").startswith("text/html"):
            raise http_problems.web_page(host, url)
        if announced is not None:
            raise http_problems.wrong_size(host, expected, announced)
    total = expected if announced is None else announced
    return Answer(start, total, response.headers.get("ETag"), response.headers.get("Last-Modified"))


def _extent(response: urllib3.BaseHTTPResponse, asked_from: int) -> tuple[int, int | None]:
    """Start and total. A 206 that does not start where it was asked to is a fault of the server."""
    if response.status == 206:
        match = CONTENT_RANGE.fullmatch(response.headers.get("Content-Range", ""))
        if match is None or int(match[1]) != asked_from:
            raise http_problems.from_status(response, response.url or "", host_of(response.url or ""), None)
        return asked_from, None if match[3] == "*" else int(match[3])
    length = response.headers.get("Content-Length", "")
    return 0, int(length) if length.isdigit() else None
