/** All commands, group by group; each one's work is in its own file, loaded when called. */
import type { CommandUnknownOpts } from '@commander-js/extra-typings'
import type { SetExitCode } from './groups/add-command.ts'
import { addCollectorCommand } from './groups/collector.ts'
import { addDatabaseCommands } from './groups/database.ts'
import { addForecastCommands } from './groups/forecast.ts'
import { addImportCommand } from './groups/import.ts'
import { addLibraryCommands } from './groups/libraries.ts'
import { addMachineCommands } from './groups/machine.ts'
import { addMatchCommands } from './groups/matches.ts'
import { addRunCommands } from './groups/runs.ts'
import { addScheduleCommands } from './groups/schedules.ts'
import { addSpoolCommands } from './groups/spool.ts'
import { addStackCommands } from './groups/stack.ts'

/** Adds every command to the program, in the order of its help text. */
export function addCommands(program: CommandUnknownOpts, setExitCode: SetExitCode): void {
  addStackCommands(program, setExitCode)
  addCollectorCommand(program, setExitCode)
  addRunCommands(program, setExitCode)
  addForecastCommands(program, setExitCode)
  addLibraryCommands(program)
  addMatchCommands(program)
  addScheduleCommands(program)
  addDatabaseCommands(program)
  addSpoolCommands(program, setExitCode)
  addMachineCommands(program, setExitCode)
  addImportCommand(program, setExitCode)
}
