"""`python -m backend.library.care`: one run for one task on the library of a data directory.

| task | what it does |
|---|---|
| backup --to FILE | a consistent copy, also while ContentCache runs |
| restore --from FILE | a backup becomes the library; the present one is kept beside it. Not while ContentCache runs |
| recover | a library that is damaged or gone is made again from its folders and from what can be read of it; else nothing |

With `--json` stdout carries lines of the sidecar protocol (backend.contract.events): `library-care-progress`, then exactly one
`library-care-ended`. A piped stdin is then the parent's: its end, or a `shutdown` command, cancels, as SIGTERM and SIGINT do.
Exit code 0: done, or nothing to do; 1: failed; 2: wrong arguments; 130: cancelled.
"""

import argparse
import logging
import os
import sqlite3
from collections.abc import Sequence
from pathlib import Path

from backend.contract.events import CareOutcome, CareTask, LibraryCareEnded
from backend.library.care.backup import back_up
from backend.library.care.problems import CareError, problem_of
from backend.library.care.recover import recover
from backend.library.care.report import Report, TextReport
from backend.library.care.restore import restore
from backend.library.care.work import Cancelled, Work
from backend.library.store import LibraryError
from backend.sidecar.lifetime import Lifetime
from backend.sidecar.lines import LineEmitter
from backend.sidecar.logs import log_to_stderr
from backend.sidecar.task_run import run_task
from backend.sidecar.ticker import Ticker

log = logging.getLogger(__name__)

# What cannot be interrupted, such as writing a large file through to a slow disk.
STOP_DEADLINE = 10.0
_CODES = {CareOutcome.DONE: 0, CareOutcome.NOTHING_TO_DO: 0, CareOutcome.FAILED: 1, CareOutcome.CANCELLED: 130}


def main(arguments: Sequence[str] | None = None) -> int:
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.data_dir is None:
        parser.error("name the data directory with --data-dir, or set CONTENTCACHE_DATA_DIR")
    report: Report = LineEmitter.take_over_stdout() if options.json else TextReport()
    log_to_stderr(logging.INFO if options.json else logging.CRITICAL)
    lifetime = Lifetime(STOP_DEADLINE)
    work = Work(CareTask(options.task), lifetime)
    return run_task(lambda: _reporting(options, work, report), lifetime, lambda _: work.interrupt(), with_parent=options.json)


def _reporting(options: argparse.Namespace, work: Work, report: Report) -> int:
    with Ticker(work.progress, report.emit):
        ended = _outcome(options, work)
    report.emit(ended)
    return _CODES[ended.outcome]


def _outcome(options: argparse.Namespace, work: Work) -> LibraryCareEnded:
    try:
        match work.task:
            case CareTask.BACKUP:
                return back_up(options.data_dir, options.file, work)
            case CareTask.RESTORE:
                return restore(options.data_dir, options.file, work)
            case CareTask.RECOVER:
                return recover(options.data_dir, work)
    except Cancelled:
        return LibraryCareEnded(task=work.task, outcome=CareOutcome.CANCELLED)
    except (CareError, LibraryError, OSError, sqlite3.Error) as error:
        log.exception("%s failed", work.task)
        return LibraryCareEnded(task=work.task, outcome=CareOutcome.FAILED, problem=problem_of(error))
    except Exception as error:
        # Whatever it is, the one last event is owed to whoever waits for it.
        log.exception("%s failed unexpectedly", work.task)
        return LibraryCareEnded(task=work.task, outcome=CareOutcome.FAILED, problem=problem_of(error))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m backend.library.care", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    common = argparse.ArgumentParser(add_help=False)
    given = os.environ.get("CONTENTCACHE_DATA_DIR")
    common.add_argument("--data-dir", type=Path, metavar="DIR", default=given and Path(given), help="instead of CONTENTCACHE_DATA_DIR")
    common.add_argument("--json", action="store_true", help="events as JSON lines on stdout; a piped stdin's end cancels")
    tasks = parser.add_subparsers(dest="task", required=True)
    backup = tasks.add_parser(CareTask.BACKUP, parents=[common], help="write a consistent copy of the library to a file")
    backup.add_argument("--to", dest="file", type=Path, required=True, metavar="FILE")
    bring_back = tasks.add_parser(CareTask.RESTORE, parents=[common], help="make a backup the library; the present one is kept")
    bring_back.add_argument("--from", dest="file", type=Path, required=True, metavar="FILE")
    tasks.add_parser(CareTask.RECOVER, parents=[common], help="make a damaged or lost library again")
    return parser
