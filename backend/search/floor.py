"""How near is near enough: the cosine below which a segment does not match by its meaning.

The nearest vector always exists, so without a floor every query finds something. Three limits, the highest counts:

- ABSOLUTE, calibrated with MiniLM (`scripts/bench/calibrate.py` prints the figures): the nearest of 1,400 Cranfield
  abstracts lies at .33 to .94 for its own questions (5th percentile .52), at .09 to .28 for sentences about cooking, taxes
  or holidays (.35 for one on lattice physics, .32 for the one word "blue", which are found). Of short queries, "patriotic
  speech" lies at .30 to the sentence it should find and "dog barking" at .76 to the sound of a bark.
- BACKGROUND: where much of a library is about the same thing, nearly all of it is near. Only what stands out by
  DEVIATIONS standard deviations from the library's mean for this very query counts; with fewer vectors than MIN_BACKGROUND
  mean and deviation say nothing yet.
- RELATIVE to the best hit: beside a hit at .8 one at .35 is noise.

A query that the model's vocabulary knows only letter by letter ("fjdksla", and all Chinese) gets a vector without meaning,
which is as near to some segment as a real query is: up to .33. `is_readable` keeps such queries to words.
"""

import math

ABSOLUTE = 0.29
RELATIVE = 0.5
DEVIATIONS = 2.0
MIN_BACKGROUND = 1000
# Letters a piece of the model's vocabulary: random letters 1.0 to 2.0, rare words as "Kubernetes" 2.5, English 4 and more.
MIN_LETTERS_PER_PIECE = 2.2


def meaning_floor(best: float, mean: float, deviation: float, searched: int) -> float:
    """Lowest cosine that counts, given the best one and the background over all `searched` vectors of the library."""
    background = mean + DEVIATIONS * deviation if searched >= MIN_BACKGROUND else -math.inf
    return max(ABSOLUTE, RELATIVE * best, background)


def is_readable(text: str, pieces: int) -> bool:
    """Whether a text that the model cuts into `pieces` has enough in each to mean something."""
    letters = sum(character.isalnum() for character in text)
    return pieces > 0 and letters / pieces >= MIN_LETTERS_PER_PIECE
