/** What the groups of commands share: how a command is added, and how its values are read. */
import { InvalidArgumentError, type CommandUnknownOpts } from '@commander-js/extra-typings'
import { PIPELINES } from '../../../pipelines/index.ts'

/** Takes the exit code of a command that did not fail. */
export type SetExitCode = (code: number) => void

/** A pipeline for examples in help texts. */
export const example = PIPELINES[0]?.id ?? ''

/** Ids of all pipelines, for help texts. */
export const ids = PIPELINES.map(({ id }) => id).join(', ')

/** Adds a command with the options that every command has. */
export function add<const Usage extends string>(
  parent: CommandUnknownOpts,
  usage: Usage,
  description: string,
  examples: string[] = [],
) {
  const command = parent
    .command(usage)
    .description(description)
    .option('--demo', 'use the stack of the demo instead of the live one')
    .option('--verbose', 'print more; errors show their source')
  if (examples.length > 0)
    command.addHelpText('after', `\nExamples:\n${examples.map((line) => `  $ ${line}`).join('\n')}`)
  return command
}

/** Reads a whole number, one or more: of nothing there is no list. */
export function atLeastOne(text: string): number {
  const count = whole(text)
  if (count < 1) throw new InvalidArgumentError('expected a whole number, 1 or more.')
  return count
}

/** Reads a whole number, zero or more. */
export function whole(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('expected a whole number.')
  return Number(text)
}

/** As long as `history_days` may be. */
const MAX_DAYS = 3_650

/** Reads a count of days. */
export function days(text: string): number {
  const count = whole(text)
  if (count < 1 || count > MAX_DAYS) {
    throw new InvalidArgumentError(`expected a whole number from 1 to ${MAX_DAYS}.`)
  }
  return count
}

/** Reads names separated by commas. */
export function list(text: string): string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
}
