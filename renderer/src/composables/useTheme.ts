import { usePreferredDark } from '@vueuse/core'
import { watchEffect } from 'vue'
import { useSettingsStore } from '@/stores/settings'

/** Keeps `data-theme` of the document equal to the setting, or to the system while the setting says so. */
export function useTheme(): void {
  const store = useSettingsStore()
  const systemDark = usePreferredDark()
  watchEffect(() => {
    const { appearance } = store.settings
    const dark = appearance === 'dark' || (appearance === 'system' && systemDark.value)
    document.documentElement.dataset['theme'] = dark ? 'dark' : 'light'
  })
}
