/** The outside services. */
import type { CommandUnknownOpts } from '@commander-js/extra-typings'
import { ALMANAC } from '../../../core/command-name.ts'
import { add } from './add-command.ts'

export function addUpstreamCommand(program: CommandUnknownOpts): void {
  add(
    program,
    'upstreams',
    'when each upstream last gave rows and last failed, what fails now, how it answers, what is left of its limits',
    [`${ALMANAC} upstreams`, `${ALMANAC} upstreams --json`],
  )
    .option('--json', 'print JSON')
    .action(async (options) => {
      await (await import('../upstreams.ts')).upstreams(options)
    })
}
