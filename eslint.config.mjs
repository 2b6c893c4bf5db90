import pluginVue from 'eslint-plugin-vue'
import tseslint from 'typescript-eslint'

const asHtml = 'What is shown is text: a name or a sentence out of a file must never become an element.'

const rawIpc = {
  name: 'electron',
  importNames: ['ipcMain', 'ipcRenderer'],
  message: 'IPC goes through the map in electron/contract/ipc.ts (electron/ipc, electron/preload.ts).',
}

export default tseslint.config(
  { ignores: ['out/**', 'dist/**', 'node_modules/**', '.contentcache/**', 'electron/contract/generated/**', 'test-results/**', '**/*.cjs', '*.config.mjs'] },
  ...tseslint.configs.strictTypeChecked,
  ...tseslint.configs.stylisticTypeChecked,
  ...pluginVue.configs['flat/recommended'],
  {
    languageOptions: {
      parserOptions: {
        parser: tseslint.parser,
        project: ['./tsconfig.electron.json', './tsconfig.renderer.json', './tsconfig.tools.json'],
        tsconfigRootDir: import.meta.dirname,
        extraFileExtensions: ['.vue'],
      },
    },
    rules: {
      'no-restricted-imports': ['error', { paths: [rawIpc] }],
      'no-console': 'error',
      eqeqeq: 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      'vue/block-lang': ['error', { script: { lang: 'ts' } }],
      'vue/block-order': ['error', { order: ['script', 'template', 'style'] }],
      'vue/component-api-style': ['error', ['script-setup']],
      'vue/no-v-html': 'error',
      'vue/max-attributes-per-line': 'off',
      'vue/singleline-html-element-content-newline': 'off',
      'vue/html-self-closing': 'off',
    },
  },
  {
    files: ['renderer/**/*.{ts,vue}'],
    rules: {
      'no-restricted-properties': ['error', ...['innerHTML', 'outerHTML', 'insertAdjacentHTML', 'srcdoc'].map((property) => ({ property, message: asHtml }))],
      'no-restricted-globals': ['error', { name: 'DOMParser', message: asHtml }],
    },
  },
  { files: ['electron/ipc/**/*.ts', 'electron/preload.ts'], rules: { 'no-restricted-imports': 'off' } },
  { files: ['scripts/**/*.{ts,mjs}', 'test/**/*.ts'], rules: { 'no-console': 'off' } },
)
