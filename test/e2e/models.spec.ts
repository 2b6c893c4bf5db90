import { symlink, readdir } from 'node:fs/promises'
import path from 'node:path'
import { expect, test } from '@playwright/test'
import { modelsDirectory } from '../support/checkout'
import { item, missingModels, settled, status } from '../support/library-status'
import { Stage } from './stage'

test('without any model words are found and recordings wait for Whisper; when models appear, they are indexed by themselves', async () => {
  const stage = await Stage.open('models')
  try {
    const models = await stage.folder('models')
    const { app, window } = await stage.launch({ modelsDirectory: models })
    await window.addFolder(await stage.samples('library', ['Notes/boathouse todo.md', 'Recordings/memo 0012.m4a']))
    await settled(app.window)
    expect((await missingModels(app.window)).sort()).toEqual(['minilm', 'whisper-base', 'yamnet'])

    const { hits } = await window.search('plywood')
    expect(hits.map((hit) => hit.name)).toEqual(['boathouse todo.md'])
    expect((await item(app.window, 'memo 0012.m4a')).state).toBe('needs-model')
    await window.showLibrary()
    await expect(window.fileRow('memo 0012.m4a')).toContainText('Whisper')
    const { message } = await window.search('flower pot')
    expect(message).toMatch(/Whisper/)

    for (const entry of await readdir(modelsDirectory)) await symlink(path.join(modelsDirectory, entry), path.join(models, entry))
    await expect.poll(async () => (await item(app.window, 'memo 0012.m4a')).state, { timeout: 90_000 }).toBe('indexed')
    await expect.poll(async () => (await status(app.window)).library.queue.to_embed, { timeout: 90_000 }).toBe(0)
    const spoken = await window.search('flower pot')
    expect(spoken.hits.map((hit) => hit.name)).toContain('memo 0012.m4a')
  } finally {
    await stage.end()
  }
})
