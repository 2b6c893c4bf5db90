"""Every fault that a server, the network or the machine can have: its own problem, no damage, and a download that goes on after it."""

import gzip
import io
import shutil
import ssl
import subprocess
import tarfile
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from ...hub_double.certificates import make_authority
from ...hub_double.connect_proxy import ConnectProxy
from ...hub_double.faults import EVERY_TIME, Fault
from ...hub_double.manifests import WHISPER, YAMNET, tar_gz
from ...hub_double.resources import Resource, resource
from ...hub_double.server import HubDouble
from .downloads import BASE_PT, YAMNET_FILES, World, document, installed, some_bytes, unprivileged


def starts(world: World) -> list[int]:
    return [request.start for request in world.hub.fetches if request.path.startswith(WHISPER)]


def arrived(world: World) -> bool:
    return (world.layer / "base.pt").read_bytes() == BASE_PT and world.is_present("whisper-base")


# What heals by itself


def test_a_dropped_connection_is_resumed_where_it_broke(world: World) -> None:
    for _ in range(3):
        world.hub.fail(Fault(path=WHISPER, drop_at=200_000))
    assert installed(world.run("whisper-base"))
    assert arrived(world)
    assert world.hub.sent < len(BASE_PT) + 3 * (1 << 20)
    assert starts(world) == sorted(starts(world))
    assert all(request.headers["if-range"] for request in world.hub.fetches[1:] if request.start)


def test_a_file_that_ends_too_early_is_resumed(world: World) -> None:
    world.hub.fail(Fault(path=WHISPER, truncate_at=300_000))
    assert installed(world.run("whisper-base"))
    assert starts(world) == [0, 300_000]
    assert arrived(world)


def test_a_silent_server_is_left_after_the_idle_time_and_resumed(world: World) -> None:
    world.patient(first_wait=0.5, highest_wait=0.5)
    world.hub.fail(Fault(path=WHISPER, stall_at=300_000))
    began = time.monotonic()
    assert installed(world.run("whisper-base"))
    assert time.monotonic() - began < 20
    assert starts(world) == [0, 300_000]
    assert any("stopped sending" in message for message in world.messages())


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_a_passing_fault_of_the_server_is_waited_out(world: World, status: int) -> None:
    world.hub.fail(Fault(path=WHISPER, times=2, status=status))
    assert installed(world.run("whisper-base"))
    assert len(world.hub.fetches) == 3
    assert arrived(world)


def test_retry_after_is_honoured(world: World) -> None:
    world.hub.fail(Fault(path=WHISPER, status=429, headers={"Retry-After": "1"}))
    began = time.monotonic()
    assert installed(world.run("whisper-base"))
    assert time.monotonic() - began >= 1.0
    assert any("asked too often" in message and "Trying again in 1 s" in message for message in world.messages())


def test_a_server_without_ranges_sends_it_all_again(world: World) -> None:
    world.hub.fail(Fault(path=WHISPER, drop_at=300_000, ignore_range=True))
    world.hub.fail(Fault(path=WHISPER, times=EVERY_TIME, ignore_range=True))
    assert installed(world.run("whisper-base"))
    assert arrived(world)
    assert "range" in world.hub.fetches[1].headers


def test_a_server_without_validators_is_resumed_under_the_digest(world: World) -> None:
    world.hub.fail(Fault(path=WHISPER, truncate_at=300_000, hide_validators=True))
    assert installed(world.run("whisper-base"))
    assert starts(world) == [0, 300_000]
    assert "if-range" not in world.hub.fetches[1].headers


def test_a_file_that_changed_between_attempts_is_fetched_from_its_start(world: World) -> None:
    """The first attempt got the start of another file; If-Range keeps the two from being joined."""
    world.patient(attempts=1)
    other = some_bytes(len(BASE_PT), 99)
    world.hub.serve(WHISPER, Resource(other, '"other"'))
    world.hub.fail(Fault(path=WHISPER, truncate_at=300_000))
    assert world.problem("whisper-base").code == "truncated"
    world.hub.serve(WHISPER, Resource(BASE_PT, '"right"'))
    assert installed(world.run("whisper-base"))
    assert world.hub.fetches[-1].headers["if-range"] == '"other"'
    assert starts(world) == [0, 0]
    assert arrived(world)
    assert world.quarantined("whisper-base") == []


