"""The locks hold what pyproject.toml asks for: a dependency added there and not locked would be missing everywhere else."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

BACKEND = Path(__file__).resolve().parents[2] / "backend"
PROJECT = tomllib.loads((BACKEND / "pyproject.toml").read_text(encoding="utf-8"))
PINNED = re.compile(r"^([a-z0-9][a-z0-9._-]*)==(\S+)", re.MULTILINE)
DIGEST = re.compile(r"--hash=sha256:[0-9a-f]{64}")


def _pins(lock: str) -> dict[str, list[str]]:
    pins: dict[str, list[str]] = {}
    for name, version in PINNED.findall((BACKEND / "locks" / f"{lock}.txt").read_text(encoding="utf-8")):
        pins.setdefault(name, []).append(version)
    return pins


def _asked() -> list[tuple[str, Requirement]]:
    runtime = [("runtime", Requirement(text)) for text in PROJECT["project"]["dependencies"]]
    return runtime + [("dev", Requirement(text)) for text in PROJECT["dependency-groups"]["dev"]]


@pytest.mark.parametrize(("lock", "asked"), _asked(), ids=lambda value: str(value))
def test_the_lock_pins_what_is_asked_for(lock: str, asked: Requirement) -> None:
    versions = _pins(lock).get(asked.name.lower(), [])
    assert any(asked.specifier.contains(version, prereleases=True) for version in versions), "run: npm run lock:python"


@pytest.mark.parametrize("lock", ["build", "runtime", "dev", "package"])
def test_every_pin_has_a_digest_and_no_lock_names_an_index(lock: str) -> None:
    text = (BACKEND / "locks" / f"{lock}.txt").read_text(encoding="utf-8")
    for stanza in re.split(r"\n(?=[a-z0-9])", text.strip()):
        assert DIGEST.search(stanza), stanza
    assert not re.search(r"://|--index|--find-links", text)


def test_no_two_locks_disagree() -> None:
    runtime = _pins("runtime")
    for other in (_pins("dev"), _pins("build"), _pins("package")):
        assert all(set(versions) <= set(runtime[name]) for name, versions in other.items() if name in runtime)
