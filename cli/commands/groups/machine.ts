/** This machine: `doctor`, `service`. */
import type { CommandUnknownOpts } from '@commander-js/extra-typings'
import { ALMANAC } from '../../../core/command-name.ts'
import { add, type SetExitCode } from './add-command.ts'
import { minutes } from '../../match-results/collector/command.ts'

export function addMachineCommands(program: CommandUnknownOpts, setExitCode: SetExitCode): void {
  add(program, 'doctor', 'check all requirements, and show what to do if one is missing', [
    `${ALMANAC} doctor`,
    `${ALMANAC} doctor --demo --json`,
  ])
    .option('--json', 'print JSON')
    .option('--no-upstreams', 'ask no upstream whether it answers, for a check that is repeated')
    .action(async (options) => {
      setExitCode(await (await import('../doctor.ts')).doctor(options))
    })
  const service = program.command('service').description('Almanac as a systemd service (Linux)')
  const install = 'print a systemd unit for the whole stack, or for the collector alone; or write it'
  add(service, 'install [what]', install, [
    `${ALMANAC} service install`,
    `${ALMANAC} service install --write`,
    `${ALMANAC} service install collector --interval 5 --write`,
  ])
    .option('--write', 'write the unit where systemd looks for it')
    .option(
      '--interval <minutes>',
      'collector only: minutes between two collections (default: every_minutes of almanac.yaml)',
      minutes,
    )
    .action(async (what: string | undefined, options) => {
      ;(await import('../service.ts')).install(what, options)
    })
}
