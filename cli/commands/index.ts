/** All commands, group by group; each one's work is in its own file, loaded when called. */
import type { CommandUnknownOpts } from '@commander-js/extra-typings'
import { PIPELINES } from '../../pipelines/index.ts'
import { CLI_PARTS } from '../parts.ts'
import type { SetExitCode } from './groups/add-command.ts'
import { addAlertCommands } from './groups/alerts.ts'
import { addBackupCommands, addDatabaseCommands } from './groups/database.ts'
import { addImportCommand } from './groups/import.ts'
import { addMachineCommands } from './groups/machine.ts'
import { addQuarantineCommands } from './groups/quarantine.ts'
import { addRunCommands } from './groups/runs.ts'
import { addScheduleCommands } from './groups/schedules.ts'
import { addSpoolCommands } from './groups/spool.ts'
import { addStackCommands } from './groups/stack.ts'
import { addUpstreamCommand } from './groups/upstreams.ts'

/** Adds every command to the program, in the order of its help text. */
export function addCommands(program: CommandUnknownOpts, setExitCode: SetExitCode): void {
  addStackCommands(program, setExitCode)
  addRunCommands(program, setExitCode)
  for (const { id } of PIPELINES) CLI_PARTS[id].addCommands?.(program, setExitCode)
  addScheduleCommands(program)
  addUpstreamCommand(program)
  addAlertCommands(program, setExitCode)
  addBackupCommands(program, setExitCode)
  addDatabaseCommands(program, setExitCode)
  addSpoolCommands(program, setExitCode)
  addQuarantineCommands(program, setExitCode)
  addMachineCommands(program, setExitCode)
  addImportCommand(program, setExitCode)
}
