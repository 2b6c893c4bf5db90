"""`python -m backend.models.downloader`: the one program of the app that may go out, one run for one command.

With `--json` stdout carries lines of the sidecar protocol (backend.contract.events): `model-download-progress` and one
`model-download-ended` a model, `model-status` for status and verify, `model-export-progress` for export, `error` for
what belongs to no model. A piped stdin is then the parent's: its end cancels, as SIGTERM does. What has arrived is
kept and resumed by the next run.
Exit code 0: done; 1: something failed or is missing; 2: wrong arguments or manifest; 130: cancelled.

| variable | meaning |
|---|---|
| CONTENTCACHE_MODELS_DIR, CONTENTCACHE_BUNDLED_MODELS_DIR | writable models over the read-only bundle |
| CONTENTCACHE_MODELS_MANIFEST | another manifest than the one that ships with the app; `--manifest` wins |
| CONTENTCACHE_OFFLINE=1 | never go out, as `--offline` |
| CONTENTCACHE_MODELS_MIRROR | a file server over a models directory, asked instead of every source |
| HF_ENDPOINT | the Hugging Face Hub, or a company's copy of it |
| HTTPS_PROXY, HTTP_PROXY, ALL_PROXY, NO_PROXY | proxies, else the system's |
| SSL_CERT_FILE, SSL_CERT_DIR | certificates, else the system's store |
"""

import argparse
import logging
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from backend.contract.events import ErrorEvent
from backend.contract.library import ModelId
from backend.models import commands
from backend.models.cancellation import Cancellation
from backend.models.commands import Context
from backend.models.download.download_models import Downloads
from backend.models.download.policy import Policy
from backend.models.manifest import Manifest, ManifestError, Model, load_manifest, read_manifest
from backend.models.problems import Cancelled, ModelError
from backend.models.report import JsonReport, Report, TextReport
from backend.models.supervised_run import run_cancellable
from backend.sidecar.logs import log_to_stderr


def main(arguments: Sequence[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    log_to_stderr(logging.WARNING)
    try:
        manifest = _manifest(options.manifest)
        chosen = tuple(manifest.model(model_id) for model_id in options.only)
    except ManifestError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    report: Report = JsonReport() if options.json else TextReport(manifest)
    context = Context(manifest, report, chosen, Cancellation())
    downloads = _downloads(context, options)
    work = _work(context, downloads, options)
    return run_cancellable(lambda: _reporting(work, report), context.cancellation, downloads.abandon, with_parent=options.json)


def _manifest(path: Path | None) -> Manifest:
    manifest = load_manifest() if path is None else read_manifest(path)
    foreign = [model.id for model in manifest.models if model.id not in set(ModelId)]
    if foreign:
        raise ManifestError(f"The manifest names models that this program does not know: {', '.join(foreign)}.")
    for model_id in ModelId:
        # Raises when it is absent: the sidecars ask for each of them.
        manifest.model(model_id)
    return manifest


def _downloads(context: Context, options: argparse.Namespace) -> Downloads:
    policy = Policy()
    if options.idle_timeout is not None:
        policy = replace(policy, idle_timeout=options.idle_timeout)
    if options.attempts is not None:
        policy = replace(policy, attempts=options.attempts)
    offline = options.offline or os.environ.get("CONTENTCACHE_OFFLINE") == "1"
    return Downloads(context.manifest, context.report.emit, context.cancellation, policy, offline=offline)


def _work(context: Context, downloads: Downloads, options: argparse.Namespace) -> Callable[[], int]:
    match options.command:
        case "download":
            models: Sequence[Model] = context.models
            if options.required_only:
                models = [model for model in models if model.required]
            return lambda: commands.download(downloads, models)
        case "status":
            return lambda: commands.status(context)
        case "verify":
            return lambda: commands.verify_all(context)
        case "import":
            return lambda: commands.import_from(context, options.path)
        case "export":
            return lambda: commands.export_to(context, options.path)
        case _:
            return lambda: commands.remove(context)


def _reporting(work: Callable[[], int], report: Report) -> int:
    try:
        return work()
    except Cancelled:
        return commands.CANCELLED
    except ModelError as error:
        report.emit(ErrorEvent(problem=error.problem))
        return commands.FAILED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m backend.models.downloader", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--json", action="store_true", help="events as JSON lines on stdout; a piped stdin's end cancels")
    common.add_argument("--manifest", type=Path, metavar="FILE", help="this manifest, whatever CONTENTCACHE_MODELS_MANIFEST names")
    common.add_argument("--offline", action="store_true", help="never go out")
    common.add_argument("--idle-timeout", type=float, metavar="SECONDS", help="how long a source may be silent")
    common.add_argument("--attempts", type=int, metavar="N", help="attempts in a row that bring nothing new before a source is given up")
    some = argparse.ArgumentParser(add_help=False)
    some.add_argument("--only", action="append", default=[], metavar="ID", help="only this model; may be repeated")
    subparsers = parser.add_subparsers(dest="command", required=True)

    fetch = subparsers.add_parser("download", parents=[common, some], help="fetch the models that are missing (all of them unless chosen)")
    scope = fetch.add_mutually_exclusive_group()
    scope.add_argument("--all", action="store_true", help="every model of the manifest, which is the default")
    scope.add_argument("--required-only", action="store_true", help="only those that the app's main functions need")
    subparsers.add_parser("status", parents=[common, some], help="what is here, with size, licence and use")
    subparsers.add_parser("verify", parents=[common, some], help="read every byte and compare digests")
    bring = subparsers.add_parser("import", parents=[common, some], help="install from an export, a model's file or archive, or a folder")
    bring.add_argument("path", type=Path)
    carry = subparsers.add_parser("export", parents=[common, some], help="write models into one file for another machine")
    carry.add_argument("path", type=Path)
    drop = subparsers.add_parser("remove", parents=[common], help="delete a model")
    drop.add_argument("only", nargs=1, metavar="ID")
    return parser


if __name__ == "__main__":
    sys.exit(main())
