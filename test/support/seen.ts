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

/** What is evaluated in the window names no function of its own: tsx would wrap it in a helper that the window lacks. */
export async function seenHits(page: Page): Promise<SeenHit[]> {
  const drawn = await page.getByRole('listbox').getByRole('group').evaluateAll((groups) =>
    groups
      .map((group) => ({
        top: group.getBoundingClientRect().top,
        name: group.querySelector('.name')?.textContent ?? '',
        label: group.getAttribute('aria-label') ?? '',
        moments: [...group.querySelectorAll('[role=option]:not(.more)')].map((option) => ({
          place: option.querySelector('.place')?.textContent ?? '',
          snippet: (option.querySelector('.snippet') ?? option.querySelector('.name'))?.textContent ?? '',
          marked: [...option.querySelectorAll('mark')].map((mark) => mark.textContent),
          why: [...option.querySelectorAll('.badge .text')].map((why) => why.textContent),
        })),
      }))
      .sort((a, b) => a.top - b.top),
  )
  return drawn.map(({ name, label, moments }) => ({
    name: tidy(name),
    folder: tidy(label.slice(`${name}, `.length)),
    moments: moments.map(withPlace),
  }))
}

function tidy(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim()
}

function withPlace(moment: DrawnMoment): SeenMoment {
  const place = tidy(moment.place)
  return {
    place,
    start: seconds(place),
    page: pageNumber(place),
    snippet: tidy(moment.snippet),
    marked: moment.marked.map(tidy),
    why: moment.why.map((why) => tidy(why).toLowerCase()),
  }
}

function seconds(place: string): number | null {
  if (!/^\d+(:\d\d)+$/.test(place)) return null
  return place.split(':').reduce((total, part) => total * 60 + Number(part), 0)
}

function pageNumber(place: string): number | null {
  const found = /^p\. (\d+)$/.exec(place)?.[1]
  return found === undefined ? null : Number(found)
}
