import { execFileSync } from 'node:child_process'

/** The interpreter for the doubles in `fixtures/`, which need no package. */
export const anyPython = process.env['CONTENTCACHE_PYTHON'] ?? execFileSync('python3', ['-c', 'import sys; print(sys.executable)'], { encoding: 'utf8' }).trim()
