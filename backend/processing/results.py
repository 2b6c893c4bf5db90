"""What was heard, as the library keeps it."""

from collections.abc import Sequence

from backend.contract.library import ItemKind, ModelId, SegmentKind
from backend.library.store import IndexResult, NewSegment
from backend.processing.listening import Heard
from backend.processing.sound_words import words_of

DIGITS = 2


def index_result(heard: Heard, needs: Sequence[ModelId], has_thumbnail: bool) -> IndexResult:
    """Speech and sounds in the order of their time."""
    speech = [
        NewSegment(
            kind=SegmentKind.SPEECH,
            text=segment.text,
            start=round(segment.start, DIGITS),
            end=round(segment.end, DIGITS),
            language=segment.language,
        )
        for segment in heard.speech
    ]
    sounds = [
        NewSegment(
            kind=SegmentKind.SOUND,
            text=words_of(sound.label),
            start=round(sound.start, DIGITS),
            end=round(sound.end, DIGITS),
            score=round(sound.score, 4),
        )
        for sound in heard.sounds
    ]
    return IndexResult(
        segments=sorted([*speech, *sounds], key=lambda segment: (segment.start or 0.0, segment.kind)),
        duration=round(heard.duration, DIGITS),
        language=heard.language,
        has_thumbnail=has_thumbnail,
        needs=tuple(needs),
    )


def silent_result(duration: float | None, kind: ItemKind, has_thumbnail: bool) -> IndexResult | None:
    """What there is of a recording without a sound track: a film is found by its name, a sound file is not one."""
    return IndexResult(duration=duration, has_thumbnail=has_thumbnail) if kind is ItemKind.VIDEO else None
