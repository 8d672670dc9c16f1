/** What a pipeline contributes to the command. A part is light: what its members need is imported when they are called. */
import type { CommandUnknownOpts } from '@commander-js/extra-typings'
import type { z } from 'zod'
import type { ActivityDependencies } from '../worker/pipelines/index.ts'
import type { Backfiller } from '../client/backfill.ts'
import type { Config } from '../config/load-config.ts'
import type { Run } from '../core/run.ts'
import type { SourceCounts } from '../core/run-outcome.ts'
import type { Database } from '../db/database.ts'
import type { DefinitionOf, PipelineId } from '../pipelines/index.ts'
import type { Check } from './doctor/check.ts'
import type { Importer } from './import/importer.ts'
import type { SetExitCode } from './commands/groups/add-command.ts'

export interface CliPart<Id extends PipelineId> {
  /** Adds the pipeline's own commands. */
  addCommands?(program: CommandUnknownOpts, setExitCode: SetExitCode): void
  /** Examples of `run` in its help: what follows the pipeline's id. */
  runExamples?: string[]
  /** Parameters of a run that have their own option; all others are given with `--input`. */
  runOptions?: RunOption[]
  /** Throws `WrongUsage` for parameters that the settings contradict, before a run is started. */
  checkParams?(config: Config, params: Record<string, unknown>): Promise<void>
  /**
   * Calls the pipeline's activities in the order of its workflow, without those that open and close the record, write to
   * servers other than the database, or start further workflows. All that is written is rolled back.
   */
  dryRun(dry: DryRun<Id>): Promise<DryFindings | undefined>
  /** Addresses that `doctor` asks whether they answer. Default: those of the pipeline's section. */
  upstreams?(config: Config): string[]
  /** What the stack says of the pipeline's upstreams when it starts, such as a key that is missing. */
  upstreamNote?(config: Config): string
  /** Whether almanac.yaml lists something that no run has looked for yet: then a start collects at once. */
  listsNew?(db: Database, config: Config): Promise<boolean>
  /** What the pipeline has found, in lines below the table of `up --once`; `margin` columns are taken. Default: nothing. */
  foundLines?(db: Database, config: Config, margin: number): Promise<string[]>
  /** Details of a run beyond its counts: shown by `show` and `run --wait`; undefined if there is nothing. */
  detailsOf?(
    db: Database,
    runId: string,
  ): Promise<{ json: Record<string, unknown>; lines: string[] } | undefined>
  /** Up to when the demo's world is stored, of a world with several passes; undefined if nothing is. */
  demoSeen?(db: Database, config: Config): Promise<Date | undefined>
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

/** What a dry run of one pipeline works with. */
export interface DryRun<Id extends PipelineId> {
  run: Run
  params: z.infer<DefinitionOf<Id>['params']>
  config: Config
  /** Their database is the transaction that is rolled back, their folder of files one that is removed. */
  dependencies: ActivityDependencies[Id]
  /** Calls an activity whose failure ends the dry run. */
  call<T>(activity: () => Promise<T>): Promise<T>
  /** Calls an activity and adds its counts to those of this source; its failure is reported there. */
  source(name: string, activity: () => Promise<SourceCounts>): Promise<void>
  /** Calls an activity batch after batch; it gets the cursor of its batch, 0 for the first. */
  batches(
    name: string,
    batch: (after: number) => Promise<{ counts: SourceCounts; next: number | null }>,
  ): Promise<void>
}

/** What a dry run has found beyond its counts: for programs, and in lines below the table of the sources. */
export interface DryFindings {
  json: Record<string, unknown>
  lines: string[]
}
