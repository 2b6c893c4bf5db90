"""The words of a file name, so that a file is found by its name before and without anything else."""

import re
from pathlib import PurePath

# Case changes (HelloWorld, PDFReader) and changes between letters and digits (track07).
_BOUNDARY = re.compile(
    r"(?<=[^\W\d_])(?=\d)|(?<=\d)(?=[^\W\d_])|(?<=[a-zß-öø-ÿ])(?=[A-ZÀ-ÖØ-Þ])|(?<=[A-ZÀ-ÖØ-Þ])(?=[A-ZÀ-ÖØ-Þ][a-zß-öø-ÿ])"
)


def name_text(name: str) -> str:
    """The name as it is, then those of its words that only a split inside a word yields: "ReadMe2.txt" -> "ReadMe2.txt Read Me 2"."""
    stem = PurePath(name).stem
    inner: list[str] = []
    for word in re.findall(r"[^\W_]+", stem):
        parts = _BOUNDARY.split(word)
        if len(parts) > 1:
            inner += parts
    return " ".join([name, *inner])
