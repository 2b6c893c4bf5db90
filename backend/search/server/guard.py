"""Who may ask, and how much: the secret of this launch, the loopback host name, no browser, limits on what is sent.

Any page in any browser of this machine can send requests to a loopback port. The secret keeps it out; the check of `Host`
keeps out a page whose name was made to resolve to 127.0.0.1; and main, the only one who asks, never sends an `Origin`.
"""

import hmac
import re

from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from backend.contract.library import Problem
from backend.search.server.problems import failure

MAX_BODY = 64 * 1024
# A query of the longest text that is taken, every letter of it percent-encoded, and room for the filters.
MAX_TARGET = 16 * 1024
MAX_HEADERS = 16 * 1024
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
            try:
                receive = _replayed(await _read(receive), receive)
            except _Overlong:
                refusal = _TOO_LARGE
            except ClientDisconnect:
                return
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
        if len(request.scope["raw_path"]) + len(request.scope["query_string"]) > MAX_TARGET:
            return 414, Problem(code="address-too-long", message=f"An address is limited to {MAX_TARGET} bytes.")
        if sum(len(name) + len(value) for name, value in request.headers.raw) > MAX_HEADERS:
            return 431, Problem(code="headers-too-large", message=f"The headers of a request are limited to {MAX_HEADERS} bytes.")
        length = request.headers.get("content-length", "0")
        if not length.isdecimal() or int(length) > MAX_BODY:
            return _TOO_LARGE
        return None


class _Overlong(Exception):
    pass


async def _read(receive: Receive) -> bytes:
    """The whole body. Raises _Overlong; ClientDisconnect when its end never came: half a request is none."""
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        body += message.get("body", b"")
        if len(body) > MAX_BODY:
            raise _Overlong
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
