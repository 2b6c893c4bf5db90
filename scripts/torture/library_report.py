"""What a library holds, for `npm run torture` to compare with the disk and with an undisturbed library.

`python -m scripts.torture.library_report <data directory>` prints one JSON object: `files`, one a row of the items table, and
`loose`, counts of rows that belong to nothing. Read from outside, by SQL of its own: it would not notice an error that it shares.
"""

import hashlib
import json
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

FILES = """
    SELECT i.id, r.path AS root, i.path, i.state, json_extract(i.problem, '$.code') AS problem, i.has_thumbnail AS thumbnail,
        (SELECT count(*) FROM jobs j WHERE j.item_id = i.id) AS jobs,
        (SELECT count(*) FROM segments s WHERE s.item_id = i.id AND s.kind = 'name') AS names,
        (SELECT count(*) FROM segments s WHERE s.item_id = i.id AND s.kind <> 'name') AS segments,
        (SELECT count(*) FROM segments s JOIN embeddings e ON e.segment_id = s.id WHERE s.item_id = i.id) AS embeddings
    FROM items i JOIN roots r ON r.id = i.root_id ORDER BY r.path, i.path
"""
SEGMENTS = """
    SELECT ordinal, kind, text, page, line, start, "end", language, score FROM segments
    WHERE item_id = ? AND kind <> 'name' ORDER BY ordinal, id
"""
LOOSE = {
    "segments": "SELECT count(*) FROM segments WHERE item_id NOT IN (SELECT id FROM items)",
    "embeddings": "SELECT count(*) FROM embeddings WHERE segment_id NOT IN (SELECT id FROM segments)",
    "jobs": "SELECT count(*) FROM jobs WHERE item_id NOT IN (SELECT id FROM items)",
    "models": "SELECT max(0, count(DISTINCT model) - 1) FROM embeddings",
}


def main() -> int:
    data_dir = Path(sys.argv[1])
    with closing(sqlite3.connect(f"file:{data_dir / 'library.db'}?mode=ro", uri=True, timeout=10)) as db:
        db.row_factory = sqlite3.Row
        files = [{**dict(row), **_content(db, row["id"])} for row in db.execute(FILES)]
        loose = {name: db.execute(sql).fetchone()[0] for name, sql in LOOSE.items()}
    thumbnails = {str(file["id"]) for file in files if file["thumbnail"]}
    pictures = {path.stem for path in (data_dir / "thumbnails").glob("*.jpg")}
    loose["thumbnails"] = len(pictures - thumbnails)
    print(json.dumps({"files": files, "loose": loose}))
    return 0


def _content(db: sqlite3.Connection, item_id: int) -> dict[str, str | int]:
    """A digest of everything that can be found of a file but its name, and how many of its segments stand there twice."""
    rows = [tuple(round(value, 2) if isinstance(value, float) else value for value in row) for row in db.execute(SEGMENTS, (item_id,))]
    digest = hashlib.sha256(json.dumps(rows).encode()).hexdigest()[:16]
    return {"content": digest, "repeated": len(rows) - len({row[1:] for row in rows})}


if __name__ == "__main__":
    sys.exit(main())
