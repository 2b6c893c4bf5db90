/** Results as the window shows them, read from what is drawn. */
import type { Page } from '@playwright/test'

export interface SeenMoment {
  /** `3:07` or `p. 3`; empty when the moment is the file itself. */
  place: string
  /** Whole seconds from the start of the recording; null outside of recordings. */
  start: number | null
  page: number | null
  snippet: string
  /** The words that are highlighted. */
  marked: string[]
  /** `words`, `meaning`, `sound` or `name`. */
  why: string[]
}

export interface SeenHit {
  name: string
  folder: string
  moments: SeenMoment[]
}

interface DrawnMoment {
  place: string
  snippet: string
  marked: string[]
  why: string[]
}

export async function seenHits(page: Page): Promise<SeenHit[]> {
  const drawn = await page.getByRole('listbox').getByRole('group').evaluateAll((groups) => {
    const text = (element: Element | null | undefined): string => element?.textContent.replaceAll(/\s+/g, ' ').trim() ?? ''
    const texts = (element: Element, selector: string): string[] => [...element.querySelectorAll(selector)].map((found) => text(found))
    return groups
      .map((group) => ({
        top: group.getBoundingClientRect().top,
        name: text(group.querySelector('.name')),
        folder: text(group.querySelector('.trail')),
        moments: [...group.querySelectorAll('[role=option]:not(.more)')].map((option) => ({
          place: text(option.querySelector('.place')),
          snippet: text(option.querySelector('.snippet') ?? option.querySelector('.name')),
          marked: texts(option, 'mark'),
          why: texts(option, '.badge .text').map((why) => why.toLowerCase()),
        })),
      }))
      .sort((a, b) => a.top - b.top)
  })
  return drawn.map(({ name, folder, moments }) => ({ name, folder, moments: moments.map(withPlace) }))
}

function withPlace(moment: DrawnMoment): SeenMoment {
  return { ...moment, start: seconds(moment.place), page: pageNumber(moment.place) }
}

function seconds(place: string): number | null {
  if (!/^\d+(:\d\d)+$/.test(place)) return null
  return place.split(':').reduce((total, part) => total * 60 + Number(part), 0)
}

function pageNumber(place: string): number | null {
  const found = /^p\. (\d+)$/.exec(place)?.[1]
  return found === undefined ? null : Number(found)
}
