"""`python native_libraries.py PATTERN FILE...`: what shared libraries of any system are, as a JSON list on stdout.

Each has `format`, `machine`, the `name` that it goes by among libraries, the `needed` ones, and of the symbols that match
PATTERN the `imports` and the `exports`, each of these a "function" or "data". Of Mach-O also the oldest `system` and the two
versions, as texts, and whether it is `signed`. Names are as in C. Exit code 1, with a sentence on stderr: a file is no such library.
"""

import json
import re
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import lief

_MACHINES = {"AMD64": "x86_64", "X86_64": "x86_64", "ARM64": "aarch64", "AARCH64": "aarch64"}


def library(file: str, pattern: re.Pattern[str]) -> dict[str, Any]:
    """Raises ValueError when the file is no shared library of ELF, PE or Mach-O, or is one for several machines."""
    parsed = lief.MachO.parse(file) if lief.is_macho(file) else lief.parse(file)
    if isinstance(parsed, lief.MachO.FatBinary):
        if len(parsed) != 1:
            raise ValueError(f"{Path(file).name} is for {len(parsed)} machines at once")
        parsed = parsed.at(0)
    if isinstance(parsed, lief.ELF.Binary):
        seen = _elf(parsed)
    elif isinstance(parsed, lief.PE.Binary):
        seen = _pe(parsed)
    elif isinstance(parsed, lief.MachO.Binary):
        seen = _macho(parsed)
    else:
        raise ValueError(f"{Path(file).name} is no library of ELF, PE or Mach-O")
    seen["imports"] = sorted({name for name in seen["imports"] if pattern.search(name)})
    seen["exports"] = {name: kind for name, kind in sorted(seen["exports"]) if pattern.search(name)}
    return seen


def _elf(binary: Any) -> dict[str, Any]:
    functions = (lief.ELF.Symbol.TYPE.FUNC, lief.ELF.Symbol.TYPE.GNU_IFUNC)
    soname = binary.get(lief.ELF.DynamicEntry.TAG.SONAME)
    return {
        "format": "ELF",
        "machine": _machine(binary.header.machine_type),
        "name": soname.name if soname else "",
        "needed": list(binary.libraries),
        "imports": (symbol.name for symbol in binary.imported_symbols),
        "exports": ((symbol.name, _kind(symbol.type in functions)) for symbol in binary.exported_symbols),
    }


def _pe(binary: Any) -> dict[str, Any]:
    executable = lief.PE.Section.CHARACTERISTICS.MEM_EXECUTE
    exports = binary.get_export() if binary.has_exports else None
    entries = exports.entries if exports else ()

    def in_code(address: int) -> bool:
        return bool(binary.section_from_rva(address).has_characteristic(executable))

    return {
        "format": "PE",
        "machine": _machine(binary.header.machine),
        "name": exports.name if exports else "",
        "needed": [entry.name for entry in binary.imports],
        "imports": (symbol.name for entry in binary.imports for symbol in entry.entries),
        "exports": ((entry.name, _kind(in_code(entry.address))) for entry in entries),
    }


def _macho(binary: Any) -> dict[str, Any]:
    own = next((entry for entry in binary.libraries if entry.command == lief.MachO.LoadCommand.TYPE.ID_DYLIB), None)
    return {
        "format": "Mach-O",
        "machine": _machine(binary.header.cpu_type),
        "name": own.name if own else "",
        "needed": [entry.name for entry in binary.libraries if entry.command == lief.MachO.LoadCommand.TYPE.LOAD_DYLIB],
        "imports": (symbol.name.removeprefix("_") for symbol in binary.imported_symbols),
        "exports": ((symbol.name.removeprefix("_"), _kind(_in_code(binary, symbol.value))) for symbol in binary.exported_symbols),
        "system": _version(binary.build_version.minos if binary.build_version else binary.version_min.version),
        "compatibility": _version(own.compatibility_version if own else ()),
        "current": _version(own.current_version if own else ()),
        "signed": bool(binary.has_code_signature),
    }


def _in_code(binary: Any, address: int) -> bool:
    section = binary.section_from_virtual_address(address)
    return section is not None and section.name == "__text"


def _kind(function: bool) -> str:
    return "function" if function else "data"


def _machine(value: Any) -> str:
    try:
        return _MACHINES[value.name]
    except KeyError:
        raise ValueError(f"{value.name} is no machine that this knows") from None


def _version(numbers: Iterable[int]) -> str:
    return ".".join(map(str, numbers))


if __name__ == "__main__":
    lief.logging.disable()
    try:
        print(json.dumps([library(file, re.compile(sys.argv[1])) for file in sys.argv[2:]]))
    except ValueError as error:
        sys.exit(str(error))
