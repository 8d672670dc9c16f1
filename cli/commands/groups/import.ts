/** Taking over what older collectors gathered. */
import { Option, type CommandUnknownOpts } from '@commander-js/extra-typings'
import { ALMANAC } from '../../../core/command-name.ts'
import type { Importer } from '../../import/importer.ts'
import { loadImporters } from '../../import/importers.ts'
import { add, type SetExitCode } from './add-command.ts'

export function addImportCommand(program: CommandUnknownOpts, setExitCode: SetExitCode): void {
  const command = add(
    program,
    'import <pipeline> <files...>',
    'take over the history of an older collector: its tables dumped as CSV, and its own files',
  )
    .option('--json', 'print JSON')
    .action(async (pipeline: string, files: string[], options) => {
      setExitCode(await (await import('../import.ts')).importFiles(pipeline, files, options))
    })
  // Only this command needs the importers, so that no other one waits for them.
  program.hook('preSubcommand', async (_, called) => {
    if (called.name() === command.name()) addImporters(called, await loadImporters())
  })
}

/** Adds each importer's options and texts. An option of several pipelines is one, and says what it means for each. */
function addImporters(command: CommandUnknownOpts, importers: ReadonlyMap<string, Importer>): void {
  const descriptions = new Map<string, string[]>()
  const examples = ['psql "$OLD_DATABASE" -c "\\copy TABLE to TABLE.csv csv header"']
  const texts = [
    `Tables may have commas, semicolons or tabs, in UTF-8, UTF-16 or Windows-1252. With semicolons, a comma is a decimal mark
and dates may have the day first. Each line is stored, or counted with the reason why it is not.`,
    'A repeated import changes nothing, and a row that was collected on a day outranks an imported one of that day.',
  ]
  for (const [id, importer] of importers) {
    for (const { flags, description } of importer.options)
      descriptions.set(flags, [...(descriptions.get(flags) ?? []), `${id}: ${description}`])
    examples.push(...importer.examples.map((files) => `${ALMANAC} import ${id} ${files}`))
    texts.push(`${id}:\n${importer.help.replaceAll(/^/gm, '  ')}`)
  }
  for (const [flags, described] of descriptions) command.addOption(new Option(flags, described.join('; ')))
  command.addHelpText(
    'after',
    `\nExamples:\n${examples.map((line) => `  $ ${line}`).join('\n')}\n\n${texts.join('\n')}`,
  )
}
