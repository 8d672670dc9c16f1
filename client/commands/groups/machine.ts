/** This machine: `doctor`, `service`. */
import type { CommandUnknownOpts } from '@commander-js/extra-typings'
import { add, type SetExitCode } from './add-command.ts'

export function addMachineCommands(program: CommandUnknownOpts, setExitCode: SetExitCode): void {
  add(program, 'doctor', 'check every requirement, and say what to do about what is missing', [
    'npx almanac doctor',
    'npx almanac doctor --demo --json',
  ])
    .option('--json', 'print JSON')
    .action(async (options) => {
      setExitCode(await (await import('../doctor.ts')).doctor(options))
    })
  const service = program.command('service').description('Almanac as a service of systemd (Linux)')
  add(service, 'install', 'print a systemd unit for the whole stack, or write it', [
    'npx almanac service install',
    'npx almanac service install --write',
  ])
    .option('--write', 'write the unit where systemd looks for it')
    .action(async (options) => {
      ;(await import('../service.ts')).install(options)
    })
}
