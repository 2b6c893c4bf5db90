import { defineStore } from 'pinia'
import { ref } from 'vue'
import type { Settings } from '@/contract'
import { command } from '@/services/bridge'

export const useSettingsStore = defineStore('settings', () => {
  const settings = ref<Settings>({ welcomed: true, appearance: 'system', language: 'system', offline: false, updates: true })

  async function load(): Promise<void> {
    settings.value = await command('settings:get')
  }

  /** Shown at once; put back when main could not keep it. Throws ProblemError. */
  async function update(change: Partial<Settings>): Promise<void> {
    const before = settings.value
    settings.value = { ...before, ...change }
    try {
      settings.value = await command('settings:update', change)
    } catch (error) {
      settings.value = before
      throw error
    }
  }

  return { settings, load, update }
})
