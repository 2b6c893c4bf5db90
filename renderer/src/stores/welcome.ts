import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import { attempt } from './attempt'
import { useSettingsStore } from './settings'
import { useViewStore } from './view'

export const welcomeSteps = ['what', 'folders', 'models'] as const
export type WelcomeStep = (typeof welcomeSteps)[number]

/** The steps of the first start: whether they are shown, and at which the person is. */
export const useWelcomeStore = defineStore('welcome', () => {
  const settings = useSettingsStore()
  const view = useViewStore()
  const step = ref<WelcomeStep>('what')
  /** Past them for this launch, whether or not that could be kept for the next. */
  const passed = ref(false)
  const shown = computed(() => !settings.settings.welcomed && !passed.value)
  /** Another page is looked at meanwhile: the steps stand where Search will be. */
  const aside = computed(() => shown.value && view.current !== 'search')

  function move(by: 1 | -1): void {
    step.value = welcomeSteps[welcomeSteps.indexOf(step.value) + by] ?? step.value
  }

  /** `done`: what was chosen has been begun. Whoever quits before that sees the steps again. */
  async function pass(done: Promise<unknown> = Promise.resolve()): Promise<void> {
    passed.value = true
    view.requestSearchFocus()
    await done
    await attempt(() => settings.update({ welcomed: true }))
  }

  return { step, shown, aside, move, pass }
})
