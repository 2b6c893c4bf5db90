"""What a person types, read: words, "phrases", -words and -"phrases"; everything else is literal.

No input is an error. A phrase that is not closed yet goes to the end. A word that FTS5 cuts in pieces (don't,
well-known, 3.14) is searched as these pieces in a row. A dash begins an exclusion only straight before a word or a
quotation mark and after a gap: in "well-known", "a - b" and "--verbose" it does not.
"""

import re
from dataclasses import dataclass

from backend.search.stop_words import STOP_WORDS
from backend.search.tokenizer import Tokenizer, storable

# One letter has no prefix index and would find nearly everything; a CJK character is a word by itself.
MIN_PREFIX = 2

_OPENING = '"“”„«»'
_PART = re.compile(rf"(?P<dash>(?<!\S)[-−])?(?:[{_OPENING}](?P<phrase>[^{_OPENING}]*)(?P<end>[{_OPENING}]|\Z)|(?P<word>[^\s{_OPENING}]+))")
_CJK = re.compile(r"[\u1100-\u11ff\u2e80-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\uff66-\uffdc\U00020000-\U0003ffff]")


@dataclass(frozen=True, slots=True)
class Term:
    """A word or phrase. `tokens` are its stems, at least one; with `prefix` the last one is only a beginning."""

    text: str
    tokens: tuple[str, ...]
    quoted: bool = False
    prefix: bool = False

    @property
    def match(self) -> str:
        """As an FTS5 expression: a string, in which nothing is an operator."""
        return fts_string(self.text) + (" *" if self.prefix else "")

    @property
    def is_stop_word(self) -> bool:
        return not self.quoted and not self.prefix and self.text.lower() in STOP_WORDS


@dataclass(frozen=True, slots=True)
class Query:
    """`words` and `phrases` as typed, without repetitions; a hit must hold every phrase and no part of `excluded`."""

    text: str
    words: tuple[Term, ...]
    phrases: tuple[Term, ...]
    excluded: tuple[Term, ...]

    @property
    def terms(self) -> tuple[Term, ...]:
        return self.phrases + self.words

    @property
    def meaning(self) -> str:
        """What the embedding is made of: the wanted words in their order, without quotation marks and exclusions.

        Empty where no word says what it is about: the vector of "what" is near to much and means nothing.
        """
        return "" if all(term.is_stop_word for term in self.terms) else self.text


def parse(text: str, tokenizer: Tokenizer, typing: bool = False) -> Query:
    """Read a query. While `typing`, a last word that no gap follows is a beginning of a word."""
    words: dict[tuple[str, ...], Term] = {}
    phrases: dict[tuple[str, ...], Term] = {}
    excluded: dict[tuple[str, ...], Term] = {}
    wanted: list[str] = []
    text = storable(text)
    for part in _PART.finditer(text):
        quoted = part["phrase"] is not None
        literal = part["phrase"] if quoted else part["word"]
        exclude = part["dash"] is not None and not literal.startswith(("-", "−"))
        if not exclude:
            wanted.append(literal)
        tokens = tokenizer.tokens(literal)
        if not tokens:
            continue
        last = typing and part.end() == len(text) and not part["end"] and not literal[-1:].isspace()
        prefix = bool(_CJK.search(literal)) or (last and _long_enough(literal))
        term = Term(literal, tokens, quoted, prefix and not exclude)
        if exclude:
            excluded.setdefault(tokens, term)
        elif quoted:
            phrases.setdefault(tokens, term)
        elif term.prefix or tokens not in words:
            words[tokens] = term
    for tokens in phrases:
        words.pop(tokens, None)
    return Query(" ".join(" ".join(wanted).split()), tuple(words.values()), tuple(phrases.values()), tuple(excluded.values()))


def fts_string(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def _long_enough(literal: str) -> bool:
    return sum(character.isalnum() for character in literal) >= MIN_PREFIX
