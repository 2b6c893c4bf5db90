/** Where a passage of a text comes to stand in the pane that scrolls it. */

/** Frames in which the rows around it are measured, two or three as a rule; after these it is left where it is. */
const PATIENCE = 30

const nextFrame = (): Promise<number> => new Promise((resolve) => requestAnimationFrame(resolve))

/** The element, once a frame has not moved it; null when it does not come, or nobody wants it any more. */
async function atRest(find: () => HTMLElement | null, isWanted: () => boolean): Promise<HTMLElement | null> {
  let before: number | null = null
  for (let frame = 0; frame < PATIENCE; frame += 1) {
    await nextFrame()
    if (!isWanted()) return null
    const element = find()
    const top = element?.getBoundingClientRect().top ?? null
    if (element !== null && top === before) return element
    before = top
  }
  return null
}

/**
 * Of a passage that is taller than `pane` and of which the middle is shown, brings the first word that was found into sight, or its beginning when it
 * was found by its meaning. One that fits stays where it is.
 */
export async function showWhatWasFound(pane: HTMLElement, find: () => HTMLElement | null, isWanted: () => boolean): Promise<void> {
  const passage = await atRest(find, isWanted)
  if (passage === null || passage.offsetHeight <= pane.clientHeight) return
  const word = passage.querySelector('mark')?.getBoundingClientRect()
  const { top } = pane.getBoundingClientRect()
  pane.scrollTop += word === undefined ? passage.getBoundingClientRect().top - top : word.top - top - (pane.clientHeight - word.height) / 2
}
