/** The `almanac` command: reads arguments, loads the command's file, turns errors into one sentence and an exit code. */
import { Command, CommanderError } from '@commander-js/extra-typings'
import { ALMANAC, nameCommandsOf } from '../core/command-name.ts'
import { nameDatabaseOf } from '../db/embedded-log.ts'
import { sentenceOf } from '../core/failures.ts'
import { packageVersion } from '../system/package-version.ts'
import { addCommands } from './commands/index.ts'
import { EXIT, exitCodeOf } from './exit.ts'
import { terminal, withTerminal, type Terminal } from './terminal.ts'

/** Without a terminal. */
const HELP_COLUMNS = 80

/**
 * Runs one command and returns its exit code. `argv` is without node and the script; `where` defaults to the terminal
 * of the process.
 */
export function main(argv: string[], where?: Terminal): Promise<number> {
  return where === undefined ? run(argv) : withTerminal(where, () => run(argv))
}

async function run(argv: string[]): Promise<number> {
  const { stdout, stderr } = terminal()
  let exitCode: number = EXIT.done
  const program = new Command(ALMANAC)
    .description('Recurring data collections as durable Temporal workflows.')
    .version(packageVersion)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => stdout.write(text),
      writeErr: (text) => stderr.write(text),
      getOutHelpWidth: () => stdout.columns ?? HELP_COLUMNS,
      getErrHelpWidth: () => stderr.columns ?? HELP_COLUMNS,
    })
    .showSuggestionAfterError()
    .showHelpAfterError('(see --help)')
    // Too heavy for --help, but loaded before the command runs: a later build may remove this one's files meanwhile.
    .hook('preAction', async () => {
      await serverErrors()
    })
  addCommands(program, (code) => (exitCode = code))
  nameCommandsOf(argv.includes('--demo') ? 'demo' : 'live')
  try {
    await program.parseAsync(argv, { from: 'user' })
    return exitCode
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.wrongUsage
    const { explainServerError } = await serverErrors()
    const cause = explainServerError(error, argv.includes('--demo'))
    const verbose = argv.includes('--verbose')
    const stack = argv.includes('--demo') ? 'DEMO  ' : ''
    stderr.write(`${stack}${verbose ? stackOf(error) : sentenceOf(cause)}\n`)
    return exitCodeOf(cause)
  } finally {
    nameCommandsOf('live')
    nameDatabaseOf(undefined)
  }
}

const serverErrors = async () => import('./server-errors.ts')

function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const cause = error.cause === undefined ? '' : `\ncaused by: ${stackOf(error.cause)}`
  return `${error.stack ?? error.message}${cause}`
}
