"""Ways in which a database comes to harm."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path


def zero_pages(database: Path, pages: list[int]) -> None:
    with closing(sqlite3.connect(database)) as db:
        size = db.execute("PRAGMA page_size").fetchone()[0]
    with database.open("r+b") as file:
        for page in pages:
            file.seek((page - 1) * size)
            file.write(b"\0" * size)


def leaves(database: Path, table: str) -> list[int]:
    """Numbers of the leaf pages of a table or index, in the order of its keys."""
    with closing(sqlite3.connect(database)) as db:
        return [row[0] for row in db.execute("SELECT pageno FROM dbstat WHERE name = ? AND pagetype = 'leaf' ORDER BY path", (table,))]


def zero_a_leaf(database: Path, table: str) -> None:
    found = leaves(database, table)
    zero_pages(database, found[len(found) // 2 : len(found) // 2 + 1])


def as_if_killed(database: Path) -> None:
    """The mark of a process that is gone and did not close the library."""
    with closing(sqlite3.connect(database)) as db:
        host = os.uname().nodename.replace("/", "-")
        db.execute("INSERT INTO meta (key, value) VALUES (?, '1')", (f"open/{host}/{2**22 - 7}/1.00/00000000",))
        db.commit()
