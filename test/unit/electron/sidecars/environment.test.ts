import { expect, it } from 'vitest'
import { downloaderEnvironment, sidecarEnvironment } from '../../../../electron/sidecars/environment'

const settings = { modelsDirectory: '/models', temporaryDirectory: '/data/temporary', bundledModelsDirectory: null, offline: false }

/** As AppRun of an AppImage exports it before it starts the program. */
const ofAnAppImage = {
  APPDIR: '/tmp/.mount',
  APPIMAGE: '/home/ann/ContentCache.AppImage',
  ARGV0: './ContentCache.AppImage',
  OWD: '/home/ann',
  PATH: '/tmp/.mount:/tmp/.mount/usr/sbin:/tmp/.mount-of-another:/usr/bin',
  LD_LIBRARY_PATH: '/tmp/.mount/usr/lib',
  XDG_DATA_DIRS: '/tmp/.mount/usr/share/:/usr/share/',
  GSETTINGS_SCHEMA_DIR: '/tmp/.mount/usr/share/glib-2.0/schemas',
}

it.skipIf(process.platform === 'win32').each([
  ['a sidecar', sidecarEnvironment(ofAnAppImage, { ...settings, installation: '/tmp/.mount', dataDirectory: '/data' })],
  ['the downloader', downloaderEnvironment(ofAnAppImage, { ...settings, installation: '/tmp/.mount' })],
])('nothing of an AppImage reaches %s, and the folders of the machine stay', (_who, environment) => {
  expect(environment['PATH']).toBe('/tmp/.mount-of-another:/usr/bin')
  expect(Object.keys(environment).filter((name) => name !== 'PATH' && name in ofAnAppImage)).toEqual([])
})

it.each([
  ['a sidecar', sidecarEnvironment({ TMPDIR: '/tmp', TEMP: '/tmp' }, { ...settings, dataDirectory: '/data' })],
  ['the downloader', downloaderEnvironment({ TMPDIR: '/tmp', TEMP: '/tmp' }, settings)],
])('%s has a temporary folder of its own, whatever that of the machine is', (_who, environment) => {
  expect([environment['TMPDIR'], environment['TEMP'], environment['TMP']]).toEqual(['/data/temporary', '/data/temporary', '/data/temporary'])
})
