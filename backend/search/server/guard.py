"""Who may ask, and how much: the secret of this launch, the loopback host name, a limit on bodies.

Any page in any browser of this machine can send requests to a loopback port. The secret keeps it out; the check of `Host`
keeps out a page whose name was made to resolve to 127.0.0.1.
"""

import hmac
import re

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from backend.contract.library import Problem
from backend.search.server.problems import failure

MAX_BODY = 64 * 1024
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
        if refusal is None:
            receive = _limited(receive)
            try:
                await self._app(scope, receive, send)
            except BodyTooLarge:
                refusal = 413, Problem(code="too-large", message=f"A request is limited to {MAX_BODY} bytes.")
        if refusal is not None:
            await failure(*refusal)(scope, receive, send)

    def _refusal(self, request: Request) -> tuple[int, Problem] | None:
        if not _HOST.fullmatch(request.headers.get("host", "")):
            return 400, Problem(code="wrong-host", message="This address is not served here.")
        given = request.headers.get("authorization", "").encode()
        if self._expected is None or not hmac.compare_digest(given, self._expected):
            return 401, Problem(code="unauthorized", message="The secret of this launch is missing or wrong.")
        length = request.headers.get("content-length", "0")
        if not length.isdecimal() or int(length) > MAX_BODY:
            return 413, Problem(code="too-large", message=f"A request is limited to {MAX_BODY} bytes.")
        return None


class BodyTooLarge(Exception):
    """A body without a stated length went over the limit."""


def _limited(receive: Receive) -> Receive:
    size = 0

    async def limited() -> Message:
        nonlocal size
        message = await receive()
        size += len(message.get("body", b""))
        if size > MAX_BODY:
            raise BodyTooLarge
        return message

    return limited
