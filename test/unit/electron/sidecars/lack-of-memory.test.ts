import { expect, it } from 'vitest'
import { endedForLackOfMemory, type MemoryEvidence } from '../../../../electron/sidecars/lack-of-memory'

function evidence(change: Partial<MemoryEvidence>): MemoryEvidence {
  return { end: { code: 1, signal: null }, stderrTail: [], killsBefore: 3, killsAfter: 3, ...change }
}

it.each([
  ['Python', 'MemoryError'],
  ['numpy', 'numpy.core._exceptions._ArrayMemoryError: Unable to allocate 3.73 GiB for an array with shape (1000000000,) and data type float32'],
  ['torch', "RuntimeError: [enforce fail at alloc_cpu.cpp:117] err == 0. DefaultCPUAllocator: can't allocate memory: you tried to allocate 40000000000 bytes."],
  ['a loader', 'ImportError: libtorch_cpu.so: cannot allocate memory in static TLS block'],
  ['another loader', 'ImportError: libtorch_cpu.so: failed to map segment from shared object'],
  ['a thread that was not started', "RuntimeError: can't start new thread"],
  ['C++', "terminate called after throwing an instance of 'std::bad_alloc'"],
])('knows the last words of %s', (_who, line) => {
  expect(endedForLackOfMemory(evidence({ stderrTail: ['Traceback (most recent call last):', line] }))).toBe(true)
  expect(endedForLackOfMemory(evidence({ end: { code: null, signal: 'SIGABRT' }, stderrTail: [line, '  what():  std'] }))).toBe(true)
  // Without memory it only hung, and was ended for that.
  expect(endedForLackOfMemory(evidence({ end: { code: null, signal: 'SIGKILL' }, stderrTail: [line] }))).toBe(true)
})

it('knows the kernel: it kills without a word, and counts', () => {
  const end = { code: null, signal: 'SIGKILL' }
  expect(endedForLackOfMemory(evidence({ end, killsAfter: 4 }))).toBe(true)
  expect(endedForLackOfMemory(evidence({ end }))).toBe(false)
  expect(endedForLackOfMemory(evidence({ end, killsBefore: null, killsAfter: null }))).toBe(false)
})

it('knows the codes of Windows', () => {
  expect(endedForLackOfMemory(evidence({ end: { code: 0xc0000017, signal: null } }))).toBe(true)
})

it('blames nothing else on memory', () => {
  expect(endedForLackOfMemory(evidence({ stderrTail: ['ValueError: memory is fine'] }))).toBe(false)
  expect(endedForLackOfMemory(evidence({ end: { code: 0, signal: null }, stderrTail: ['MemoryError'] }))).toBe(false)
  expect(endedForLackOfMemory(evidence({ end: { code: null, signal: 'SIGTERM' }, killsAfter: 4 }))).toBe(false)
})
