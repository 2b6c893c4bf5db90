"""`npm run library -- backup FILE | restore FILE | recover`: care of the whole library, for people at a terminal.

It is the app's own (backend.library.care), on the data directory that the app of this checkout uses or on the one of
`--data-dir`. A backup may be made while the app runs; restore and recover want it closed.
"""

import argparse
import os
import subprocess
import sys
from pathlib import Path

OPTION_OF_FILE = {"backup": "--to", "restore": "--from"}


def main(argv: list[str] | None = None) -> int:
    arguments = _parser().parse_args(argv)
    option = OPTION_OF_FILE.get(arguments.task)
    # npm runs everything in the checkout; names are meant from where the person stands.
    here = Path(os.environ.get("INIT_CWD") or Path.cwd())
    file = [] if option is None else [option, str(here / arguments.file)]
    environment = {**os.environ, "CONTENTCACHE_DATA_DIR": str(here / (arguments.data_dir or usual_data_dir()))}
    # Its stdin stays open as long as this program lives: the end of it would cancel a backup that cron has started.
    with subprocess.Popen(
        [sys.executable, "-m", "backend.library.care", arguments.task, *file], stdin=subprocess.PIPE, env=environment
    ) as care:
        while True:
            try:
                return care.wait()
            except KeyboardInterrupt:
                # It has heard the same Ctrl+C and ends in order.
                continue


def usual_data_dir() -> Path:
    """Where electron/paths.ts puts it: Electron's `appData`, and ContentCache in it."""
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "ContentCache"
    if sys.platform == "win32":
        return Path(os.environ["APPDATA"]) / "ContentCache"
    return Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "ContentCache"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="npm run library --", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument("--data-dir", type=Path, metavar="DIR", help=f"holds library.db; without it {usual_data_dir()}")
    tasks = parser.add_subparsers(dest="task", required=True)
    tasks.add_parser("backup", parents=[shared], help="write a consistent copy of the library into FILE").add_argument(
        "file", type=Path, metavar="FILE"
    )
    tasks.add_parser(
        "restore", parents=[shared], help="replace the library by the backup FILE; the present one is kept aside"
    ).add_argument("file", type=Path, metavar="FILE")
    tasks.add_parser("recover", parents=[shared], help="keep a damaged library aside and save what can be read of it")
    return parser


if __name__ == "__main__":
    sys.exit(main())