def test_corrupted_bytes_are_set_aside_and_fetched_again(world: World) -> None:
    world.hub.fail(Fault(path=WHISPER, corrupt_at=450_000))
    assert installed(world.run("whisper-base"))
    assert arrived(world)
    assert world.quarantined("whisper-base") == ["base.pt.part"]
    assert starts(world) == [0, 0]


def test_damage_to_the_part_file_on_disk_is_found(world: World) -> None:
    world.patient(attempts=1)
    world.hub.fail(Fault(path=WHISPER, truncate_at=300_000))
    world.problem("whisper-base")
    (part,) = world.layer.glob(".staging/whisper-base/parts/*.part")
    with part.open("r+b") as stream:
        stream.write(b"damage")
    assert installed(world.run("whisper-base"))
    assert arrived(world)


def test_a_part_longer_than_the_file_is_dropped(world: World) -> None:
    world.patient(attempts=1)
    world.hub.fail(Fault(path=WHISPER, truncate_at=300_000))
    world.problem("whisper-base")
    (part,) = world.layer.glob(".staging/whisper-base/parts/*.part")
    part.write_bytes(BASE_PT + b"more")
    assert installed(world.run("whisper-base"))
    assert arrived(world)


# What does not heal, and says so


@pytest.mark.parametrize(
    ("status", "code"),
    [(401, "refused"), (403, "refused"), (404, "not-found"), (410, "not-found"), (429, "too-many-requests"), (500, "server-error")],
)
def test_each_status_has_its_own_problem(world: World, status: int, code: str) -> None:
    world.hub.fail(Fault(path=WHISPER, times=EVERY_TIME, status=status))
    problem = world.problem("whisper-base")
    assert problem.code == code
    assert str(status) in (problem.detail or "")
    assert len(world.hub.fetches) == (world.policy.attempts if code in ("too-many-requests", "server-error") else 1)


def test_a_wait_that_is_too_long_is_told_instead(world: World) -> None:
    world.hub.fail(Fault(path=WHISPER, status=429, headers={"Retry-After": "3600"}))
    problem = world.problem("whisper-base")
    assert problem.code == "asked-to-wait"
    assert "60 minutes" in problem.message


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (Fault(drop_at=0), "connection-lost"),
        (Fault(truncate_at=0), "truncated"),
        (Fault(stall_at=0), "stalled"),
        (Fault(redirect=WHISPER), "redirect-loop"),
        (Fault(page="<html>Please log in</html>"), "web-page"),
        (Fault(length_delta=-10), "wrong-size"),
        (Fault(length_delta=10), "wrong-size"),
        (Fault(corrupt_at=5), "corrupt"),
        (Fault(redirect="ftp://127.0.0.1/base.pt"), "bad-address"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_lasting_fault_has_its_own_problem(world: World, fault: Fault, code: str) -> None:
    fault.path, fault.times = WHISPER, EVERY_TIME
    world.hub.fail(fault)
    assert world.problem("whisper-base").code == code
    world.hub.clear_faults()
    assert installed(world.run("whisper-base"))
    assert arrived(world)


def test_twice_damaged_is_the_end_and_both_are_out_of_the_way(world: World) -> None:
    world.hub.fail(Fault(path=WHISPER, times=EVERY_TIME, corrupt_at=5))
    assert world.problem("whisper-base").code == "corrupt"
    assert len(world.hub.fetches) == 2
    assert world.quarantined("whisper-base") == ["base.pt.part"]


def test_a_good_model_survives_whatever_happens_to_the_source(world: World) -> None:
    world.run("whisper-base")
    world.hub.fail(Fault(times=EVERY_TIME, corrupt_at=5))
    assert installed(world.run("whisper-base"))
    assert arrived(world)


# Archives


def archived(world: World, archive: bytes) -> None:
    world.hub.serve(YAMNET, resource(archive))
    world.change(document(world.hub, archive))


def test_an_archive_that_is_not_the_published_one_is_refused_before_it_is_opened(world: World) -> None:
    world.hub.serve(YAMNET, resource(tar_gz({**YAMNET_FILES, "saved_model.pb": some_bytes(50_000, 4)})))
    assert world.problem("yamnet").code in ("corrupt", "wrong-size")


def member(name: str, kind: bytes = tarfile.REGTYPE, target: str = "") -> tarfile.TarInfo:
    made = tarfile.TarInfo(name)
    made.type, made.linkname = kind, target
    return made


@pytest.mark.parametrize(
    "evil",
    [
        member("../../evil"),
        member("/tmp/evil"),
        member("assets/../../../evil"),
        member("C:/evil"),
        member("..\\evil"),
        member("assets/link", tarfile.SYMTYPE, "/etc/passwd"),
        member("assets/link", tarfile.LNKTYPE, "../../../base.pt"),
        member("assets/device", tarfile.CHRTYPE),
        member("assets/pipe", tarfile.FIFOTYPE),
    ],
    ids=lambda made: f"{made.name}-{made.type!r}",
)
def test_an_archive_that_reaches_outside_is_refused(world: World, evil: tarfile.TarInfo) -> None:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        archive.addfile(evil)
        for path, data in YAMNET_FILES.items():
            made = tarfile.TarInfo(path)
            made.size = len(data)
            archive.addfile(made, io.BytesIO(data))
    archived(world, buffer.getvalue())
    before = set(world.layer.parent.rglob("*evil*"))
    assert world.problem("yamnet").code == "unsafe-archive"
    assert set(world.layer.parent.rglob("*evil*")) == before
    assert world.quarantined("yamnet") == ["archive.tar.gz"]


def bomb(name: str, size: int) -> bytes:
    """A gigabyte of zeros that is a megabyte packed."""
    made = tarfile.TarInfo(name)
    made.size = size
    buffer = io.BytesIO()
    with gzip.GzipFile(fileobj=buffer, mode="wb", compresslevel=1, mtime=0) as packed:
        packed.write(made.tobuf())
        for _ in range(size >> 20):
            packed.write(bytes(1 << 20))
    return buffer.getvalue()


@pytest.mark.parametrize("name", ["zeros", "saved_model.pb"])
def test_a_gzip_bomb_is_refused_before_it_fills_the_disk(world: World, name: str) -> None:
    archived(world, bomb(name, 256 << 20))
    problem = world.problem("yamnet")
    assert problem.code == ("unsafe-archive" if name == "zeros" else "bad-archive")
    assert sum(path.stat().st_size for path in world.layer.rglob("*") if path.is_file()) < 8 << 20


def test_an_archive_of_countless_members_is_refused(world: World) -> None:
    archived(world, tar_gz({f"assets/{number}": b"" for number in range(1_500)}))
    problem = world.problem("yamnet")
    assert (problem.code, "1000 members" in problem.message) == ("unsafe-archive", True)


@pytest.mark.parametrize("damage", ["not gzip", "cut", "lacks", "differs"])
def test_an_archive_that_is_none_is_refused(world: World, damage: str) -> None:
    whole = tar_gz(YAMNET_FILES)
    archive = {
        "not gzip": b"hello " * 100,
        "cut": whole[: len(whole) // 2],
        "lacks": tar_gz({"saved_model.pb": YAMNET_FILES["saved_model.pb"]}),
        "differs": tar_gz({**YAMNET_FILES, "saved_model.pb": some_bytes(50_000, 4)}),
    }[damage]
    archived(world, archive)
    assert world.problem("yamnet").code == "bad-archive"
    assert world.quarantined("yamnet") == ["archive.tar.gz"]


# TLS, proxies, no network


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, ssl.SSLContext]]:
    if shutil.which("openssl") is None:
        pytest.skip("the openssl program is not on this machine")
    authority = make_authority(tmp_path_factory.mktemp("ca"))
    return authority.certificate, {
        "good": authority.server("good"),
        "another host": authority.server("another", names="DNS:example.org"),
        "over": authority.server("over", end="20210101000000Z"),
        "not yet": authority.server("early", start="20480101000000Z"),
    }


@pytest.fixture
def secure(request: pytest.FixtureRequest, certificates: tuple[Path, dict[str, ssl.SSLContext]]) -> Iterator[HubDouble]:
    with HubDouble(certificates[1][request.param]) as hub:
        yield hub


@pytest.mark.parametrize("secure", ["good"], indirect=True)
def test_the_systems_certificates_are_honoured(
    world: World, secure: HubDouble, certificates: tuple[Path, dict[str, ssl.SSLContext]], monkeypatch: pytest.MonkeyPatch
) -> None:
    world.hub = secure
    world.serve()
    assert world.problem("whisper-base").code == "certificate"
    monkeypatch.setenv("SSL_CERT_FILE", str(certificates[0]))
    assert installed(world.run())


@pytest.mark.parametrize(
    ("secure", "code"), [("another host", "certificate"), ("over", "clock"), ("not yet", "clock")], indirect=["secure"]
)
def test_a_wrong_certificate_has_its_own_problem(
    world: World, secure: HubDouble, code: str, certificates: tuple[Path, dict[str, ssl.SSLContext]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificates[0]))
    world.hub = secure
    world.serve()
    assert world.problem("whisper-base").code == code
    assert secure.requests == []


@pytest.mark.parametrize("secure", ["good"], indirect=True)
def test_a_way_from_https_to_http_is_not_taken(
    world: World, hub: HubDouble, secure: HubDouble, certificates: tuple[Path, dict[str, ssl.SSLContext]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificates[0]))
    world.hub = secure
    world.serve()
    secure.fail(Fault(path=WHISPER, redirect=f"{hub.url}{WHISPER}"))
    assert world.problem("whisper-base").code == "insecure-redirect"


def test_a_proxy_that_is_down_has_its_own_problem(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    problem = world.problem("whisper-base")
    assert problem.code == "proxy-unreachable"
    assert "127.0.0.1:9" in problem.message
    assert world.hub.requests == []


def test_a_proxy_is_used_and_no_proxy_is_honoured(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """To a proxy the whole address is named, which the double logs as the path."""
    with HubDouble() as proxy:
        monkeypatch.setenv("http_proxy", proxy.url)
        assert world.problem("whisper-base").code == "not-found"
        assert proxy.requests[-1].path == f"{world.hub.url}{WHISPER}"
        monkeypatch.setenv("no_proxy", "127.0.0.1,localhost")
        assert installed(world.run("whisper-base"))


def test_a_proxy_that_wants_a_login_has_its_own_problem(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    with HubDouble() as proxy:
        proxy.fail(Fault(times=EVERY_TIME, status=407))
        monkeypatch.setenv("http_proxy", proxy.url.replace("//", "//me:secret@"))
        problem = world.problem("whisper-base")
        assert problem.code == "proxy-login"
        assert "secret" not in problem.model_dump_json()
        assert proxy.requests[-1].headers["proxy-authorization"].startswith("Basic ")


@pytest.mark.parametrize("secure", ["good"], indirect=True)
def test_https_goes_through_a_proxy_that_tunnels(
    world: World, secure: HubDouble, certificates: tuple[Path, dict[str, ssl.SSLContext]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificates[0]))
    world.hub = secure
    world.serve()
    with ConnectProxy(login="me:secret") as proxy:
        monkeypatch.setenv("https_proxy", proxy.url())
        problem = world.problem("whisper-base")
        assert problem.code == "proxy-login"
        assert not proxy.tunnels
        assert not secure.requests

        monkeypatch.setenv("https_proxy", proxy.url("me:secret"))
        assert installed(world.run())
        hosts = {urlsplit(address).netloc for address in (secure.url, secure.other_url)}
        assert set(proxy.tunnels) == hosts
    assert all("proxy-authorization" not in request.headers for request in secure.requests)


@pytest.mark.parametrize("secure", ["good"], indirect=True)
def test_a_proxy_for_https_that_is_down_has_its_own_problem(world: World, secure: HubDouble, monkeypatch: pytest.MonkeyPatch) -> None:
    world.hub = secure
    world.serve()
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")
    assert world.problem("whisper-base").code == "proxy-unreachable"
    assert secure.requests == []


def test_no_connection_is_told_within_the_time_limit(world: World) -> None:
    world.change(document(_Elsewhere("http://127.0.0.1:9"), tar_gz(YAMNET_FILES)))  # type: ignore[arg-type]
    began = time.monotonic()
    problem = world.problem("whisper-base")
    assert time.monotonic() - began < 20
    assert problem.code == "no-connection"
    assert problem.message == "Model Whisper-base is not cached and there is no internet connection."


class _Elsewhere:
    def __init__(self, url: str) -> None:
        self.url = url


def test_offline_nothing_is_asked(world: World) -> None:
    problem = world.problem("whisper-base", offline=True)
    assert problem.code == "offline"
    assert problem.message == "Model Whisper-base is not cached and the app is set to stay offline."
    assert world.hub.requests == []


@pytest.mark.parametrize("how", [["--offline"], []])
def test_the_process_stays_offline_when_told_to(world: World, how: list[str]) -> None:
    environment = {} if how else {"CONTENTCACHE_OFFLINE": "1"}
    code, events, _ = world.call("download", *how, **environment)
    assert code == 1
    assert {event["problem"]["code"] for event in events if event["type"] == "model-download-ended"} == {"offline"}
    assert world.hub.requests == []


# Disk


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 2 MiB."""
    folder = tmp_path / "small"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(folder)], capture_output=True, text=True, check=False)
    if mounted.returncode:
        pytest.skip(f"a tmpfs cannot be mounted here: {mounted.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def test_too_little_space_is_told_before_the_first_byte(world: World, small_disk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONTENTCACHE_MODELS_DIR", str(small_disk))
    (small_disk / "other").write_bytes(bytes(1 << 20))
    problem = world.problem("whisper-base")
    assert problem.code == "disk-full"
    assert "are free" in problem.message
    assert world.hub.fetches == []


def test_a_disk_that_fills_up_meanwhile_keeps_what_arrived(world: World, small_disk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONTENTCACHE_MODELS_DIR", str(small_disk))
    other = small_disk / "other"

    def fill(sent: int) -> None:
        if sent > 300_000 and not other.exists():
            with other.open("wb") as stream:
                try:
                    while True:
                        stream.write(bytes(4096))
                        stream.flush()
                except OSError:
                    return

    world.hub.watch(fill)
    world.hub.throttle(2_000_000)
    assert world.problem("whisper-base").code == "disk-full"
    world.hub.watch(None)
    world.hub.throttle(None)
    other.unlink()
    assert installed(world.run("whisper-base"))
    assert starts(world)[-1] > 0
    assert (small_disk / "base.pt").read_bytes() == BASE_PT


def test_a_folder_that_cannot_be_written_has_its_own_problem(world: World) -> None:
    world.layer.chmod(0o555)
    code, output = unprivileged(world, "download", "--only", "whisper-base")
    world.layer.chmod(0o755)
    assert code == 1, output
    assert '"code":"not-writable"' in output
    assert list(world.layer.iterdir()) == []
    assert world.hub.fetches == []


@pytest.mark.parametrize("name", ["модели 模型 ünï", "a folder's [name] with 100%", "x" * 200], ids=["unicode", "signs", "long"])
def test_paths_of_every_kind_are_written(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    layer = tmp_path / name / name / "models"
    monkeypatch.setenv("CONTENTCACHE_MODELS_DIR", str(layer))
    assert installed(world.run())
    assert all(world.is_present(model.id) for model in world.manifest.models)


def test_a_path_that_the_file_system_refuses_has_its_own_problem(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONTENTCACHE_MODELS_DIR", str(tmp_path / ("x" * 300)))
    ended = world.run("whisper-base")
    assert ended.problem is not None
    assert ended.problem.code == "path-too-long"
