import { describe, expect, it } from 'vitest'
import { anchoredOffset, groupHeight, resultHeights, stopBox } from '@/lib/result-layout'
import { groupHit, momentsInOrder, stepStop } from '@/lib/search-stops'
import { aHit, aMoment, anItem } from '../fixtures'

const moments = [1, 2, 3, 4, 5].map((id) => aMoment({ segment_id: id, start: 10 - id }))
const hit = aHit({ moments, moment_count: 9 })

describe('groupHit', () => {
  it('shows three moments and says how many more there are', () => {
    const group = groupHit(hit, false)
    expect(group.stops.map((stop) => stop.key)).toEqual(['moment:1', 'moment:2', 'moment:3', 'more:1'])
    expect(group.hidden).toBe(6)
    expect(groupHit(hit, true).stops).toHaveLength(5)
  })

  it('a match of the name alone is the file itself; beside others it is no extra moment', () => {
    const name = aMoment({ segment_id: 9, kind: 'name', start: null, why: ['name'] })
    expect(groupHit(aHit({ moments: [name] }), false).stops.map((stop) => stop.type)).toEqual(['file'])
    const both = groupHit(aHit({ moments: [name, aMoment()] }), false)
    expect(both.stops.map((stop) => stop.key)).toEqual(['moment:1'])
    expect(both.hidden).toBe(0)
  })
})

describe('moving through results', () => {
  const { stops } = groupHit(hit, false)

  it('stops at both ends, and starts at the first when its place is gone', () => {
    expect(stepStop(stops, 'moment:1', -1)?.key).toBe('moment:1')
    expect(stepStop(stops, 'moment:3', 1)?.key).toBe('more:1')
    expect(stepStop(stops, 'more:1', 1)?.key).toBe('more:1')
    expect(stepStop(stops, 'moment:77', 1)?.key).toBe('moment:1')
    expect(stepStop([], null, 1)).toBeNull()
  })

  it('orders the hits of a recording by time', () => {
    expect(momentsInOrder(moments).map((moment) => moment.segment_id)).toEqual([5, 4, 3, 2, 1])
  })
})

describe('result layout', () => {
  const groups = [1, 2, 3].map((id) => groupHit(aHit({ item: anItem({ id }), moments: [aMoment({ segment_id: id * 10 })] }), false))
  const [first, second, third] = groups
  if (!first || !second || !third) throw new Error('three groups')
  const height = groupHeight(first)

  it('finds a stop, with the heading of its file', () => {
    expect(stopBox(groups, 'moment:20')).toEqual({ top: height, bottom: height + resultHeights.head + resultHeights.moment })
    expect(stopBox(groups, 'moment:99')).toBeNull()
  })

  it('keeps the first visible file in place when others come and go above it', () => {
    const fresh = groupHit(aHit({ item: anItem({ id: 9 }), moments: [aMoment({ segment_id: 90 })] }), false)
    expect(anchoredOffset(groups, [fresh, first, second, third], height + 20)).toBe(2 * height + 20)
    expect(anchoredOffset(groups, [second, third], height + 20)).toBe(20)
    expect(anchoredOffset(groups, [third], height + 20)).toBe(height + 20)
    expect(anchoredOffset(groups, [fresh, first], 0)).toBe(0)
  })
})
