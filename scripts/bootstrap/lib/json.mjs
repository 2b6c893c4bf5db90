import { readFileSync } from 'node:fs'

/**
 * @param {string} text
 * @returns {unknown} what the caller has to name the shape of
 */
export function parseJson(text) {
  return JSON.parse(text)
}

/** @param {string} path */
export function readJson(path) {
  return parseJson(readFileSync(path, 'utf8'))
}
