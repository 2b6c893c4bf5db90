"""Which part of the library a search looks at: its filters as SQL, the same for words and for meaning."""

from dataclasses import dataclass, field, replace
from typing import Self

from backend.contract.library import ItemKind
from backend.search.query import Query

# Tables that `Scope.condition` speaks of: items as i, roots as r.
ITEMS = "items i JOIN roots r ON r.id = i.root_id AND r.removed_at IS NULL"


@dataclass(frozen=True, slots=True)
class Scope:
    """Filters of one search; removed roots are never in it. `after` and `before` are Unix seconds, both inclusive.

    `without` is an FTS5 expression: a file of which any segment (its name is one) matches it is left out.
    """

    kinds: frozenset[ItemKind] = field(default_factory=frozenset)
    root_id: int | None = None
    item_id: int | None = None
    after: float | None = None
    before: float | None = None
    without: str | None = None

    def excluding(self, query: Query) -> Self:
        return replace(self, without=" OR ".join(term.match for term in query.excluded) or None)

    def of_every_kind(self) -> Self:
        return replace(self, kinds=frozenset())

    @property
    def whole_library(self) -> bool:
        return self == Scope()

    @property
    def condition(self) -> str:
        """SQL over i and r, to be used after WHERE or AND with `parameters`."""
        conditions = ["r.removed_at IS NULL"]
        if self.kinds:
            conditions.append(f"i.kind IN ({', '.join(':kind_' + kind for kind in sorted(self.kinds))})")
        if self.root_id is not None:
            conditions.append("i.root_id = :root_id")
        if self.item_id is not None:
            conditions.append("i.id = :item_id")
        if self.after is not None:
            conditions.append("i.happened_at >= :after")
        if self.before is not None:
            conditions.append("i.happened_at <= :before")
        if self.without is not None:
            conditions.append(
                "i.id NOT IN (SELECT x.item_id FROM segments_fts e CROSS JOIN segments x ON x.id = e.rowid WHERE e.text MATCH :without)"
            )
        return " AND ".join(conditions)

    @property
    def parameters(self) -> dict[str, str | int | float]:
        named: dict[str, str | int | float | None] = {f"kind_{kind}": kind for kind in self.kinds}
        named |= {
            "root_id": self.root_id,
            "item_id": self.item_id,
            "after": self.after,
            "before": self.before,
            "without": self.without,
        }
        return {name: value for name, value in named.items() if value is not None}
