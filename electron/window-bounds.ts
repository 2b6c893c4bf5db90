import * as v from 'valibot'

export interface Bounds {
  x: number
  y: number
  width: number
  height: number
}

export const minimumSize = { width: 720, height: 480 }
const usualSize = { width: 1120, height: 760 }

const finite = v.pipe(v.number(), v.finite())
export const windowStateSchema = v.object({ x: finite, y: finite, width: finite, height: finite, maximized: v.boolean() })
export type WindowState = v.InferOutput<typeof windowStateSchema>

function overlap(a: Bounds, b: Bounds): number {
  const width = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x)
  const height = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y)
  return Math.max(0, width) * Math.max(0, height)
}

/** The remembered place, moved and shrunk into a display that is there now. `displays`: work areas, the main one first. */
export function visibleBounds(remembered: Bounds | null, displays: readonly [Bounds, ...Bounds[]]): Bounds {
  const [main] = displays
  if (remembered === null || !displays.some((display) => overlap(remembered, display) > 0)) {
    const size = remembered ?? { ...usualSize }
    const width = clamp(size.width, minimumSize.width, main.width)
    const height = clamp(size.height, minimumSize.height, main.height)
    return { x: main.x + Math.round((main.width - width) / 2), y: main.y + Math.round((main.height - height) / 2), width, height }
  }
  const display = displays.reduce((best, other) => (overlap(remembered, other) > overlap(remembered, best) ? other : best))
  const width = clamp(remembered.width, minimumSize.width, display.width)
  const height = clamp(remembered.height, minimumSize.height, display.height)
  return {
    x: clamp(remembered.x, display.x, display.x + display.width - width),
    y: clamp(remembered.y, display.y, display.y + display.height - height),
    width,
    height,
  }
}

/** A display smaller than the minimum: the minimum wins, the window manager decides what shows. */
function clamp(value: number, minimum: number, maximum: number): number {
  return Math.round(Math.max(minimum, Math.min(value, maximum)))
}
