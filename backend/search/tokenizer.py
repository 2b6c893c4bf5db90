"""The words that FTS5 makes of a text, asked of FTS5 itself so that a query is never cut differently than the library.

unicode61 takes letters and digits as parts of words and everything else as a gap, without case and diacritics; porter
then stems English endings. Scripts written without spaces (Chinese, Japanese, Thai) come out as one word a run of
letters: there a query finds a run by its beginning only.
"""

import sqlite3
from threading import Lock

# As in backend/library/migrations; a test compares them.
TOKENIZE = "porter unicode61 remove_diacritics 2"


class Tokenizer:
    """Thread-safe; about 30 microseconds a short text."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._db = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
        self._db.executescript(
            f"""
            CREATE VIRTUAL TABLE document USING fts5 (text, content = '', tokenize = '{TOKENIZE}');
            CREATE VIRTUAL TABLE words USING fts5vocab (document, instance);
            """
        )

    def tokens(self, text: str) -> tuple[str, ...]:
        """The stems of `text` in order, as the index holds them; none for punctuation alone."""
        with self._lock:
            self._db.execute("BEGIN")
            try:
                self._db.execute("INSERT INTO document (rowid, text) VALUES (1, ?)", (storable(text),))
                return tuple(row[0] for row in self._db.execute("SELECT term FROM words ORDER BY offset"))
            finally:
                self._db.execute("ROLLBACK")


def storable(text: str) -> str:
    """SQLite takes UTF-8 and stops a MATCH expression at NUL; a query may bring NULs and lone surrogates."""
    return text.replace("\0", " ").encode("utf-8", "replace").decode("utf-8")
