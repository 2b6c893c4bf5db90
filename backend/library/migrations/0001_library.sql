-- Times are Unix seconds (UTC) unless named _ns; positions are seconds from the start of the recording.
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID, STRICT;

CREATE TABLE roots (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    path TEXT NOT NULL UNIQUE,
    added_at REAL NOT NULL,
    removed_at REAL,                       -- hidden since; purged after the grace period
    scanned_at REAL,
    device TEXT,                           -- st_dev at the last complete scan: tells an emptied folder from an unmounted disk
    problem TEXT                           -- Problem as JSON
) STRICT;

CREATE TABLE items (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    root_id INTEGER NOT NULL REFERENCES roots(id) ON DELETE CASCADE,
    path TEXT NOT NULL,                    -- relative to the root, '/' as separator
    name TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('document', 'audio', 'video', 'image', 'other')),
    size INTEGER NOT NULL,
    mtime_ns INTEGER NOT NULL,
    content_hash TEXT,                     -- of the indexed content
    state TEXT NOT NULL CHECK (state IN ('waiting', 'working', 'needs-model', 'indexed', 'failed')),
    needs TEXT NOT NULL DEFAULT '[]',      -- JSON list of model ids
    problem TEXT,
    facts TEXT NOT NULL DEFAULT '{}',      -- duration, pages, language, image: JSON
    happened_at REAL NOT NULL,             -- date a person would give it: EXIF date, else mtime
    indexed_at REAL,
    has_thumbnail INTEGER NOT NULL DEFAULT 0,
    UNIQUE (root_id, path)
) STRICT;
CREATE INDEX items_by_state ON items (root_id, state);
CREATE INDEX items_by_name ON items (name COLLATE NOCASE);

CREATE TABLE segments (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    item_id INTEGER NOT NULL REFERENCES items(id) ON DELETE CASCADE,
    ordinal INTEGER NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('name', 'text', 'speech', 'sound')),
    text TEXT NOT NULL,
    page INTEGER,
    line INTEGER,
    start REAL,
    "end" REAL,
    language TEXT,
    score REAL
) STRICT;
CREATE INDEX segments_by_item ON segments (item_id, ordinal);

CREATE VIRTUAL TABLE segments_fts USING fts5 (
    text,
    content = 'segments', content_rowid = 'id',
    tokenize = 'porter unicode61 remove_diacritics 2',
    prefix = '2 3'
);
CREATE TRIGGER segments_after_insert AFTER INSERT ON segments BEGIN
    INSERT INTO segments_fts (rowid, text) VALUES (new.id, new.text);
END;
CREATE TRIGGER segments_after_delete AFTER DELETE ON segments BEGIN
    INSERT INTO segments_fts (segments_fts, rowid, text) VALUES ('delete', old.id, old.text);
END;
CREATE TRIGGER segments_after_update AFTER UPDATE OF text ON segments BEGIN
    INSERT INTO segments_fts (segments_fts, rowid, text) VALUES ('delete', old.id, old.text);
    INSERT INTO segments_fts (rowid, text) VALUES (new.id, new.text);
END;

-- One int8 vector a segment: value = vector * scale. No row: not searchable by meaning yet.
CREATE TABLE embeddings (
    segment_id INTEGER PRIMARY KEY REFERENCES segments(id) ON DELETE CASCADE,
    model TEXT NOT NULL,
    scale REAL NOT NULL,
    vector BLOB NOT NULL
) STRICT;
CREATE INDEX embeddings_by_model ON embeddings (model);

-- One job an item. Leased: owner and expiry; an expired lease is anybody's. attempts counts leases that were not given back:
-- a file that ends its worker again and again goes behind the others and is failed in the end.
CREATE TABLE jobs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    item_id INTEGER NOT NULL UNIQUE REFERENCES items(id) ON DELETE CASCADE,
    worker TEXT NOT NULL CHECK (worker IN ('extract', 'audio')),
    priority INTEGER NOT NULL DEFAULT 0,
    attempts INTEGER NOT NULL DEFAULT 0,
    owner TEXT,
    expires_at REAL,
    blocked_on TEXT                        -- model id without which it cannot run
) STRICT;
CREATE INDEX jobs_to_lease ON jobs (worker, blocked_on, priority DESC, attempts, id);
