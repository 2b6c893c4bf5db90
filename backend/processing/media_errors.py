"""Why a recording could not be read, as sentences a person can act on."""

import errno

from backend.contract.library import Problem


class MediaError(Exception):
    """A recording that cannot be indexed. `problem` is what the person reads; the base class is never raised itself."""

    code = "unreadable"
    message = "This file cannot be read."
    next_step = "Check that the file plays in another program, then retry."

    def __init__(self, detail: str | None = None) -> None:
        super().__init__(f"{self.message} {detail or ''}".strip())
        self.detail = detail

    @property
    def problem(self) -> Problem:
        return Problem(code=self.code, message=self.message, next_step=self.next_step, detail=self.detail)


class NoSoundTrack(MediaError):
    code = "no-sound-track"
    message = "This file has no sound track."
    next_step = "There is nothing to listen to in it; it is found by its name."

    def __init__(self, duration: float | None = None) -> None:
        """`duration`: seconds that the container says."""
        super().__init__()
        self.duration = duration


class DamagedMedia(MediaError):
    code = "damaged"
    message = "This recording is damaged or not what its name says, so its sound cannot be decoded."
    next_step = "Play it in another program to see whether it is whole; replace it with a good copy, then retry."


class UnsupportedCodec(MediaError):
    code = "unsupported-codec"
    message = "The sound in this file is stored in a format that cannot be decoded here."
    next_step = "Convert the file to mp3, m4a, flac or mp4 and add the converted file."


class MediaVanished(MediaError):
    code = "vanished"
    message = "The file was moved or deleted before it could be indexed."
    next_step = "Put it back, or rescan its folder."


class MediaDenied(MediaError):
    code = "permission-denied"
    message = "There is no permission to read this file."
    next_step = "Allow your user to read the file, then retry."


class MediaReadFailed(MediaError):
    code = "read-failed"
    message = "The disk that holds this file did not deliver it."
    next_step = "Check that the drive or network folder is connected, then retry."


class EndlessMedia(MediaError):
    code = "too-long"
    message = "This recording has no end, or is longer than 200 hours, so it was given up."
    next_step = "It is found by its name. If it is whole, cut it into shorter parts and add them."


class TooLargeMedia(MediaError):
    code = "too-large"
    message = "Decoding this recording takes more memory than it may, so it was given up."
    next_step = "It is found by its name. Convert it to mp3, m4a, flac or mp4 and add the converted file."


class StuckMedia(MediaError):
    code = "took-too-long"
    message = "Decoding this recording came to a standstill, so it was given up."
    next_step = "Play it in another program to see whether it is whole, and check that its disk is connected, then retry."


class DecoderEnded(MediaError):
    code = "decoder-ended"
    message = "Decoding this recording ended the program that decodes; it may be damaged."
    next_step = "Play it in another program to see whether it is whole; replace it with a good copy, then retry."


def from_os_error(error: OSError) -> MediaError:
    """The MediaError for an operating system error met while opening or reading a recording."""
    detail = str(error)
    if error.errno in (errno.ENOENT, errno.ENOTDIR):
        return MediaVanished(detail)
    if error.errno in (errno.EACCES, errno.EPERM):
        return MediaDenied(detail)
    return MediaReadFailed(detail)


def by_code(code: str) -> type[MediaError]:
    """Raises ValueError for a code that no MediaError has."""
    for kind in MediaError.__subclasses__():
        if kind.code == code:
            return kind
    raise ValueError(f"no MediaError {code!r}")
