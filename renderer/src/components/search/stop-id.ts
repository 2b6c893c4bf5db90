/** DOM id of a result, for aria-activedescendant. */
export function stopId(key: string): string {
  return `stop-${key.replace(':', '-')}`
}
