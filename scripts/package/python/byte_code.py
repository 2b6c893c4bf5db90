"""Byte-compiles an installed app's Python, and writes records that name what is there.

`python byte_code.py ROOT SLICE OF`: compiles every SLICEth of OF files below ROOT, in the order of their names. The same
files give the same bytes on every run: no time stamp is kept (unchecked hashes), the hash seed is fixed, and each process
meets its files in a fixed order, since what it has seen before shows in how constants are marked as shared.
`python byte_code.py ROOT records`: rewrites every RECORD of a package.
"""

import os
import py_compile
import sys
from pathlib import Path
from py_compile import PycInvalidationMode


def compile_slice(root: Path, number: int, of: int) -> int:
    sources = sorted(root.rglob("*.py"))
    broken = 0
    for source in sources[number::of]:
        try:
            # The path inside of the app: the import system puts the real one in its place.
            name = source.relative_to(root).as_posix()
            py_compile.compile(str(source), dfile=name, doraise=True, invalidation_mode=PycInvalidationMode.UNCHECKED_HASH)
        except py_compile.PyCompileError:
            # Templates and code of other versions, which nobody imports.
            broken += 1
    return broken


def write_records(root: Path) -> None:
    """Name the files that are there. Without digests, which say nothing about a pruned package."""
    for record in root.rglob("*.dist-info/RECORD"):
        site = record.parent.parent
        names = (line.rsplit(",", 2)[0] for line in record.read_text(encoding="utf-8").splitlines())
        present = sorted(name for name in names if not name.startswith("..") and (site / name.strip('"')).is_file())
        record.write_text("".join(f"{name},,\n" for name in present), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    if os.environ.get("PYTHONHASHSEED") != "0":
        sys.exit("PYTHONHASHSEED must be 0: the order of sets is part of the byte code.")
    root = Path(sys.argv[1])
    if sys.argv[2] == "records":
        write_records(root)
    else:
        print(compile_slice(root, int(sys.argv[2]), int(sys.argv[3])), "files are no Python 3.11 and stay without byte code")
