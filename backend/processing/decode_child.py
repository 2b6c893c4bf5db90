"""The process that decodes recordings: `python -m backend.processing.decode_child`. See decoder_protocol.py for what it answers."""

import faulthandler
import logging
import os
import sys
import time

# Before memory is limited: loaded once for all recordings.
import av

from backend.library.extract.confinement import confine, requests, take_over_stdout
from backend.processing.decode import BLOCK_SECONDS, SoundTrack
from backend.processing.decoder_protocol import Answer, Block, DecodeRequest, Failed, Finished, Opened, Working, frame_of
from backend.processing.media_errors import DamagedMedia, MediaError, TooLargeMedia

log = logging.getLogger(__name__)

MEMORY = 2 << 30
WORKING_EVERY = 5.0
# Longer than the parent waits: it is there for a parent that is gone without this process noticing.
STUCK_SECONDS = 120.0


class _Answers:
    """The pipe to the parent. While it is written to, nobody minds how long that takes: the parent may have paused."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._sent = time.monotonic()

    def send(self, answer: Answer) -> None:
        faulthandler.cancel_dump_traceback_later()
        view = memoryview(frame_of(answer))
        while view:
            view = view[os.write(self._descriptor, view) :]
        self.expect_work()

    def expect_work(self) -> None:
        # From a thread of C, so that it also ends a decoder that never gives Python a turn.
        faulthandler.dump_traceback_later(STUCK_SECONDS, exit=True)
        self._sent = time.monotonic()

    def on_packet(self) -> None:
        if time.monotonic() - self._sent > WORKING_EVERY:
            self.send(Working())


def decode(request: DecodeRequest, answers: _Answers) -> None:
    with SoundTrack(request.path, request.block_seconds or BLOCK_SECONDS, answers.on_packet) as track:
        answers.send(Opened(duration=track.facts.duration, has_video=track.facts.has_video))
        if request.block_seconds is not None:
            for samples in track:
                answers.send(Block(samples))
        answers.send(Finished(damaged_packets=track.damaged_packets))


def main() -> None:
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING)
    faulthandler.enable()
    answers = _Answers(take_over_stdout())
    confine(MEMORY)
    av.logging.set_level(None)
    next_request = requests()
    while True:
        request = DecodeRequest.model_validate_json(next_request())
        answers.expect_work()
        try:
            decode(request, answers)
        except MediaError as error:
            answers.send(Failed.of(error))
        except MemoryError:
            answers.send(Failed.of(TooLargeMedia(f"more than {MEMORY >> 30} GB")))
        except Exception as error:
            # Bindings raise whatever a strange file leads them to; the sentence goes to the person, the rest to the log.
            log.exception("cannot decode %s", request.path)
            answers.send(Failed.of(DamagedMedia(f"{type(error).__name__}: {error}")))
        faulthandler.cancel_dump_traceback_later()


if __name__ == "__main__":
    main()
