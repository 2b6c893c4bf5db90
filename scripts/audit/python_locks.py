"""`python -m scripts.audit.python_locks`: known vulnerabilities of the pinned Python packages, from the index's JSON API.

PyPI answers `/pypi/<name>/<version>/json` with a list `vulnerabilities`, the source that pip-audit asks too. It states no
severity, so each one counts as high unless `accepted.json` says by its id why it does not concern us.
Exit code: 1 when one counts; 0 otherwise, also when the index does not serve the API, which is then said.
"""

import json
import os
import re
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from pip._internal.models.index import PyPI

ROOT = Path(__file__).resolve().parents[2]
LOCKS = [ROOT / "backend" / "locks" / f"{name}.txt" for name in ("runtime", "dev", "build", "package")]
ACCEPTED = Path(__file__).with_name("accepted.json")
AT_ONCE = 4
SECONDS = 20.0
_PIN = re.compile(r"^([a-z0-9][a-z0-9._-]*)==([^\s;\\]+)", re.MULTILINE)


class NotServed(Exception):
    """The index has no such API, or cannot be reached; the text is what it answered."""


@dataclass(frozen=True, slots=True, order=True)
class Pin:
    name: str
    version: str


@dataclass(frozen=True, slots=True)
class Finding:
    pin: Pin
    id: str
    names: tuple[str, ...]
    summary: str
    fixed_in: tuple[str, ...]


@dataclass(slots=True)
class Audit:
    """`unknown`: pins that the index has no such release of, so nothing is said about them."""

    checked: int = 0
    findings: list[Finding] = field(default_factory=list)
    accepted: list[Finding] = field(default_factory=list)
    unknown: list[Pin] = field(default_factory=list)


def pins_of(lock: str) -> set[Pin]:
    """Without the local part of a version (`2.13.0+cpu`): the index knows the release, not its build."""
    return {Pin(name, version.partition("+")[0]) for name, version in _PIN.findall(lock)}


def index_of_pip() -> str:
    """What this machine's pip is set to, in its file or environment; otherwise pip's own default."""
    asked = subprocess.run([sys.executable, "-m", "pip", "config", "get", "global.index-url"], capture_output=True, text=True, check=False)
    return os.environ.get("PIP_INDEX_URL") or asked.stdout.strip() or PyPI.simple_url


def api_of(index: str) -> str:
    """The JSON API beside a simple index, without the credentials that its address may hold."""
    parts = urlsplit(index)
    host = (parts.hostname or "") + (f":{parts.port}" if parts.port else "")
    return f"{parts.scheme}://{host}/pypi"


def audit(pins: set[Pin], api: str, accepted: Mapping[str, str]) -> Audit:
    """Raises NotServed. One pin is asked for first: an index without the API is not asked a hundred times."""
    first, *others = sorted(pins)
    result = Audit()
    answers = {first: _ask(api, first)}
    if answers[first] is None:
        raise NotServed(f"404 for {first.name} {first.version}")
    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers |= zip(others, pool.map(lambda pin: _ask(api, pin), others), strict=True)
    for pin, answer in answers.items():
        if answer is None:
            result.unknown.append(pin)
            continue
        result.checked += 1
        for finding in _findings(pin, answer):
            known = {finding.id, *finding.names}
            (result.accepted if known & accepted.keys() else result.findings).append(finding)
    return result


def _ask(api: str, pin: Pin) -> dict[str, Any] | None:
    """None when the index has no such release. Raises NotServed."""
    address = f"{api}/{quote(pin.name)}/{quote(pin.version)}/json"
    try:
        with urllib.request.urlopen(address, timeout=SECONDS) as response:
            answer = json.load(response)
    except urllib.error.HTTPError as error:
        if error.code == 404:
            return None
        raise NotServed(f"{error.code} {error.reason}") from error
    except (OSError, ValueError) as error:
        raise NotServed(f"{type(error).__name__}: {error}") from error
    if not isinstance(answer, dict) or not isinstance(answer.get("vulnerabilities"), list):
        raise NotServed("an answer without a list of vulnerabilities")
    return answer


def _findings(pin: Pin, answer: Mapping[str, Any]) -> list[Finding]:
    return [
        Finding(
            pin,
            id=str(entry["id"]),
            names=tuple(map(str, entry.get("aliases") or ())),
            summary=str(entry.get("summary") or entry.get("details") or "").strip().partition("\n")[0],
            fixed_in=tuple(map(str, entry.get("fixed_in") or ())),
        )
        for entry in answer["vulnerabilities"]
        if not entry.get("withdrawn")
    ]


def main() -> int:
    pins = {pin for lock in LOCKS for pin in pins_of(lock.read_text(encoding="utf-8"))}
    accepted: dict[str, str] = json.loads(ACCEPTED.read_text(encoding="utf-8"))
    try:
        result = audit(pins, api_of(index_of_pip()), accepted)
    except NotServed as refusal:
        print(f"Python: not checked. The package index does not serve vulnerabilities here: {refusal}.")
        return 0
    for finding in result.findings:
        fixed = f"fixed in {', '.join(finding.fixed_in)}" if finding.fixed_in else "no fix yet"
        print(f"  {finding.pin.name} {finding.pin.version}: {finding.id} {' '.join(finding.names)} ({fixed}) {finding.summary}")
    if result.unknown:
        print(f"  unknown to the index: {', '.join(f'{pin.name} {pin.version}' for pin in result.unknown)}")
    counted = f"{len(result.findings)} known vulnerabilities, {len(result.accepted)} accepted"
    print(f"Python: {result.checked} of {len(pins)} pinned packages checked, {counted}.")
    return 1 if result.findings else 0


if __name__ == "__main__":
    sys.exit(main())
