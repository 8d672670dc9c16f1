/** What a pipeline contributes to the command. A part is light: what its members need is imported when they are called. */
import type { CommandUnknownOpts } from '@commander-js/extra-typings'
import type { Config } from '../config/load-config.ts'
import type { BackfillParams } from '../core/run.ts'
import type { Database } from '../db/database.ts'
import type { Check } from './doctor/check.ts'
import type { GlobalOptions } from './command-context.ts'
import type { Importer } from './import/importer.ts'
import type { SetExitCode } from './commands/groups/add-command.ts'

export interface CliPart {
  /** Adds the pipeline's own commands. */
  addCommands?(program: CommandUnknownOpts, setExitCode: SetExitCode): void
  /** Examples of `run` in its help: what follows the pipeline's id. */
  runExamples?: string[]
  /** Parameters of a run that have an option of their own; all others are given with `--input`. */
  runOptions?: RunOption[]
  /** Throws `WrongUsage` for parameters that the settings contradict, before a run is started. */
  checkParams?(config: Config, params: Record<string, unknown>): Promise<void>
  /** Prints what a run would do, without starting it; returns the exit code. */
  dryRun?(
    params: Record<string, unknown>,
    options: GlobalOptions & { json?: boolean; strict?: boolean },
  ): Promise<number>
  /** What the stack says of the pipeline's upstreams when it starts, such as a key that is missing. */
  upstreamNote?(config: Config): string
  /** What the pipeline has found, in lines below the table of `up --once`; `margin` columns are taken. Default: nothing. */
  foundLines?(db: Database, config: Config, margin: number): Promise<string[]>
  /** What a run brought beyond its counts: shown by `show` and `run --wait`; undefined if there is nothing. */
  broughtBy?(
    db: Database,
    runId: string,
  ): Promise<{ json: Record<string, unknown>; lines: string[] } | undefined>
  /** Collecting the past; absent if the definition says why it cannot. */
  backfill?(): Promise<Backfiller>
  /** Takes over the history of an older collector. */
  importer?(): Promise<Importer>
  /** Checks of `almanac doctor`. */
  checks?(config: Config): Promise<Check[]>
}

export interface RunOption {
  /** Name of the parameter, in the pipeline's definition. */
  param: string
  /** As commander takes them, `--domain <name>`. */
  flags: string
  description: string
}

/** How a pipeline collects the past. */
export interface Backfiller {
  /** The first UTC day that its upstream has, `2017-08-17`, and who has it. */
  firstDay: string
  upstream: string
  /** What is collected as a whole: `hour`, `day`. */
  period: string
  /** The last millisecond of the newest period that is over; what lies after it is cut off. */
  lastMs(nowMs: number): number
  /** Counts what a backfill comes to, by the rules that its run follows. */
  plan(db: Database, config: Config, asked: Required<BackfillParams>, now: Date): Promise<BackfillPlan>
}

export interface BackfillPlan {
  /** False if no period of the requested time is over. */
  hasPeriods: boolean
  /** False if everything is stored. */
  isDue: boolean
  /** The time that is collected, for people. */
  span: string
  head: string[]
  rows: (string | number)[][]
  json: Record<string, unknown>
}
