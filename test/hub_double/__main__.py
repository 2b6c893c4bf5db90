"""`python -m hub_double --models DIR --manifest FILE`: the double as a process, for benches and end-to-end tests.

Serves the models of DIR, writes the manifest that names the double as their source to FILE, prints its address, and
ends with its stdin. Each line on stdin is a JSON object: `{"rate": 1000000}` (bytes a second of one answer, null for no
limit), `{"fault": {…}}` (fields of `faults.Fault`), `{"clear": true}` (no more faults), `{"fetched": "/part/of/a/path"}`,
which is answered with the number of GET requests for such paths and the bytes that were sent for them.
"""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from .faults import Fault
from .manifests import serve_present_models, write_manifest
from .server import HubDouble


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m hub_double", description=__doc__)
    parser.add_argument("--models", type=Path, required=True)
    parser.add_argument("--manifest", type=Path, required=True)
    parser.add_argument("--rate", type=float, help="bytes a second of one answer")
    arguments = parser.parse_args()
    with HubDouble() as hub:
        hub.throttle(arguments.rate)
        write_manifest(arguments.manifest, serve_present_models(hub, arguments.models))
        _say(hub.url)
        for line in sys.stdin:
            _obey(hub, json.loads(line))


def _obey(hub: HubDouble, command: dict[str, Any]) -> None:
    if "rate" in command:
        hub.throttle(command["rate"])
    if "fault" in command:
        hub.fail(Fault(**command["fault"]))
    if command.get("clear"):
        hub.clear_faults()
    if "fetched" in command:
        fetched = [request for request in hub.fetches if command["fetched"] in request.path]
        _say(json.dumps({"requests": len(fetched), "bytes": sum(request.sent for request in fetched)}))


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
