import { createPinia } from 'pinia'
import { createApp } from 'vue'
import App from './App.vue'
import { applyLocale, i18n, resolveLocale } from './i18n'
import { useSessionStore } from './stores/session'
import { useSettingsStore } from './stores/settings'
import './styles/tokens.css'
import './styles/base.css'

async function start(): Promise<void> {
  const app = createApp(App)
  app.use(createPinia())
  app.use(i18n)
  const session = useSessionStore()
  const settings = useSettingsStore()
  await Promise.all([session.load(), settings.load()])
  applyLocale(resolveLocale(settings.settings.language, session.session?.locale ?? navigator.language))
  app.mount('#app')
}

void start()
