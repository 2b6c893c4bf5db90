/** A Python that is slow to start: each sidecar waits at a gate of its own, before its interpreter exists, until the test opens it. */
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { python } from './checkout'

type Module = 'search_server' | 'audioprocessor'

export interface GatedPython {
  /** What it takes to run the application with it. */
  environment: Record<string, string>
  open(module: Module): Promise<void>
}

/** `folder`: for the program and its gates. */
export async function gatedPython(folder: string): Promise<GatedPython> {
  const program = path.join(folder, 'python')
  const gate = (module: Module): string => path.join(folder, `${module}.open`)
  const wait = (module: Module): string => `*.${module}*) while [ ! -e '${gate(module)}' ]; do sleep 0.05; done ;;`
  // Ends with its parent like a sidecar: whoever waits here reads no stdin, and is ended by the supervisor.
  await writeFile(program, `#!/bin/sh\ncase "$*" in\n${wait('search_server')}\n${wait('audioprocessor')}\nesac\nexec '${python}' "$@"\n`, { mode: 0o755 })
  return {
    environment: { CONTENTCACHE_PYTHON: program },
    open: (module) => writeFile(gate(module), ''),
  }
}
