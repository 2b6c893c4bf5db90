"""Who may ask, and how much: the secret of this launch, the loopback host name, no browser, a limit on bodies.

Any page in any browser of this machine can send requests to a loopback port. The secret keeps it out; the check of `Host`
keeps out a page whose name was made to resolve to 127.0.0.1; and main, the only one who asks, never sends an `Origin`.
"""

import hmac
import re

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from backend.contract.library import Problem
from backend.search.server.problems import failure

MAX_BODY = 64 * 1024
_TOO_LARGE = 413, Problem(code="too-large", message=f"A request is limited to {MAX_BODY} bytes.")
_HOST = re.compile(r"(127\.0\.0\.1|localhost)(:\d{1,5})?")


class Guard:
    """ASGI middleware around the whole application. An empty secret lets nobody in."""

    def __init__(self, app: ASGIApp, secret: str) -> None:
        self._app = app
        self._expected = f"Bearer {secret}".encode() if secret else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        refusal = self._refusal(request)
        if refusal is None and "content-length" not in request.headers:
            # Of unstated length: read here, where a limit can still be answered with its own status.
            body = await _read(receive)
            if body is None:
                refusal = _TOO_LARGE
            else:
                receive = _replayed(body, receive)
        if refusal is None:
            await self._app(scope, receive, send)
        else:
            await failure(*refusal)(scope, receive, send)

    def _refusal(self, request: Request) -> tuple[int, Problem] | None:
        if not _HOST.fullmatch(request.headers.get("host", "")):
            return 400, Problem(code="wrong-host", message="This address is not served here.")
        if "origin" in request.headers:
            return 403, Problem(code="wrong-origin", message="Web pages are not served here.")
        given = request.headers.get("authorization", "").encode()
        if self._expected is None or not hmac.compare_digest(given, self._expected):
            return 401, Problem(code="unauthorized", message="The secret of this launch is missing or wrong.")
        length = request.headers.get("content-length", "0")
        if not length.isdecimal() or int(length) > MAX_BODY:
            return _TOO_LARGE
        return None


async def _read(receive: Receive) -> bytes | None:
    """The whole body; None when it is over the limit."""
    body = bytearray()
    while True:
        message = await receive()
        body += message.get("body", b"")
        if len(body) > MAX_BODY:
            return None
        if not message.get("more_body", False):
            return bytes(body)


def _replayed(body: bytes, receive: Receive) -> Receive:
    given = False

    async def replay() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay
