"""Certificates for the double, made with the openssl program: a good one, one of another host, one that is over."""

import ssl
import subprocess
from dataclasses import dataclass
from pathlib import Path

EXTENSIONS = "subjectAltName={names}\nbasicConstraints=critical,CA:{ca}\n"
AUTHORITY = """
[ca]
default_ca = here
[here]
dir = {folder}
database = {folder}/index.txt
new_certs_dir = {folder}
rand_serial = yes
default_md = sha256
policy = any
[any]
commonName = supplied
"""


@dataclass(frozen=True, slots=True)
class Authority:
    """A certificate authority in a folder; `certificate` is what a client must trust."""

    folder: Path
    key: Path
    certificate: Path

    def server(
        self, name: str, names: str = "IP:127.0.0.1,DNS:localhost", start: str = "20200101000000Z", end: str = "20490101000000Z"
    ) -> ssl.SSLContext:
        """A server's TLS context with a certificate for `names`, valid from `start` to `end`."""
        key, request, certificate, extensions = (self.folder / f"{name}.{suffix}" for suffix in ("key", "csr", "pem", "cnf"))
        extensions.write_text(EXTENSIONS.format(names=names, ca="FALSE"))
        _openssl("req", "-new", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", request, "-subj", f"/CN={name}")
        signing: list[str | Path] = [
            "ca",
            "-batch",
            "-notext",
            "-config",
            self.folder / "ca.cnf",
            "-cert",
            self.certificate,
            "-keyfile",
            self.key,
        ]
        _openssl(*signing, "-in", request, "-out", certificate, "-startdate", start, "-enddate", end, "-extfile", extensions)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        return context


def make_authority(folder: Path) -> Authority:
    folder.mkdir(parents=True, exist_ok=True)
    key, certificate = folder / "ca.key", folder / "ca.pem"
    (folder / "ca.cnf").write_text(AUTHORITY.format(folder=folder))
    (folder / "index.txt").touch()
    subject = ["-subj", "/CN=Test authority", "-addext", "keyUsage=critical,keyCertSign,cRLSign"]
    _openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", certificate, "-days", "3650", *subject)
    return Authority(folder, key, certificate)


def _openssl(*arguments: str | Path) -> None:
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)
