/** The two sidecars: by the Python module that their process runs, and by the name that main gives them. */
import type { SidecarName } from '../../electron/contract/generated/contract'

export const modules = ['search_server', 'audioprocessor'] as const
export type Module = (typeof modules)[number]

export const nameOf: Record<Module, SidecarName> = { search_server: 'search-server', audioprocessor: 'audio-processor' }
