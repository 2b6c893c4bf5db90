"""Rows to contract models."""

import json
import sqlite3
from collections.abc import Mapping

from pydantic import TypeAdapter

from backend.contract.library import (
    ImageFacts,
    Item,
    ItemKind,
    ItemState,
    ModelId,
    Problem,
    Root,
    RootCounts,
    Segment,
    SegmentKind,
)

ROOT_UNREACHABLE = "root-unreachable"

_needs = TypeAdapter(list[ModelId])


def problem_of(text: str | None) -> Problem | None:
    return None if text is None else Problem.model_validate_json(text)


def item_of(row: sqlite3.Row) -> Item:
    """From a row with all columns of `items`."""
    facts = json.loads(row["facts"])
    image = facts.get("image")
    folder, _, name = row["path"].rpartition("/")
    return Item(
        id=row["id"],
        root_id=row["root_id"],
        name=row["name"],
        folder=folder,
        kind=ItemKind(row["kind"]),
        extension=extension_of(name),
        size=row["size"],
        modified_at=row["mtime_ns"] / 1e9,
        state=ItemState(row["state"]),
        needs=_needs.validate_json(row["needs"]),
        problem=problem_of(row["problem"]),
        duration=facts.get("duration"),
        pages=facts.get("pages"),
        language=facts.get("language"),
        image=None if image is None else ImageFacts.model_validate(image),
        has_thumbnail=bool(row["has_thumbnail"]),
        indexed_at=row["indexed_at"],
    )


def extension_of(name: str) -> str:
    """Lower case, without the dot; empty for "README" and ".profile"."""
    stem, dot, extension = name.rpartition(".")
    return extension.lower() if stem and dot else ""


def segment_of(row: sqlite3.Row) -> Segment:
    """From a row with all columns of `segments`."""
    return Segment(
        id=row["id"],
        item_id=row["item_id"],
        ordinal=row["ordinal"],
        kind=SegmentKind(row["kind"]),
        text=row["text"],
        page=row["page"],
        line=row["line"],
        start=row["start"],
        end=row["end"],
        language=row["language"],
        score=row["score"],
    )


def root_of(row: sqlite3.Row, counts: Mapping[str, int], scanning: bool) -> Root:
    """From a row with all columns of `roots`; `counts` by item state."""
    problem = problem_of(row["problem"])
    return Root(
        id=row["id"],
        path=row["path"],
        added_at=row["added_at"],
        scanning=scanning,
        available=problem is None or problem.code != ROOT_UNREACHABLE,
        problem=problem,
        counts=RootCounts(
            total=sum(counts.values()),
            waiting=counts.get(ItemState.WAITING, 0),
            working=counts.get(ItemState.WORKING, 0),
            needs_model=counts.get(ItemState.NEEDS_MODEL, 0),
            indexed=counts.get(ItemState.INDEXED, 0),
            failed=counts.get(ItemState.FAILED, 0),
        ),
    )
