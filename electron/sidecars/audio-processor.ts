import { launchPythonModule } from './python-module'
import type { Launcher } from './sidecar-process'

export const launchAudioProcessor: Launcher = (plan) => launchPythonModule('backend.processing.audioprocessor', [], plan)
