/** Schedules. */
import type { CommandUnknownOpts } from '@commander-js/extra-typings'
import { ALMANAC } from '../../../core/command-name.ts'
import { add, example } from './add-command.ts'

export function addScheduleCommands(program: CommandUnknownOpts): void {
  const schedules = program.command('schedules').description('the schedules of all pipelines')
  const action = async () => import('../schedules.ts')
  add(schedules, 'list', 'when each pipeline runs', [`${ALMANAC} schedules list --json`])
    .option('--json', 'print JSON')
    .action(async (options) => {
      await (await action()).list(options)
    })
  add(schedules, 'apply', "make the server agree with almanac.yaml; keeps an operator's pause", [
    `${ALMANAC} schedules apply`,
  ])
    .option('--json', 'print JSON')
    .action(async (options) => {
      await (await action()).apply(options)
    })
  for (const verb of ['pause', 'resume', 'trigger', 'remove'] as const) {
    const meaning = {
      pause: 'stop starting runs until resumed',
      resume: "end an operator's pause: almanac.yaml decides again whether runs start",
      trigger: 'let the schedule start a run now (skipped while one runs)',
      remove: 'delete the schedule from the server; "schedules apply" makes it again',
    }[verb]
    add(schedules, `${verb} <pipeline>`, meaning, [`${ALMANAC} schedules ${verb} ${example}`])
      .option('--json', 'print JSON')
      .action(async (pipeline: string, options) => {
        await (await action())[verb](pipeline, options)
      })
  }
}
