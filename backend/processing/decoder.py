"""The listener's side of decoding: a child decodes one recording after the other, and is ended when it crashes, hangs or is in the way."""

from collections.abc import Iterator
from pathlib import Path
from typing import Self

from backend.library.extract.reader_pool import ReaderPool
from backend.library.extract.reader_process import ReaderEnded, ReaderProcess, Unwanted
from backend.processing.cancellation import Cancelled, StopCheck, never
from backend.processing.decode import BLOCK_SECONDS, MediaFacts, Samples
from backend.processing.decoder_protocol import Answer, Block, DecodeRequest, Failed, Finished, Opened, Working, read_answer
from backend.processing.media_errors import DecoderEnded, StuckMedia

SILENCE_SECONDS = 60.0
# Decoded while an engine is busy; what is beyond waits in the pipe.
BLOCKS_AHEAD = 2


class Decoder:
    """Starts a child when it is needed and keeps it for the next recording. For one thread; `close` when there are no more."""

    def __init__(self, silence: float = SILENCE_SECONDS) -> None:
        """`silence`: seconds to wait for a child that does not say anything."""
        self._silence = silence
        self._children: ReaderPool[Answer] = ReaderPool("backend.processing.decode_child", read_answer, BLOCKS_AHEAD)

    def open(self, path: Path, should_stop: StopCheck = never, block_seconds: float | None = BLOCK_SECONDS) -> "DecodedTrack":
        """`block_seconds`: None for the facts alone.

        Raises a MediaError: those of SoundTrack, TooLargeMedia, StuckMedia, DecoderEnded; Cancelled; ReaderNotStarted.
        """
        return DecodedTrack(self._children, self._silence, DecodeRequest(path=path.absolute(), block_seconds=block_seconds), should_stop)

    def facts(self, path: Path, should_stop: StopCheck = never) -> MediaFacts:
        """What the container says, without any decoding. Raises as `open` does."""
        with self.open(path, should_stop, None) as track:
            track.read(should_stop)
            return track.facts

    def close(self) -> None:
        self._children.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class DecodedTrack:
    """The sound of one file, as consecutive blocks of samples; what SoundTrack is, decoded by a child.

    After Cancelled it goes on where it was. While nobody reads, the child stands still.
    """

    def __init__(self, children: ReaderPool[Answer], silence: float, request: DecodeRequest, should_stop: StopCheck) -> None:
        self.damaged_packets = 0
        self._children = children
        self._silence = silence
        self._child: ReaderProcess[Answer] | None = children.take()
        try:
            self._child.ask(request.model_dump_json())
            self.facts = self._opened(should_stop)
        except ReaderEnded as error:
            self.close()
            raise DecoderEnded(str(error)) from error
        except BaseException:
            self.close()
            raise

    def read(self, should_stop: StopCheck = never) -> Samples | None:
        """The next block, float32[n]; None at the end. Raises a MediaError as Decoder.open does; Cancelled."""
        if self._child is None:
            return None
        try:
            answer = self._answer(should_stop)
        except Cancelled:
            raise
        except BaseException:
            self.close()
            raise
        match answer:
            case Block():
                return answer.samples
            case Finished():
                self.damaged_packets = answer.damaged_packets
                self._done()
                return None
            case _:
                self.close()
                raise DecoderEnded(f"{type(answer).__name__} after the beginning")

    def close(self) -> None:
        """Ends the child where it is not at the end of the file."""
        child, self._child = self._child, None
        if child is not None:
            child.end()

    def __iter__(self) -> Iterator[Samples]:
        while (block := self.read()) is not None:
            yield block

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _opened(self, should_stop: StopCheck) -> MediaFacts:
        answer = self._answer(should_stop)
        if not isinstance(answer, Opened):
            raise DecoderEnded(f"{type(answer).__name__} before the beginning")
        return answer.facts

    def _answer(self, should_stop: StopCheck) -> Answer:
        if self._child is None:
            raise DecoderEnded("closed")
        try:
            while isinstance(answer := self._child.receive(self._silence, lambda: not should_stop()), Working):
                pass
        except Unwanted:
            raise Cancelled from None
        except TimeoutError:
            raise StuckMedia(f"nothing for {self._silence:.0f} seconds") from None
        except ReaderEnded as error:
            raise DecoderEnded(str(error)) from error
        if isinstance(answer, Failed):
            self._done()
            raise answer.error
        return answer

    def _done(self) -> None:
        child, self._child = self._child, None
        if child is not None:
            self._children.give_back(child)
