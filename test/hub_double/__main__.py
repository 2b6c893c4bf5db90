"""`python -m hub_double --models DIR --manifest FILE`: the double as a process, for benches and end-to-end tests.

Serves the models of DIR, writes the manifest that names the double as their source to FILE, prints its address, and
ends with its stdin.
"""

import argparse
import sys
from pathlib import Path

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
        sys.stdout.write(f"{hub.url}\n")
        sys.stdout.flush()
        sys.stdin.read()


if __name__ == "__main__":
    main()
