import { mkdirSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { emptyPicture } from '../../../../electron/contract/picture'
import type { SidecarStatus, Snapshot } from '../../../../electron/contract/relay'
import { collectDiagnostics } from '../../../../electron/diagnostics/collect'
import { availableIn, freeSpace } from '../../../../electron/diagnostics/free-space'
import { logTails } from '../../../../electron/diagnostics/log-tails'
import { withoutHome, withoutSecrets } from '../../../../electron/diagnostics/redact'
import { diagnosticsReport, type DiagnosticsFacts } from '../../../../electron/diagnostics/report'
import { diagnosticsHandlers } from '../../../../electron/ipc/diagnostics'
import { createLog } from '../../../../electron/log/log'
import { problem } from '../../../../electron/problem'
import { temporaryFolder, until } from '../support'

const at = Date.UTC(2026, 10, 25, 12)
const secret = 'Zm9yIHNlYXJjaF9zZXJ2ZXIgb25seQ'
const token = 'Zm9yIHRoZSByZWxheSBvbmx5IHRvbw'
const secrecy = { secrets: [secret, token], homes: ['/home/ann'] }

const crashed: SidecarStatus = {
  name: 'search-server',
  state: 'ready',
  pid: 4242,
  readySince: at - 3_723_000,
  restarts: 2,
  memory: 564e6,
  problem: null,
  stderrTail: [],
  lastFailure: { at: at - 4_000_000, problem: problem('crashed', 'The search engine ended unexpectedly.', { detail: 'It was ended by SIGKILL.' }), stderrTail: ['first', 'last words'] },
}

const snapshot: Snapshot = {
  type: 'snapshot',
  sequence: 9,
  ...emptyPicture,
  offline: true,
  sidecars: [crashed, { ...crashed, name: 'audio-processor', state: 'failed', pid: null, readySince: null, memory: null, problem: problem('library-damaged', 'Damaged.'), lastFailure: null }],
  engines: [{ engine: 'minilm', state: 'ready', problem: null }],
  library: {
    roots: [
      { id: 1, path: '/home/ann/Private letters', added_at: 1, scanning: false, available: false, problem: null, counts: { total: 3, waiting: 0, working: 0, indexed: 3, failed: 0, needs_model: 0 } },
    ],
    queue: { paused: false, waiting: 1, working: 2, indexed: 300, failed: 4, needs_model: 12, waiting_for: {}, to_embed: 5, embedded: 9_000 },
  },
  progress: [{ type: 'job-progress', item_id: 1, name: 'my diagnosis.mp3', stage: 'transcribing', done: 1, total: 2, unit: 'seconds', seconds_left: null }],
  libraryCare: {
    task: null,
    progress: null,
    last: { type: 'library-care-ended', task: 'recover', outcome: 'done', problem: problem('library-damaged', 'A page was damaged.'), file: '/home/ann/kept.db', folders: 1, kept: 2 },
  },
}

const facts: DiagnosticsFacts = {
  at,
  versions: { ContentCache: '0.1.0', Electron: '45.0.0', Chrome: '150', Node: '24' },
  system: 'linux x64, Linux 6.1',
  locale: 'de-CH',
  dataDirectory: '/home/ann/.config/ContentCache',
  freeSpace: 12.3e9,
  uptime: 7_265,
  snapshot,
  logs: [{ name: 'main.log', lines: ['opened /home/ann/.config/ContentCache', `authorization: Bearer ${secret}`, `${'x'.repeat(990)}${token}`] }],
}

describe('the report', () => {
  const text = diagnosticsReport(facts, secrecy)

  it('says at its head what it may name', () => {
    expect(text.split('\n').slice(0, 2)).toEqual(['# ContentCache diagnostics', expect.stringMatching(/can name files and folders/)])
  })

  it.each([
    'Electron: 45.0.0',
    'system: linux x64, Linux 6.1',
    'locale: de-CH',
    'offline: yes',
    'running for: 2 h 1 min 5 s',
    'data directory: ~/.config/ContentCache',
    'free space there: 12,300 MB',
    '## search-server\nstate: ready\npid: 4242\nready for: 1 h 2 min 3 s\nrestarts: 2\nmemory: 564 MB\nlast failure: 2026-11-25T10:53:20.000Z (crashed: The search engine ended unexpectedly.)\n    It was ended by SIGKILL.\n    first\n    last words',
    '## audio-processor\nstate: failed (library-damaged: Damaged.)\npid: none\nready for: not ready',
    'minilm: ready',
    'whisper-base: not looked at yet',
    'folders: 1, of them not available: 1, being scanned: 0',
    'processing: on, at work on: transcribing',
    'files: 1 waiting, 2 working, 300 indexed, 4 failed, 12 need a model',
    'passages: 9000 embedded, 5 to embed',
    'care last: recover done (library-damaged: A page was damaged.)',
    '## main.log, last 3 lines\nopened ~/.config/ContentCache\n',
  ])('holds: %s', (part) => {
    expect(text).toContain(part)
  })

  it('holds no secret, not even a cut one, no home and no name out of the library', () => {
    expect(text).not.toMatch(/\/home\/ann|Private letters|my diagnosis|kept\.db/)
    for (const hidden of [secret, token]) {
      for (let length = 6; length <= hidden.length; length += 1) expect(text).not.toContain(hidden.slice(0, length))
    }
    expect(text).toContain('Bearer [secret]')
  })

  it('is made before anything has been heard', () => {
    const early = diagnosticsReport({ ...facts, freeSpace: null, logs: [], snapshot: { type: 'snapshot', sequence: 0, ...emptyPicture } }, secrecy)
    expect(early).toContain('## Library\nnot heard of yet\ncare under way: none\ncare last: none')
    expect(early).toContain('free space there: unknown')
  })
})

describe('redaction', () => {
  it.each<[string, string, string]>([
    ['/home/ann', 'in /home/ann/x, "/home/ann" and /home/ann', 'in ~/x, "~" and ~'],
    ['/home/ann', '/home/anna/x /home/ann.old /mnt/home/ann', '/home/anna/x /home/ann.old /mnt/home/ann'],
    ['/home/ann/', '/home/ann/x', '~/x'],
    ['/', '/etc', '/etc'],
    ['C:\\Users\\Ann', 'C:\\Users\\Ann\\x and "C:\\\\Users\\\\Ann\\\\x"', '~\\x and "~\\\\x"'],
    ['/home/a(n+n)', '/home/a(n+n)/x', '~/x'],
    ['/home/jörg', '/home/jörg/x /home/jörgen', '~/x /home/jörgen'],
  ])('the home %s in %j', (home, text, expected) => {
    expect(withoutHome(text, [home])).toBe(expected)
  })

  it('an empty secret changes nothing', () => {
    expect(withoutSecrets('abc', [''])).toBe('abc')
  })
})

describe('on this machine', () => {
  let folder: string
  let remove: () => Promise<void>
  beforeEach(async () => ({ folder, remove } = await temporaryFolder()))
  afterEach(() => remove())

  const numbered = (from: number, to: number): string[] => Array.from({ length: to - from + 1 }, (_, index) => `line ${from + index}`)

  it('the last lines of each log go over its rotation, and never begin in the middle of a line', async () => {
    writeFileSync(path.join(folder, 'main.old.log'), numbered(1, 50).join('\n') + '\n')
    writeFileSync(path.join(folder, 'main.log'), numbered(51, 60).join('\n') + '\n')
    writeFileSync(path.join(folder, 'search-server.log'), `${secret}${'y'.repeat(70_000)}\n${numbered(1, 3).join('\n')}`)
    writeFileSync(path.join(folder, 'notes.txt'), 'not a log')
    expect(await logTails(folder, 40)).toEqual([
      { name: 'main.log', lines: numbered(21, 60) },
      { name: 'search-server.log', lines: numbered(1, 3) },
    ])
  })

  it('a log that cannot be read says so', async () => {
    mkdirSync(path.join(folder, 'odd.log'))
    expect(await logTails(folder, 40)).toEqual([{ name: 'odd.log', lines: ['(not read: EISDIR)'] }])
  })

  it('free space is known, and unknown where there is no disk', async () => {
    expect(await freeSpace(folder)).toBeGreaterThan(0)
    expect(await freeSpace(path.join(folder, 'gone'))).toBeNull()
    const output = 'Filesystem 1024-blocks Used Available Capacity Mounted on\n/dev/mapper/my disk 102400 2400 100000 3% /mnt/a 1 b\n'
    expect(availableIn(output)).toBe(100_000 * 1024)
    expect(availableIn('df: nothing')).toBeNull()
  })

  it('what is copied is that report, with what the logs hold now and without this home', async () => {
    const log = createLog(folder, 'main')
    log.info(`The relay said ${token} in ${path.join(os.homedir(), 'Music')}`)
    const copied: string[] = []
    const handlers = diagnosticsHandlers({
      collect: () => collectDiagnostics({ version: '9.8.7', paths: { data: folder, logs: folder }, snapshot: () => snapshot, locale: () => 'en-GB', secrets: [secret, token] }),
      copy: (text) => Promise.resolve(void copied.push(text)),
      openPath: () => Promise.resolve(''),
      logs: folder,
    })
    await until(async () => (await logTails(folder, 40)).length === 1, 'the log is written')
    expect(await handlers['diagnostics:copy'](undefined)).toBeNull()
    expect(copied[0]).toContain('ContentCache: 9.8.7')
    expect(copied[0]).toContain(`The relay said [secret] in ${path.join('~', 'Music')}`)
    expect(copied[0]).toMatch(/free space there: [\d,]+ MB/)
  })

  it('what does not work is a sentence that says where the logs are', async () => {
    const handlers = diagnosticsHandlers({
      collect: () => Promise.reject(new Error('no disk')),
      copy: () => Promise.resolve(),
      openPath: () => Promise.resolve('no file manager'),
      logs: folder,
    })
    for (const [channel, code, detail] of [['diagnostics:copy', 'diagnostics-not-copied', 'no disk'], ['logs:open', 'not-opened', 'no file manager']] as const) {
      await expect(handlers[channel](undefined)).rejects.toMatchObject({ problem: { code, detail, next_step: expect.stringContaining(folder) as string } })
    }
  })
})
