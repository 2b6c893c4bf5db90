/** The application's window, used the way a person uses it. */
import type { Locator, Page } from '@playwright/test'
import { seenHits, type SeenHit } from './seen'

export type View = 'Search' | 'Library' | 'Models' | 'Status' | 'Settings'

export interface SeenPlayer {
  currentTime: number
  paused: boolean
  /** Seconds; null until it is known. */
  duration: number | null
  /** What the element says when it cannot play. */
  error: string | null
}

export class AppWindow {
  constructor(readonly page: Page) {}

  get searchField(): Locator {
    return this.page.getByRole('combobox', { name: /search/i }).first()
  }

  get results(): Locator {
    return this.page.getByRole('listbox')
  }

  /** The moments of a file among the results, or the file itself when only its name was found. */
  momentsOf(fileName: string): Locator {
    return this.results.getByRole('group', { name: `${fileName}, ` }).getByRole('option')
  }

  async show(view: View): Promise<void> {
    await this.page.getByRole('navigation').getByRole('button', { name: view }).click()
  }

  showLibrary(): Promise<void> {
    return this.show('Library')
  }

  /** Types the path of a folder into the library's field for it. */
  async addFolder(folder: string): Promise<void> {
    await this.showLibrary()
    const field = this.page.locator('#folder-path').filter({ visible: true })
    const disclosure = this.page.locator('summary').filter({ visible: true })
    await field.or(disclosure).first().waitFor()
    if (!(await field.isVisible())) await disclosure.first().click()
    await field.fill(folder)
    await field.press('Enter')
    await this.folder(folder).waitFor()
  }

  /** The entry of a folder that was added. */
  folder(folder: string): Locator {
    return this.page.getByRole('listitem').filter({ hasText: folder })
  }

  /** Types into the search box key by key and waits until the answer to the whole query is drawn. */
  async search(query: string): Promise<{ hits: SeenHit[]; message: string }> {
    await this.show('Search')
    await this.searchField.fill('')
    const answered = this.page.waitForResponse((response) => isAnswer(response.url(), query))
    await this.searchField.pressSequentially(query, { delay: 10 })
    await (await answered).finished()
    await this.drawn()
    return { hits: await this.hits(), message: await this.message() }
  }

  hits(): Promise<SeenHit[]> {
    return seenHits(this.page)
  }

  /** What stands in place of results when there are none. */
  async message(): Promise<string> {
    const heading = this.page.getByRole('heading', { level: 2 }).filter({ visible: true }).first()
    if ((await heading.count()) === 0) return ''
    return (await heading.locator('xpath=..').innerText()).replaceAll(/\s+/g, ' ').trim()
  }

  /** Clicks a moment of a file among the results: a recording plays there, everything else is shown. */
  async openMoment(fileName: string, index: number): Promise<void> {
    await this.momentsOf(fileName).nth(index).click()
  }

  /** The state of the one player in the window; null when there is none. */
  player(): Promise<SeenPlayer | null> {
    return this.page.evaluate(() => {
      const player = document.querySelector<HTMLMediaElement>('audio, video')
      if (player === null) return null
      const { currentTime, paused, duration, error } = player
      return { currentTime, paused, duration: Number.isFinite(duration) ? duration : null, error: error?.message ?? null }
    })
  }

  /** The right pane, when it shows this file. */
  preview(fileName: string): Locator {
    return this.page.getByRole('region', { name: fileName })
  }

  get statusLine(): Locator {
    return this.page.getByRole('contentinfo')
  }

  /** What the status line says is being worked on. */
  async activity(): Promise<string> {
    return (await this.statusLine.innerText()).replaceAll(/\s+/g, ' ').trim()
  }

  /** The row of a file in the list of the library. */
  fileRow(fileName: string): Locator {
    return this.page.getByRole('row').filter({ hasText: fileName })
  }

  /** The card of a model on the Models page. */
  modelCard(name: string): Locator {
    return this.page.getByRole('article', { name })
  }

  /** The card of a sidecar on the Status page. */
  sidecarCard(name: 'Search engine' | 'Audio engine'): Locator {
    return this.page.getByRole('article', { name })
  }

  /** What a card says of one fact, such as `Process`. */
  fact(card: Locator, term: string): Locator {
    return card.getByRole('term').filter({ hasText: new RegExp(`^${term}$`) }).locator('xpath=following-sibling::dd')
  }

  importModels(kind: 'file' | 'folder'): Promise<void> {
    return this.page.getByRole('button', { name: `Import a ${kind}` }).click()
  }

  async picture(file: string): Promise<void> {
    await this.drawn()
    await this.page.screenshot({ path: file })
  }

  /** Resolves when what has arrived so far has been painted and every transition has come to its end. */
  async drawn(): Promise<void> {
    await this.page.evaluate(async () => {
      await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))
      const passing = document.getAnimations().filter(({ effect }) => effect?.getComputedTiming().endTime !== Infinity)
      await Promise.allSettled(passing.map(({ finished }) => finished))
    })
  }
}

function isAnswer(address: string, query: string): boolean {
  const url = new URL(address)
  return url.pathname === '/api/search' && url.searchParams.get('q') === query.trim()
}
