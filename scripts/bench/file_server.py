"""One file over HTTP, as fast as a link of a given rate, or as fast as the machine hands it out."""

import time
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

PIECE = 256 << 10


class FileHandler(BaseHTTPRequestHandler):
    """Set `path_served` and `rate_limit` (bytes a second, None for no limit) in a subclass."""

    path_served: Path
    rate_limit: float | None = None
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        size = self.path_served.stat().st_size
        self.send_response(200)
        self.send_header("Content-Length", str(size))
        self.send_header("ETag", f'"{size}"')
        self.end_headers()
        with self.path_served.open("rb") as stream:
            if self.rate_limit is None:
                self.connection.sendfile(stream)
                return
            began = time.monotonic()
            sent = 0
            while sent < size:
                self.connection.sendfile(stream, sent, PIECE)
                sent += PIECE
                time.sleep(max(0.0, sent / self.rate_limit - (time.monotonic() - began)))

    def log_message(self, *_: Any) -> None:
        """The bench prints its own lines."""
