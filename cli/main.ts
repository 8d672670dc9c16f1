/** The `almanac` command: reads arguments, loads the command's file, turns errors into one sentence and an exit code. */
import { Command, CommanderError } from '@commander-js/extra-typings'
import { databaseFailure, isNotMigrated } from '../db/database-failure.ts'
import { CannotReach } from '../client/cannot-reach.ts'
import { addCommands } from './commands/index.ts'
import { databaseHint } from '../client/connection.ts'
import { EXIT, exitCodeOf } from './exit.ts'
import { sentenceOf, type Failure } from '../core/failures.ts'
import { packageVersion } from '../system/package-version.ts'
import { configOf } from './command-context.ts'
import { terminal, withTerminal, type Terminal } from './terminal.ts'

/** Where there is no terminal. */
const HELP_COLUMNS = 80

/** Runs one command and returns its exit code. `argv` is without node and the script; `where` is the process' own terminal by default. */
export function main(argv: string[], where: Terminal = terminal()): Promise<number> {
  return withTerminal(where, () => run(argv, where))
}

async function run(argv: string[], { stdout, stderr }: Terminal): Promise<number> {
  let exitCode: number = EXIT.done
  const program = new Command('almanac')
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
    .showHelpAfterError('(add --help for what is possible)')
  addCommands(program, (code) => (exitCode = code))
  try {
    await program.parseAsync(argv, { from: 'user' })
    return exitCode
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.wrongUsage
    const failure = error instanceof CannotReach ? undefined : databaseFailure(error)
    const cause = failure?.type === 'DatabaseUnavailable' ? databaseAway(failure, argv) : (failure ?? error)
    const verbose = argv.includes('--verbose')
    const stack = argv.includes('--demo') ? 'DEMO  ' : ''
    stderr.write(`${stack}${verbose ? stackOf(error) : sentenceOf(cause)}\n`)
    return exitCodeOf(cause)
  }
}

/** The embedded database is away because nobody started it; only one of one's own is worth the driver's words. */
function databaseAway(failure: Failure, argv: string[]): Error {
  if (isNotMigrated(failure)) return failure
  const config = configOf({ demo: argv.includes('--demo') })
  return config.env.DATABASE_URL === undefined
    ? new CannotReach(
        `The database does not answer on port ${config.ports.postgres}; ${databaseHint(config)}.`,
        { cause: failure },
      )
    : failure
}

function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const cause = error.cause === undefined ? '' : `\ncaused by: ${stackOf(error.cause)}`
  return `${error.stack ?? error.message}${cause}`
}
