"""Who may ask search_server, and how much: each limit on the real process, over real sockets."""

import json
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import psutil
import pytest

from backend.search.connection import MAX_CONNECTIONS, MAX_UNREAD, REQUEST_SECONDS
from backend.search.server.guard import MAX_BODY, MAX_HEADERS, MAX_TARGET
from backend.search.server.search import MAX_QUERY
from test.backend.search.server_process import SECRET, Server, running

LINES = "\r\n"
OWN = f"Authorization: Bearer {SECRET}\r\nHost: 127.0.0.1\r\n"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    place = tmp_path_factory.mktemp("limits")
    folder = place / "files"
    folder.mkdir()
    for number in range(300):
        (folder / f"{number}.txt").write_text(f"common words of many files, number{number} " * 30, encoding="utf-8")
    with running(place / "data", place / "no models") as server:
        server.add_root(folder)
        server.wait_until_indexed(300)
        yield server


def connect(server: Server, sent: str | bytes = b"") -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", server.http.base_url.port or 0), timeout=REQUEST_SECONDS + 10)
    connection.sendall(sent.encode() if isinstance(sent, str) else sent)
    return connection


def answer(connection: socket.socket) -> tuple[int, str]:
    """Status and code of the problem; (0, "") when the connection was closed without an answer."""
    received = b""
    try:
        while piece := connection.recv(65536):
            received += piece
    except ConnectionResetError:
        pass
    finally:
        connection.close()
    if not received:
        return 0, ""
    head, _, body = received.partition(b"\r\n\r\n")
    return int(head.split()[1]), json.loads(body)["problem"]["code"] if body else ""


def ask(server: Server, sent: str | bytes) -> tuple[int, str]:
    return answer(connect(server, sent))


def code_of(response: httpx.Response) -> tuple[int, str]:
    return response.status_code, response.json()["problem"]["code"]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ("Host: 127.0.0.1", 401),
        (f"Host: 127.0.0.1{LINES}Authorization: Bearer ", 401),
        (f"Host: 127.0.0.1{LINES}Authorization: Bearer {SECRET}x", 401),
        (f"Host: 127.0.0.1{LINES}Authorization: Bearer {SECRET[:-1]}", 401),
        (f"Host: 127.0.0.1{LINES}Authorization: bearer {SECRET}", 401),
        (f"Host: 127.0.0.1{LINES}Authorization: {SECRET}", 401),
        (f"Host: 127.0.0.1{LINES}Authorization: Bearer \xff\xfe", 401),
        (f"Host: 127.0.0.1{LINES}Cookie: secret={SECRET}", 401),
        (f"Host: evil.example{LINES}Authorization: Bearer {SECRET}", 400),
        (f"Host: 127.0.0.1.evil.example{LINES}Authorization: Bearer {SECRET}", 400),
        (f"Host: evil.example:127.0.0.1{LINES}Authorization: Bearer {SECRET}", 400),
        (f"Host: 0.0.0.0{LINES}Authorization: Bearer {SECRET}", 400),
        (f"Host: [::1]{LINES}Authorization: Bearer {SECRET}", 400),
        (f"Host: {LINES}Authorization: Bearer {SECRET}", 400),
        (f"Host: 127.0.0.1{LINES}Host: evil.example{LINES}Authorization: Bearer {SECRET}", 400),
        (f"Host: 127.0.0.1{LINES}Origin: https://evil.example{LINES}Authorization: Bearer {SECRET}", 403),
        (f"Host: 127.0.0.1{LINES}Origin: null{LINES}Authorization: Bearer {SECRET}", 403),
    ],
)
def test_only_the_app_itself_is_answered(server: Server, headers: str, status: int) -> None:
    for request in ("GET /health", "GET /search?q=common", "POST /processing", "OPTIONS /search", "GET /openapi.json", "GET /nowhere"):
        sent = f"{request} HTTP/1.1{LINES}{headers}{LINES}Connection: close{LINES}{LINES}".encode("latin-1")
        assert ask(server, sent)[0] == status, request


def test_the_secret_is_nowhere_to_be_read(server: Server) -> None:
    process = psutil.Process(server.process.pid)
    assert SECRET not in " ".join(process.cmdline())
    server.http.get("/nowhere", params={"secret": SECRET})
    assert SECRET not in server.log.read_text(encoding="utf-8", errors="replace")
    assert SECRET not in json.dumps(server.events)


