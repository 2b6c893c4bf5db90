"""`npm run library -- backup FILE | restore FILE | recover`: care of the whole library, for people at a terminal.

It is the app's own (backend.library.care), on the data directory that the app of this checkout uses or on the one of
`--data-dir`. A backup may be made while the app runs; restore and recover want it closed.
"""

import argparse
import os
import sys
from pathlib import Path

from backend.library.care import command

OPTION_OF_FILE = {"backup": "--to", "restore": "--from"}


def main(argv: list[str] | None = None) -> int:
    arguments = _parser().parse_args(argv)
    # npm runs everything in the checkout; names are meant from where the person stands.
    here = Path(os.environ.get("INIT_CWD") or Path.cwd())
    option = OPTION_OF_FILE.get(arguments.task)
    file = [] if option is None else [option, str(here / arguments.file)]
    return command.main([arguments.task, *file, "--data-dir", str(here / (arguments.data_dir or usual_data_dir()))])


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
