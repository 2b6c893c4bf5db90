"""`npm run models -- [COMMAND]`: the models of this checkout, for developers and packagers.

Without a command: provides for development what is missing, from packages where no hub is reached; `--verify` re-reads
every byte. `bundle` makes what an installed app brings along. `download`, `status`, `verify`, `import`, `export` and
`remove` are the app's own downloader (backend.models.downloader) on this checkout's models.
"""

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path

from backend.models import downloader
from backend.models.manifest import Model, load_manifest
from backend.models.registry import ModelState, model_status, verify
from backend.processing.config import get_models_cache_dir
from scripts.models import bundle, minilm, yamnet
from scripts.models.placement import ProvisionError

LIBRARY_FOLDERS = (".locks", "datasets")
OF_THE_DOWNLOADER = ("download", "status", "verify", "import", "export", "remove")


def main() -> int:
    command = sys.argv[1] if len(sys.argv) > 1 else ""
    if command in OF_THE_DOWNLOADER:
        return downloader.main(sys.argv[1:])
    if command == "bundle":
        return bundle.main(sys.argv[2:])
    return _provide()


def _provide() -> int:
    parser = argparse.ArgumentParser(prog="npm run models --", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--verify", action="store_true", help="read every byte and compare digests")
    arguments = parser.parse_args()
    layer = get_models_cache_dir()
    for folder in LIBRARY_FOLDERS:
        (layer / folder).mkdir(parents=True, exist_ok=True)
    failed = [model for model in load_manifest().models if not _settle(model, arguments.verify)]
    return 1 if failed else 0


def _settle(model: Model, read_all: bool) -> bool:
    """Bring one model to where it can be; False when it should have been there and is not."""
    status = verify(model.id) if read_all else model_status(model)
    if status.state is ModelState.PRESENT and status.location is not None:
        _say(model, f"present ({status.location.edition})")
        return True
    provide = _provider(model)
    if provide is None:
        _say(model, f"missing, and {yamnet.REASON}")
        return True
    if status.problem:
        _say(model, f"damaged, is replaced: {status.problem}")
    started = time.monotonic()
    try:
        provide()
    except ProvisionError as error:
        _say(model, f"failed: {error}")
        return False
    _say(model, f"installed in {time.monotonic() - started:.1f} s")
    return True


def _provider(model: Model) -> Callable[[], None] | None:
    layer = get_models_cache_dir()
    if model.id == "minilm":
        return lambda: minilm.provide(layer, model)
    if model.id == "whisper-base":
        return lambda: _provide_whisper(layer, model)
    source = yamnet.archive()
    return None if source is None else lambda: yamnet.provide(layer, model, source)


def _provide_whisper(layer: Path, model: Model) -> None:
    # It imports torch, which takes longer than finding that everything is there.
    from scripts.models import whisper_base

    whisper_base.provide(layer, model)


def _say(model: Model, text: str) -> None:
    print(f"  {model.title}: {text}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
