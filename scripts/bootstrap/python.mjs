import { VENV_PYTHON } from './lib/paths.mjs'
import { runVisibly } from './lib/run.mjs'

/** `node scripts/bootstrap/python.mjs -m module`: the Python of this checkout, wherever this system puts it. */
process.exitCode = await runVisibly(VENV_PYTHON, process.argv.slice(2))
