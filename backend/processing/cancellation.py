"""How work is asked to stop in the middle of a file."""

from collections.abc import Callable
from typing import TypeAlias


class Cancelled(Exception):
    """The work was asked to stop; whatever it had so far is thrown away by whoever asked."""


StopCheck: TypeAlias = Callable[[], bool]
"""True when the work should stop. Cheap: it is called for every word that is decoded."""


def never() -> bool:
    return False
