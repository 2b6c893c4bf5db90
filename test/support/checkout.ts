/** Where things are in this checkout. */
import path from 'node:path'

export const root = path.resolve(__dirname, '..', '..')
export const sampleLibrary = path.join(root, 'test', 'fixtures', 'sample-library')
export const sampleLibraryTruth = path.join(root, 'test', 'fixtures', 'sample-library.json')
export const workFolder = path.join(root, '.contentcache')
export const python = process.env['CONTENTCACHE_PYTHON'] ?? path.join(workFolder, 'venv', 'bin', 'python')
export const modelsDirectory = process.env['CONTENTCACHE_MODELS_DIR'] ?? path.join(workFolder, 'models')
