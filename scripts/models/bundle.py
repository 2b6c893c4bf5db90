"""`npm run models -- bundle`: the read-only models that an installed app brings along, by strategy.

| strategy | what the app brings |
|---|---|
| bundled | every model: nothing is ever downloaded |
| hybrid | those that main functions need (MiniLM); the others on demand |
| none | nothing: the first start offers the downloads |

The same models give the same bytes. The layer has no links, since installers and archives do not all keep them.
"""

import argparse
import os
import shutil
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

from backend.models.layout import complete_layout
from backend.models.manifest import Manifest, Model, load_manifest
from backend.models.problems import size_text
from backend.models.registry import ModelLocation, model_status
from backend.models.verification import digest_problem, write_marker
from scripts.models.placement import ProvisionError

MARK = ".contentcache-bundle"
EPOCH = datetime.fromtimestamp(0, UTC)


class Strategy(StrEnum):
    BUNDLED = "bundled"
    HYBRID = "hybrid"
    NONE = "none"


def chosen(strategy: Strategy, manifest: Manifest) -> list[Model]:
    match strategy:
        case Strategy.BUNDLED:
            return list(manifest.models)
        case Strategy.HYBRID:
            return [model for model in manifest.models if model.required]
        case Strategy.NONE:
            return []


def build_bundle(models: Sequence[Model], into: Path) -> None:
    """Make `into` the layer that holds `models`, copied from this machine's models and verified byte by byte.

    Replaces a bundle that was there as a whole. Raises ProvisionError when a model is not here or damaged, or when
    `into` is a folder that was not made by this command; OSError from the disk.
    """
    if into.exists() and any(into.iterdir()) and not (into / MARK).is_file():
        raise ProvisionError(f"{into} holds other files and is left alone. Name a new folder.")
    locations = [_location(model) for model in models]
    into.parent.mkdir(parents=True, exist_ok=True)
    built = Path(tempfile.mkdtemp(dir=into.parent, prefix=f".{into.name}."))
    try:
        for location in locations:
            _copy(location, built)
        (built / MARK).touch()
        for folder in (built, *(path for path in built.rglob("*") if path.is_dir())):
            folder.chmod(0o755)
        if into.exists():
            shutil.rmtree(into)
        os.replace(built, into)
    finally:
        shutil.rmtree(built, ignore_errors=True)


def _location(model: Model) -> ModelLocation:
    location = model_status(model).location
    if location is None:
        raise ProvisionError(f"{model.title} is not here. Run `npm run models`, or `npm run models -- download --only {model.id}`, first.")
    return location


def _copy(location: ModelLocation, built: Path) -> None:
    model = location.model
    edition = next(edition for edition in model.editions if edition.edition == location.edition)
    for file in edition.files:
        target = built / file.path
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(location.layer / file.path, target)
        target.chmod(0o644)
        problem = digest_problem(built, file)
        if problem is not None:
            raise ProvisionError(f"{model.title} is damaged ({problem}). Run `npm run models -- verify`.")
    complete_layout(built, model, edition)
    write_marker(built, model, edition, EPOCH)


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="npm run models -- bundle", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--strategy", type=Strategy, choices=list(Strategy), default=Strategy.HYBRID)
    parser.add_argument("--into", type=Path, required=True, metavar="DIR")
    options = parser.parse_args(arguments)
    models = chosen(options.strategy, load_manifest())
    try:
        build_bundle(models, options.into)
    except (ProvisionError, OSError) as error:
        print(f"  {error}", flush=True)
        return 1
    total = 0
    for model in models:
        size = sum(path.stat().st_size for path in (options.into / model.root,) if path.is_file()) or sum(
            path.stat().st_size for path in (options.into / model.root).rglob("*") if path.is_file()
        )
        total += size
        print(f"  {model.title:<28}{size_text(size):>10}")
    print(f"  {f'{options.strategy}: {options.into}':<28}{size_text(total):>10}")
    return 0
