import path from 'node:path'
import VueI18nPlugin from '@intlify/unplugin-vue-i18n/vite'
import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'electron-vite'

const root = __dirname
const oldestNode = 'node16'
const oldestChrome = 'chrome108'

// ws looks for these native add-ons in a try block and does without them.
const optionalAddOns = ['bufferutil', 'utf-8-validate']

// What each bundle really took in, with its licences: scripts/package reads it, and it is not shipped.
const license = { fileName: 'licenses.json' }

export default defineConfig({
  main: {
    build: {
      target: oldestNode,
      license,
      // The runtime of the tests is Node 16, which cannot `require` an ES module: everything but Electron itself is bundled.
      externalizeDeps: false,
      outDir: path.join(root, 'out', 'main'),
      sourcemap: true,
      rolldownOptions: {
        input: path.join(root, 'electron', 'main.ts'),
        external: ['electron', ...optionalAddOns],
        output: { format: 'cjs', entryFileNames: '[name].js' },
      },
    },
  },
  preload: {
    build: {
      target: oldestNode,
      license,
      externalizeDeps: false,
      outDir: path.join(root, 'out', 'preload'),
      rolldownOptions: {
        input: path.join(root, 'electron', 'preload.ts'),
        output: { format: 'cjs', entryFileNames: '[name].js' },
      },
    },
  },
  renderer: {
    root: path.join(root, 'renderer'),
    resolve: {
      alias: { '@': path.join(root, 'renderer', 'src'), '@contract': path.join(root, 'electron', 'contract') },
    },
    plugins: [
      vue(),
      // Messages are compiled at build time: the strict content security policy forbids compiling them in the window.
      VueI18nPlugin({ include: path.join(root, 'renderer', 'src', 'locales', '**'), runtimeOnly: true, strictMessage: true }),
    ],
    build: {
      target: oldestChrome,
      license,
      outDir: path.join(root, 'out', 'renderer'),
      rolldownOptions: { input: path.join(root, 'renderer', 'index.html') },
    },
  },
})
