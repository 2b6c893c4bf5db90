"""One reader process from file to file, with a new one where that is due."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO, Generic, TypeVar

from backend.library.extract.reader_process import ReaderProcess

T = TypeVar("T")

# Parsers and FFmpeg leak a little in broken files, and a new process costs less than a second.
FILES_PER_READER = 500


class ReaderPool(Generic[T]):
    """Keeps at most one idle process. For one thread at a time; `close` when there are no more files."""

    def __init__(self, module: str, read_answer: Callable[[IO[bytes]], T | None], ahead: int = 1) -> None:
        """As of ReaderProcess; the first is started when it is needed."""
        self._module = module
        self._read_answer = read_answer
        self._ahead = ahead
        self._idle: ReaderProcess[T] | None = None

    @contextmanager
    def lent(self) -> Iterator[ReaderProcess[T]]:
        """For one file. Ended by any error: what it answers later belongs to nobody. Raises ReaderNotStarted."""
        reader = self.take()
        try:
            yield reader
        except BaseException:
            reader.end()
            raise
        self.give_back(reader)

    def take(self) -> ReaderProcess[T]:
        """As `lent`, where the file outlasts a block: whoever takes it gives it back, or ends it."""
        reader, self._idle = self._idle, None
        if reader is not None and reader.asked < FILES_PER_READER and reader.is_alive():
            return reader
        if reader is not None:
            reader.end()
        return ReaderProcess(self._module, self._read_answer, self._ahead)

    def give_back(self, reader: ReaderProcess[T]) -> None:
        """One that has answered everything it was asked."""
        self.close()
        self._idle = reader

    def close(self) -> None:
        """End the idle one."""
        reader, self._idle = self._idle, None
        if reader is not None:
            reader.end()
