/** An absolute folder path out of pasted text: quotes and `file://` removed; null when it is no absolute path. */
export function pastedPath(text: string): string | null {
  const line = text.split(/\r?\n/).map((part) => part.trim()).find((part) => part !== '')
  if (!line) return null
  const unquoted = line.replace(/^(["'])(.*)\1$/, '$2')
  if (unquoted.startsWith('file://')) return fromFileUrl(unquoted)
  return /^(\/|~\/|[A-Za-z]:[\\/]|\\\\)/.test(unquoted) ? unquoted : null
}

function fromFileUrl(url: string): string | null {
  try {
    const path = decodeURIComponent(new URL(url).pathname)
    return /^\/[A-Za-z]:\//.test(path) ? path.slice(1) : path
  } catch {
    return null
  }
}
