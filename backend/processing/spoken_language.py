"""The language of a recording, held steady over windows that each give their own guess."""

from collections.abc import Mapping

# Two windows of another language outweigh one of the old: a quotation does not turn the language, a change of speaker does.
NEWEST_WEIGHT = 0.4
# Whisper's own codes that are not ISO 639-1.
ISO_CODES = {"jw": "jv"}


class SpokenLanguage:
    """An exponential mean of the language probabilities of the windows that held speech."""

    def __init__(self) -> None:
        self._mean: dict[str, float] = {}

    def consider(self, probabilities: Mapping[str, float]) -> str:
        """Whisper's code of the likeliest language if a window with these probabilities held speech."""
        weighed = self._weigh(probabilities)
        return max(weighed, key=weighed.__getitem__)

    def accept(self, probabilities: Mapping[str, float]) -> None:
        """The window did hold speech."""
        self._mean = self._weigh(probabilities)

    def _weigh(self, probabilities: Mapping[str, float]) -> dict[str, float]:
        if not self._mean:
            return dict(probabilities)
        return {code: (1 - NEWEST_WEIGHT) * self._mean.get(code, 0.0) + NEWEST_WEIGHT * p for code, p in probabilities.items()}


def iso_639_1(code: str) -> str:
    return ISO_CODES.get(code, code)
