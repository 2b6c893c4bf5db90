/** Which of the relay's paths mean what. Pure. */

export type Route =
  | { kind: 'api'; path: string }
  | { kind: 'media'; itemId: number }
  | { kind: 'thumbnail'; itemId: number }
  | { kind: 'unknown' }

/** What the window may ask search_server. Not `/location`: no path of the disk that is not shown leaves main this way. */
const apiPaths = [/^\/search$/, /^\/items$/, /^\/items\/[1-9]\d{0,15}$/, /^\/items\/[1-9]\d{0,15}\/segments$/, /^\/roots$/, /^\/status$/]
/** Fifteen digits: as numbers they are all told apart. */
const itemPath = /^\/(media|thumbnail)\/([1-9]\d{0,14})$/

export function routeOf(url: string): Route {
  const queryStart = url.indexOf('?')
  const path = queryStart === -1 ? url : url.slice(0, queryStart)
  const query = queryStart === -1 ? '' : url.slice(queryStart)
  if (path.startsWith('/api/')) {
    const apiPath = path.slice('/api'.length)
    return apiPaths.some((allowed) => allowed.test(apiPath)) ? { kind: 'api', path: apiPath + query } : { kind: 'unknown' }
  }
  const item = itemPath.exec(path)
  const itemId = Number(item?.[2])
  if (item?.[1] === 'media') return { kind: 'media', itemId }
  if (item?.[1] === 'thumbnail') return { kind: 'thumbnail', itemId }
  return { kind: 'unknown' }
}
