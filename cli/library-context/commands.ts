/** What library-context keeps. */
import type { CommandUnknownOpts } from '@commander-js/extra-typings'
import { ALMANAC } from '../../core/command-name.ts'
import { add } from '../commands/groups/add-command.ts'

export function addLibraryCommands(program: CommandUnknownOpts): void {
  add(program, 'libraries', 'the libraries of each domain by stars, with their contexts', [
    `${ALMANAC} libraries`,
    `${ALMANAC} libraries --domain astronomy --missing-context`,
    `${ALMANAC} libraries --json`,
  ])
    .option('--domain <name>', 'only this domain (default: all of almanac.yaml)')
    .option('--missing-context', 'only libraries without a context, with the reason')
    .option('--json', 'print JSON, with the result of the quality gate for each text')
    .action(async (options) => {
      await (await import('./libraries.ts')).libraries(options)
    })
}
