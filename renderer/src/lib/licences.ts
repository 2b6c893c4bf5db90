import type { LicensedComponent } from '@/contract'

export interface ComponentGroup {
  kind: LicensedComponent['kind']
  components: LicensedComponent[]
}

/** Those of which every word of `filter` is in the name, the version, the licence or the package around it, by kind in the order of the list. */
export function groupComponents(components: readonly LicensedComponent[], filter: string): ComponentGroup[] {
  const words = filter.toLowerCase().split(/\s+/).filter((word) => word !== '')
  const groups = new Map<LicensedComponent['kind'], LicensedComponent[]>()
  for (const component of components) {
    const about = [component.name, component.version, component.licence, component.within ?? ''].join(' ').toLowerCase()
    if (!words.every((word) => about.includes(word))) continue
    const group = groups.get(component.kind)
    if (group) group.push(component)
    else groups.set(component.kind, [component])
  }
  return [...groups].map(([kind, found]) => ({ kind, components: found }))
}

/** The terms of one component, out of all lines of the text. */
export function termsOf({ terms }: LicensedComponent, lines: readonly string[]): string[] {
  return terms.flatMap(([first, count], at) => [...(at > 0 ? [''] : []), ...lines.slice(first, first + count)])
}
