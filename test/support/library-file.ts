/** The library database, read from outside while the app runs or after it was killed. */
import { execFile } from 'node:child_process'
import path from 'node:path'
import { promisify } from 'node:util'
import { python } from './checkout'

const run = promisify(execFile)

const readerScript = `
import json, sqlite3, sys
database = sqlite3.connect(f"file:{sys.argv[1]}?mode=ro", uri=True, timeout=10)
database.row_factory = sqlite3.Row
print(json.dumps([dict(row) for row in database.execute(sys.argv[2])]))
`

export async function queryLibrary<Row>(dataDirectory: string, sql: string): Promise<Row[]> {
  const { stdout } = await run(python, ['-c', readerScript, path.join(dataDirectory, 'library.db'), sql])
  return JSON.parse(stdout) as Row[]
}

export interface IndexedFile {
  path: string
  state: string
  segments: number
  /** Segments that stand in the file twice: the same kind, place and text. */
  repeated: number
  embeddings: number
  jobs: number
}

/** One row a file, in the order of paths. */
export function indexedFiles(dataDirectory: string): Promise<IndexedFile[]> {
  return queryLibrary<IndexedFile>(
    dataDirectory,
    `SELECT items.path, items.state,
       (SELECT count(*) FROM segments s WHERE s.item_id = items.id) AS segments,
       (SELECT count(*) FROM segments s WHERE s.item_id = items.id)
         - (SELECT count(*) FROM (SELECT DISTINCT kind, text, page, line, start, "end" FROM segments s WHERE s.item_id = items.id)) AS repeated,
       (SELECT count(*) FROM embeddings e JOIN segments s ON s.id = e.segment_id WHERE s.item_id = items.id) AS embeddings,
       (SELECT count(*) FROM jobs WHERE jobs.item_id = items.id) AS jobs
     FROM items ORDER BY items.path`,
  )
}

/** What SQLite itself says of the file: `ok`, or what is broken. FTS5 raises when its index and the segments differ. */
export async function integrity(dataDirectory: string): Promise<string> {
  const script = `
import sqlite3, sys
database = sqlite3.connect(sys.argv[1], timeout=10)
database.execute("INSERT INTO segments_fts (segments_fts, rank) VALUES ('integrity-check', 1)")
print("; ".join(row[0] for row in database.execute("PRAGMA integrity_check")), *database.execute("PRAGMA foreign_key_check"))
`
  const { stdout } = await run(python, ['-c', script, path.join(dataDirectory, 'library.db')])
  return stdout.trim()
}
