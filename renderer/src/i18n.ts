import { createI18n } from 'vue-i18n'
import de from './locales/de.json'
import en from './locales/en.json'

export type Locale = 'en' | 'de'
export const locales: readonly Locale[] = ['en', 'de']

export const i18n = createI18n({ legacy: false, locale: 'en', fallbackLocale: 'en', messages: { en, de } })

/** The locale for a setting; `system` follows the language of the machine when there is a translation. */
export function resolveLocale(setting: 'system' | Locale, systemLocale: string): Locale {
  if (setting !== 'system') return setting
  const language = systemLocale.slice(0, 2).toLowerCase()
  return locales.find((locale) => locale === language) ?? 'en'
}

export function applyLocale(locale: Locale): void {
  i18n.global.locale.value = locale
  document.documentElement.lang = locale
}