def test_no_answer_is_meant_for_a_web_page(server: Server) -> None:
    for headers in ({}, {"Origin": "https://evil.example"}):
        answered = server.http.get("/health", headers=headers)
        assert not [name for name in answered.headers if name.startswith("access-control-")]


def test_bodies(server: Server) -> None:
    assert code_of(server.http.post("/roots", content=b"x" * (MAX_BODY + 1))) == (413, "too-large")
    assert code_of(server.http.post("/roots", content=(b"x" * 4096 for _ in range(MAX_BODY // 4096 + 1)))) == (413, "too-large")
    assert code_of(server.http.post("/roots", content=b"x" * MAX_BODY)) == (422, "invalid-request")
    nested = b'{"path": ' + b"[" * 30_000 + b"]" * 30_000 + b"}"
    assert code_of(server.http.post("/roots", content=nested, headers={"Content-Type": "application/json"}))[0] in (400, 422)
    for length in ("-1", "1e3", "0x10", "９", "9" * 5000):
        sent = f"POST /roots HTTP/1.1{LINES}{OWN}Content-Length: {length}{LINES}Connection: close{LINES}{LINES}"
        assert ask(server, sent)[0] in (400, 413), length
    two_lengths = f"{OWN}Content-Length: 5{LINES}Transfer-Encoding: chunked{LINES}Connection: close{LINES}{LINES}0{LINES}{LINES}"
    assert ask(server, f"POST /roots HTTP/1.1{LINES}{two_lengths}")[0] in (400, 422)


def test_half_a_command_is_none(server: Server) -> None:
    """The end of a body of unstated length never comes: what came so far must not be carried out."""
    body = '{"paused": true}'
    head = f"POST /processing HTTP/1.1{LINES}{OWN}Content-Type: application/json{LINES}Transfer-Encoding: chunked{LINES}{LINES}"
    connection = connect(server, f"{head}{len(body):x}{LINES}{body}{LINES}")
    time.sleep(0.3)
    connection.close()
    time.sleep(0.3)
    assert server.get("/roots")["queue"]["paused"] is False


def test_headers(server: Server) -> None:
    big = {"X-Big": "x" * MAX_HEADERS}
    assert code_of(server.http.get("/health", headers=big)) == (431, "headers-too-large")
    many = {f"X-{number}": "x" * 20 for number in range(MAX_HEADERS // 20)}
    assert code_of(server.http.get("/health", headers=many))[0] in (400, 431)
    assert server.http.get("/health", headers={"X-Big": "x" * (MAX_HEADERS // 2)}).status_code == 200


def test_headers_without_end_are_not_kept(server: Server) -> None:
    """Also nobody without the secret can fill the memory."""
    connection = connect(server, f"GET /health HTTP/1.1{LINES}Host: 127.0.0.1{LINES}X-Big: ")

    def pour() -> None:
        for _ in range(64 * MAX_UNREAD // 4096):
            connection.sendall(b"x" * 4096)
            time.sleep(0.002)

    with pytest.raises(OSError, match=r"reset|[Bb]roken pipe|aborted"):
        pour()
    connection.close()


def test_addresses(server: Server) -> None:
    assert code_of(server.http.get("/search", params={"q": "a" * (MAX_QUERY + 1)})) == (422, "invalid-request")
    assert code_of(server.http.get("/search", params={"q": "a", "x": "a" * MAX_TARGET})) == (414, "address-too-long")
    assert code_of(server.http.get("/" + "a" * MAX_TARGET)) == (414, "address-too-long")
    longest = server.http.get("/search", params={"q": "🎧" * MAX_QUERY})
    assert (longest.status_code, longest.json()["hits"]) == (200, [])
    words = server.http.get("/search", params={"q": ("common " * MAX_QUERY)[:MAX_QUERY]})
    assert words.json()["total_files"] > 0


def test_different_words_without_end_are_answered_soon(server: Server) -> None:
    """Five hundred words of one letter: as many as the longest query holds."""
    for q in (" ".join(chr(0x4E00 + number) for number in range(MAX_QUERY // 2)), "-a " * (MAX_QUERY // 3), '"a ' * (MAX_QUERY // 3)):
        started = time.monotonic()
        assert server.http.get("/search", params={"q": q, "typing": "true"}).status_code == 200
        assert time.monotonic() - started < 5


@pytest.mark.parametrize("number", ["0", "-1", str(2**53), str(2**63), "9" * 400, "1.5", "0x1", "NaN", "%00", "１"])
def test_numbers_that_no_library_holds(server: Server, number: str) -> None:
    for path in (
        f"/items/{number}",
        f"/items/{number}/segments",
        f"/items?root={number}",
        f"/search?q=a&item={number}",
        f"/items/1/segments?around={number}",
    ):
        assert server.http.get(path).status_code in (404, 422), path
    assert server.http.post(f"/roots/{number}/rescan").status_code in (404, 422)


def test_what_is_no_http_is_refused_in_the_same_words(server: Server) -> None:
    for sent in (
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" * 40,
        b"GET /health\r\n\r\n",
        b"\r\n\r\n\0\0\0\r\n\r\n",
        b"GET /h\xff HTTP/1.1\r\n\r\n",
    ):
        assert ask(server, sent) in ((400, "no-request"), (400, "wrong-host")), sent
    assert server.get("/health")["ok"]


def test_half_requests_are_closed_and_keep_nobody_out(server: Server) -> None:
    """Slow requests, more of them than there are connections, from somebody without the secret."""
    process = psutil.Process(server.process.pid)
    before = process.num_fds()
    halves = [
        "",
        "GET",
        f"GET /health HTTP/1.1{LINES}Host: 127.0.0.1{LINES}X: ",
        f"POST /processing HTTP/1.1{LINES}{OWN}Content-Length: 9{LINES}{LINES}{{",
    ]
    started = time.monotonic()
    connections = [connect(server, halves[number % len(halves)]) for number in range(2 * MAX_CONNECTIONS)]
    try:
        assert server.get("/health")["ok"]
        assert server.names("number7") == ["7.txt"]
        assert process.num_fds() <= before + MAX_CONNECTIONS + 5
        for connection in connections[-4:]:
            assert answer(connection)[0] == 0
        assert time.monotonic() - started < REQUEST_SECONDS + 5
        server.wait_for(lambda: process.num_fds() <= before + 5, 10)
    finally:
        for connection in connections:
            connection.close()


def test_a_request_a_byte_at_a_time_has_one_deadline(server: Server) -> None:
    connection = connect(server)
    started = time.monotonic()
    closed = False
    while not closed and time.monotonic() - started < REQUEST_SECONDS + 5:
        try:
            connection.sendall(b"G" if time.monotonic() - started < 0.3 else b"E")
            time.sleep(0.25)
        except OSError:
            closed = True
    connection.close()
    assert closed
    assert time.monotonic() - started > REQUEST_SECONDS / 2


def test_many_searches_at_once_are_all_answered_and_nothing_else_waits_for_them(server: Server) -> None:
    limits = httpx.Limits(max_connections=100)
    with (
        httpx.Client(base_url=server.http.base_url, headers=server.http.headers, limits=limits, timeout=60, trust_env=False) as client,
        ThreadPoolExecutor(100) as pool,
    ):

        def search(number: int) -> httpx.Response:
            return client.get("/search", params={"q": f"common words of many files {number}", "typing": "true"})

        waiting = [pool.submit(search, number) for number in range(100)]
        time.sleep(0.2)
        started = time.monotonic()
        assert server.get("/health")["ok"]
        assert server.get("/roots")["queue"]["indexed"] == 300
        assert time.monotonic() - started < 5
        answers = [each.result() for each in waiting]
    assert {each.status_code for each in answers} <= {200, 503}
    assert sum(each.status_code == 200 for each in answers) >= 64
    for each in answers:
        if each.status_code == 503:
            assert (each.json()["problem"]["code"], each.headers["Retry-After"]) == ("busy", "1")
        else:
            assert each.json()["total_files"] > 0


def test_memory_stays_where_it_was(server: Server, tmp_path: Path) -> None:
    process = psutil.Process(server.process.pid)
    for _ in range(20):
        server.http.get("/search", params={"q": "x" * 900})
    before = process.memory_info().rss
    for _ in range(200):
        server.http.post("/roots", content=b"x" * MAX_BODY)
        ask(server, b"\0" * 1000)
    assert process.memory_info().rss - before < 32 << 20
