"""The Cranfield collection (1,400 abstracts, 225 queries, graded judgements) and the measure nDCG@k.

Judgements go from 1, a complete answer, to 4, of minimum interest; -1 is not relevant. Queries are numbered by their
order in cran.qry: the .I fields there are gapped, and the judgements do not use them.
"""

import math
import re
from dataclasses import dataclass
from pathlib import Path

RELEVANCE = {1: 4, 2: 3, 3: 2, 4: 1}


@dataclass(frozen=True, slots=True)
class Collection:
    """Texts by number. `judgements[query][document]` is a gain of 1 to 4; absent is not relevant."""

    documents: dict[int, str]
    queries: dict[int, str]
    judgements: dict[int, dict[int, int]]


def load(folder: Path) -> Collection:
    """Read cran.all.1400, cran.qry and cranqrel from `folder`. Raises FileNotFoundError when one is absent."""
    documents = {number: f"{fields['T']}\n\n{fields['W']}" for number, fields in _records(folder / "cran.all.1400")}
    queries = {order: fields["W"] for order, (_, fields) in enumerate(_records(folder / "cran.qry"), start=1)}
    judgements: dict[int, dict[int, int]] = {}
    for line in (folder / "cranqrel").read_text(encoding="utf-8").splitlines():
        query, document, grade = (int(part) for part in line.split())
        gain = RELEVANCE.get(grade)
        if gain is not None:
            judgements.setdefault(query, {})[document] = gain
    return Collection(documents, queries, judgements)


def ndcg(ranking: list[int], gains: dict[int, int], depth: int = 10) -> float:
    """Normalised discounted cumulative gain of the first `depth` documents (Järvelin and Kekäläinen 2002), 0 to 1."""

    def discounted(values: list[int]) -> float:
        return sum(value / math.log2(rank + 2) for rank, value in enumerate(values[:depth]))

    ideal = discounted(sorted(gains.values(), reverse=True))
    return discounted([gains.get(document, 0) for document in ranking]) / ideal if ideal else 0.0


def _records(path: Path) -> list[tuple[int, dict[str, str]]]:
    """Records of the SMART format: `.I n`, then fields that each begin with a line `.X`."""
    text = path.read_text(encoding="utf-8", errors="replace")
    records = []
    for record in re.split(r"^\.I ", text, flags=re.MULTILINE)[1:]:
        number, _, body = record.partition("\n")
        parts = re.split(r"^\.([TABW])\n", body, flags=re.MULTILINE)
        fields: dict[str, str] = {}
        for name, content in zip(parts[1::2], parts[2::2], strict=True):
            fields.setdefault(name, " ".join(content.split()))
        records.append((int(number), fields))
    return records
