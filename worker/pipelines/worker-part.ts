/** What a pipeline contributes to the worker. */
import type { CheckedActivity } from '../../activities/checked-activity.ts'
import type { CommonDependencies } from '../../activities/dependencies.ts'
import type { Config } from '../../config/load-config.ts'
import type { PipelineId, PipelineVariables, Sections } from '../../pipelines/index.ts'

/** What a pipeline's clients are made from. */
export interface ClientsInput<Id extends PipelineId> {
  settings: Sections[Id]
  /** Its environment variables. */
  env: PipelineVariables<Id>
  /** The `User-Agent` of all requests. */
  userAgent: string
  folders: {
    /** Exported files. */
    data: string
    /** Programs that Almanac installed. */
    tools: string
    /** Files of activities under way, such as clones. */
    work: string
  }
  /** What programs such as git get of this process' environment. */
  programEnv: Record<string, string>
  /** All settings, for what concerns this machine and no upstream. */
  config: Config
  /** The upstreams' time. Default: this machine's; the demo's simulator may be faster. */
  upstreamClock: () => Date
}

/** An additional task queue, polled by this worker. */
export interface OwnQueue {
  taskQueue: string
  /** Activities that run on it at once. */
  slots: number
  /** Names of the activities that it takes. */
  activities: string[]
}

/** By name; each checks its input. */
export type Activities = Record<string, CheckedActivity<never, unknown>>

/** The clients of a pipeline's upstreams and the like: the dependencies that are not shared by all pipelines. */
export type ClientsIn<Dependencies> = Omit<
  Dependencies,
  keyof CommonDependencies | 'settings' | 'retryBudgetMs'
>

export interface WorkerPart<Id extends PipelineId, Dependencies> {
  createActivities: (dependencies: Dependencies) => Activities
  /** Makes one client an upstream, once a process, so that its limits are counted once. Throws `Misconfigured`. */
  createClients(input: ClientsInput<Id>): ClientsIn<Dependencies>
  queues?(clients: ClientsIn<Dependencies>, settings: Sections[Id]): OwnQueue[]
  /** Installs what its activities need before the worker starts, if the pipeline is enabled; says what is missing. */
  prepare?(toolsDir: string, say: (line: string) => void): Promise<void>
}
