import { existsSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'

// C++ headers, test binaries and test suites: nothing that is loaded to compute on a CPU.
const FOLDERS = ['torch/include', 'torch/test', 'torch/share', 'tensorflow/include']
const WITH_TEST_SUITES = ['scipy', 'sklearn', 'sympy', 'numba', 'networkx', 'tf_keras']

// torch looks for this one program in torch/bin when it is imported.
const TORCH_PROGRAM = 'torch_shm_manager'

/**
 * Delete what the sidecars never load from an environment.
 * @param {string} sitePackages
 */
export function prune(sitePackages) {
  for (const folder of FOLDERS) remove(join(sitePackages, folder))
  const programs = join(sitePackages, 'torch', 'bin')
  if (existsSync(programs)) {
    for (const name of readdirSync(programs)) if (name !== TORCH_PROGRAM) remove(join(programs, name))
  }
  for (const name of WITH_TEST_SUITES) removeTestSuites(join(sitePackages, name))
}

/** @param {string} folder */
function removeTestSuites(folder) {
  if (!existsSync(folder)) return
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (!entry.isDirectory()) continue
    const path = join(folder, entry.name)
    if (entry.name === 'tests') remove(path)
    else removeTestSuites(path)
  }
}

/** @param {string} path */
function remove(path) {
  rmSync(path, { recursive: true, force: true })
}
