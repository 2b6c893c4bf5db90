"""Numbers that name an item, a folder or a segment."""

from typing import Annotated

from pydantic import Field

# The shell reads them as JavaScript numbers; SQLite's go further, and Python's have no end.
Id = Annotated[int, Field(ge=1, le=2**53 - 1)]
