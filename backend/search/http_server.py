"""uvicorn on a loopback port that the system chose, in the thread that calls `serve`."""

import asyncio
import contextlib
import http.client
import socket
import time
from collections.abc import Callable, Iterator

import uvicorn
from starlette.types import ASGIApp

from backend.search.connection import MAX_UNREAD, Connection

PULSE_SECONDS = 0.5
STALLED_SECONDS = 10.0
# Requests that still run when the process stops; each is a matter of milliseconds.
DRAIN_SECONDS = 1


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        # Signals are the lifetime's business.
        yield


class HttpServer:
    """Binds in the constructor, so that the port is this process's from the beginning. Raises OSError."""

    def __init__(self, app: ASGIApp) -> None:
        # asyncio turns Nagle's algorithm off only where the protocol is named; with it every answer takes 40 ms longer.
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        self._socket.bind(("127.0.0.1", 0))
        self._socket.listen()
        self.port: int = self._socket.getsockname()[1]
        self._server = _Server(
            uvicorn.Config(
                app,
                http=Connection,
                h11_max_incomplete_event_size=MAX_UNREAD,
                log_config=None,
                access_log=False,
                lifespan="off",
                ws="none",
                server_header=False,
                timeout_graceful_shutdown=DRAIN_SECONDS,
            )
        )
        self._turned = time.monotonic()

    def serve(self) -> None:
        """Answer until `stop`."""
        asyncio.run(self._serve())

    def stop(self) -> None:
        """From any thread, also before `serve`."""
        self._server.should_exit = True

    def turns(self) -> bool:
        """Whether the event loop still goes round: a process that hangs in it must not look alive."""
        return time.monotonic() - self._turned < STALLED_SECONDS

    def answers(self, secret: str, stopped: Callable[[], bool], timeout: float = 30.0) -> bool:
        """Wait until GET /health is answered with 200; False when stopped or after `timeout` seconds."""
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline and not stopped():
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=1.0)
            try:
                connection.request("GET", "/health", headers={"Authorization": f"Bearer {secret}"})
                if connection.getresponse().status == 200:
                    return True
            except (OSError, http.client.HTTPException):
                pass
            finally:
                connection.close()
            time.sleep(0.01)
        return False

    async def _serve(self) -> None:
        pulse = asyncio.create_task(self._pulse())
        try:
            await self._server.serve(sockets=[self._socket])
        finally:
            pulse.cancel()

    async def _pulse(self) -> None:
        while True:
            self._turned = time.monotonic()
            await asyncio.sleep(PULSE_SECONDS)
