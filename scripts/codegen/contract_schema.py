"""Prints the contract as one JSON document: its JSON Schema, and which names belong to which module.

`{"schema": {"$defs": ...}, "modules": {"library": [...], "events": [...], "api": [...]}, "constants": {...}}`

Serialization mode: a field with a default is always sent, so it is required on the wire.
"""

import inspect
import json
import sys
from enum import StrEnum
from types import ModuleType
from typing import Any

from pydantic.json_schema import JsonSchemaMode, models_json_schema

from backend.contract import api, events, library


def types_of(module: ModuleType) -> list[type]:
    """Contract models and enumerations that `module` itself defines, in the order of their definition."""
    return [
        value
        for name, value in vars(module).items()
        if inspect.isclass(value)
        and value.__module__ == module.__name__
        and value.__name__ == name
        and issubclass(value, library.Contract | StrEnum)
        and value is not library.Contract
    ]


def contract_schema() -> dict[str, Any]:
    modules = {module.__name__.rpartition(".")[2]: types_of(module) for module in (library, events, api)}
    models: list[tuple[type[library.Contract], JsonSchemaMode]] = [
        (kind, "serialization") for kinds in modules.values() for kind in kinds if issubclass(kind, library.Contract)
    ]
    _, schema = models_json_schema(models)
    definitions = schema["$defs"]
    for kinds in modules.values():
        for kind in kinds:
            if issubclass(kind, StrEnum):
                definitions.setdefault(kind.__name__, {"enum": [member.value for member in kind], "type": "string"})
    union = events.sidecar_event.json_schema(mode="serialization")
    definitions["SidecarEvent"] = {key: value for key, value in union.items() if key != "$defs"}
    definitions["SidecarCommand"] = {"anyOf": [{"$ref": f"#/$defs/{events.SidecarCommand.__name__}"}]}
    names = {module: [kind.__name__ for kind in kinds] for module, kinds in modules.items()}
    names["events"] += ["SidecarEvent", "SidecarCommand"]
    constants = {
        "events": {"PROTOCOL_VERSION": events.PROTOCOL_VERSION},
        "api": {"REMOVAL_GRACE": api.REMOVAL_GRACE},
    }
    return {"schema": {"$defs": definitions}, "modules": names, "constants": constants}


if __name__ == "__main__":
    json.dump(contract_schema(), sys.stdout, ensure_ascii=False)
