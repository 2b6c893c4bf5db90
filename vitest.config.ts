import path from 'node:path'
import VueI18nPlugin from '@intlify/unplugin-vue-i18n/vite'
import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vitest/config'

const root = __dirname
const alias = { '@': path.join(root, 'renderer', 'src'), '@contract': path.join(root, 'electron', 'contract') }

export default defineConfig({
  test: {
    maxWorkers: 2,
    projects: [
      {
        resolve: { alias },
        test: { name: 'electron', environment: 'node', include: ['test/unit/{electron,scripts}/**/*.test.ts'], testTimeout: 60_000 },
      },
      {
        resolve: { alias },
        plugins: [
          vue(),
          VueI18nPlugin({ include: path.join(root, 'renderer', 'src', 'locales', '**'), runtimeOnly: true, strictMessage: true }),
        ],
        test: { name: 'renderer', environment: 'happy-dom', include: ['test/unit/renderer/**/*.test.ts'] },
      },
    ],
  },
})
