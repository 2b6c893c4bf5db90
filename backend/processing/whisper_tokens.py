"""Whisper's output tokens of one window, cut at its timestamp tokens by the rules of `whisper.transcribe` (version 20250625)."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

TOKEN_SECONDS = 0.02


@dataclass(frozen=True, slots=True)
class TimedTokens:
    """A stretch of tokens with its times in seconds from the start of the window."""

    start: float
    end: float
    tokens: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class CutWindow:
    """`consumed`: seconds of the window that were decoded to the end; an unfinished stretch is left to the next window.

    `ends_in_silence`: the model says that no speech follows its last timestamp.
    """

    stretches: tuple[TimedTokens, ...]
    consumed: float
    ends_in_silence: bool


def cut_at_timestamps(tokens: Sequence[int], timestamp_begin: int, seconds: float) -> CutWindow:
    """Cut the tokens of a window of `seconds` seconds; ids from `timestamp_begin` on are timestamps of TOKEN_SECONDS each."""

    def is_time(token: int) -> bool:
        return token >= timestamp_begin

    def time(token: int) -> float:
        return (token - timestamp_begin) * TOKEN_SECONDS

    ends_in_silence = len(tokens) >= 2 and not is_time(tokens[-2]) and is_time(tokens[-1])
    # Two timestamps side by side close one stretch and open the next.
    cuts = [at + 1 for at, (one, other) in enumerate(pairwise(tokens)) if is_time(one) and is_time(other)]
    if not cuts:
        times = [time(token) for token in tokens if is_time(token) and token != timestamp_begin]
        whole = TimedTokens(0.0, times[-1] if times else seconds, tuple(tokens))
        return CutWindow((whole,), seconds, ends_in_silence)
    if ends_in_silence:
        cuts.append(len(tokens))
    stretches = tuple(
        TimedTokens(time(tokens[start]), time(tokens[end - 1]), tuple(tokens[start:end])) for start, end in pairwise([0, *cuts])
    )
    consumed = seconds if ends_in_silence else min(time(tokens[cuts[-1] - 1]), seconds)
    return CutWindow(stretches, consumed, ends_in_silence)
