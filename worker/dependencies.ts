/** The dependencies of all activities in this process, but for the connections that the worker opens. */
import type { CommonDependencies } from '../activities/dependencies.ts'
import type { Config } from '../config/load-config.ts'
import { PIPELINES, type PipelineId } from '../pipelines/index.ts'
import { userAgent } from '../upstreams/user-agent.ts'
import { WORKER_PARTS, type ActivityDependencies } from './pipelines/index.ts'
import type { OwnQueue } from './pipelines/worker-part.ts'

/** Connections that the worker opens, and closes when it stops. */
export type Connections = Pick<CommonDependencies, 'db' | 'temporal'>

/** By pipeline, what its activities get besides the connections. */
export type WorkerDependencies = { [Id in PipelineId]: Omit<ActivityDependencies[Id], keyof Connections> }

/** The time of the upstreams of a pipeline, if it is not this machine's. */
export type UpstreamClocks = Partial<Record<PipelineId, (() => Date) | undefined>>

/** Makes the clients of every pipeline. Throws `Misconfigured`. */
export function dependenciesOf(config: Config, clocks: UpstreamClocks = {}): WorkerDependencies {
  const { env, tracked, dataDir, toolsDir, workDir, programEnv } = config
  const clock = () => new Date()
  const common = {
    dataDir,
    rawPayloadCaps: { days: env.RAW_PAYLOAD_DAYS, bytesPerSource: env.RAW_PAYLOAD_MB * 1_000_000 },
    clock,
  }
  const entries = PIPELINES.map(({ id, databaseRetryBudgetMs: retryBudgetMs }) => {
    const settings = tracked[id]
    const clients = partOf(id).createClients({
      settings,
      env,
      userAgent: userAgent(env.ALMANAC_CONTACT),
      folders: { data: dataDir, tools: toolsDir, work: workDir },
      programEnv,
      config,
      upstreamClock: clocks[id] ?? clock,
    })
    return [id, { ...common, settings, retryBudgetMs, ...clients }]
  })
  return Object.fromEntries(entries) as WorkerDependencies
}

/** The dependencies with the connections that the worker has opened. */
export function connected(dependencies: WorkerDependencies, connections: Connections): ActivityDependencies {
  const entries = Object.entries(dependencies).map(([id, own]) => [id, { ...own, ...connections }])
  return Object.fromEntries(entries) as ActivityDependencies
}

/** The queues of single pipelines, by the clients that were made. */
export function ownQueues(dependencies: WorkerDependencies): OwnQueue[] {
  return PIPELINES.flatMap(({ id }) => partOf(id).queues?.(dependencies[id], dependencies[id].settings) ?? [])
}

/** Installs what the activities of these pipelines need. */
export async function preparePipelines(
  ids: readonly PipelineId[],
  toolsDir: string,
  say: (line: string) => void,
): Promise<void> {
  await Promise.all(ids.map(async (id) => partOf(id).prepare?.(toolsDir, say)))
}

/** A part as the loops over all pipelines see it; its own types hold inside it, and at `WORKER_PARTS`. */
interface AnyPart {
  createClients(input: unknown): object
  queues?(clients: unknown, settings: unknown): OwnQueue[]
  prepare?(toolsDir: string, say: (line: string) => void): Promise<void>
}

const partOf = (id: PipelineId): AnyPart => WORKER_PARTS[id]
