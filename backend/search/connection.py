"""One connection to search_server, with what uvicorn does not limit: the time a request takes to arrive, the number of connections.

Whoever has an account on this machine can connect to a loopback port, without the secret. Half a request that never goes on must
neither keep a connection for ever nor, many times over, keep the app itself out.
"""

import asyncio
import logging
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from backend.contract.api import Failure
from backend.contract.library import Problem

log = logging.getLogger(__name__)

REQUEST_SECONDS = 10.0
MAX_CONNECTIONS = 128
# Bytes of a request line with its headers that are kept while their end has not come: MAX_TARGET and MAX_HEADERS of the guard.
MAX_UNREAD = 32 * 1024

_NO_REQUEST = Failure(problem=Problem(code="no-request", message="This is no request that can be read.")).model_dump_json().encode()


class Connection(H11Protocol):
    """A request must be here, with its body, REQUEST_SECONDS after its connection or its first byte.

    Above MAX_CONNECTIONS the one that has waited longest without a whole request makes place.
    """

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self._deadline: asyncio.TimerHandle | None = None
        self._opened = self.loop.time()

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._expect_request()
        self._make_place()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self._is_incomplete():
            self._expect_request()
        else:
            self._request_is_here()

    def connection_lost(self, exc: Exception | None) -> None:
        self._request_is_here()
        super().connection_lost(exc)

    def send_400_response(self, msg: str) -> None:
        if self.conn.our_state is not h11.IDLE:
            # In the middle of an answer, or after one that a part of the request has not come for.
            self.transport.abort()
            return
        headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(_NO_REQUEST)), (b"connection", b"close")]
        for event in (h11.Response(status_code=400, headers=headers), h11.Data(data=_NO_REQUEST), h11.EndOfMessage()):
            self.transport.write(self.conn.send(event) or b"")
        self.transport.close()

    def _is_incomplete(self) -> bool:
        return not self.transport.is_closing() and self.conn.their_state in (h11.IDLE, h11.SEND_BODY)

    def _is_served(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete and not self._is_incomplete()

    def _expect_request(self) -> None:
        if self._deadline is None:
            self._deadline = self.loop.call_later(REQUEST_SECONDS, self._late)

    def _request_is_here(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _late(self) -> None:
        self._deadline = None
        # Between two requests of one connection uvicorn has a time of its own.
        if self._is_incomplete() and self.timeout_keep_alive_task is None:
            log.warning("closed a connection without a whole request after %.0f s", REQUEST_SECONDS)
            self.transport.abort()

    def _make_place(self) -> None:
        # One that is being closed stays in the set for a turn of the loop.
        present = [other for other in self.connections if isinstance(other, Connection) and not other.transport.is_closing()]
        if len(present) <= MAX_CONNECTIONS:
            return
        waiting = [other for other in present if not other._is_served()]
        # One that has been answered before is more likely the app's own than one that has never asked.
        oldest = min(waiting, key=lambda other: (other.cycle is not None, other._opened), default=self)
        log.warning("more than %d connections: closed the one that waited longest", MAX_CONNECTIONS)
        oldest.transport.abort()
