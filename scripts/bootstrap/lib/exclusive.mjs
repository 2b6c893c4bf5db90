import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { CACHE } from './paths.mjs'

const LOCK = join(CACHE, 'bootstrap.lock')
const POLL_MILLISECONDS = 300

/**
 * Hold the checkout's bootstrap for this process, so that two started at once do not write the same environment.
 * @param {() => Promise<void>} work
 */
export async function exclusively(work) {
  await acquire()
  const release = () => {
    rmSync(LOCK, { force: true })
  }
  process.once('exit', release)
  try {
    await work()
  } finally {
    process.off('exit', release)
    release()
  }
}

async function acquire() {
  mkdirSync(CACHE, { recursive: true })
  let announced = false
  while (!tryToTake()) {
    const holder = readHolder()
    if (holder !== undefined && !isAlive(holder)) {
      // Left behind by a killed bootstrap; the stamps say what it had finished.
      rmSync(LOCK, { force: true })
      continue
    }
    if (holder !== undefined && !announced) {
      console.log(`Process ${holder} is bootstrapping this checkout; waiting for it. (If it is something else, delete ${LOCK}.)`)
      announced = true
    }
    await sleep(POLL_MILLISECONDS)
  }
}

function tryToTake() {
  try {
    writeFileSync(LOCK, String(process.pid), { flag: 'wx' })
    return true
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === 'EEXIST') return false
    throw error
  }
}

function readHolder() {
  try {
    const pid = Number(readFileSync(LOCK, 'utf8'))
    return Number.isInteger(pid) && pid > 0 ? pid : undefined
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === 'ENOENT') return undefined
    throw error
  }
}

/** @param {number} pid */
function isAlive(pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code === 'EPERM'
  }
}
