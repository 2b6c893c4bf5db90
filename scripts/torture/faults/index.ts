import { backupFaults } from './backups'
import { endingFaults } from './endings'
import type { Fault } from './fault'
import { fileFaults } from './files'
import { personFaults } from './person'
import { pipeFaults } from './pipes'
import { processFaults } from './processes'

export const allFaults: Fault[] = [...processFaults, ...pipeFaults, ...personFaults, ...fileFaults, ...backupFaults, ...endingFaults]
