"""Logs go to stderr, a line each; the supervisor keeps the last ones and writes them to a file."""

import logging
import sys


def log_to_stderr(level: int = logging.INFO) -> None:
    """Send every logger's records of at least `level` to stderr."""
    logging.basicConfig(stream=sys.stderr, level=level, format="%(asctime)s %(levelname)s %(name)s: %(message)s", force=True)
