/**
 * Delivery of finished runs to an MLflow tracking server, over its REST API alone. Every step first looks for what an
 * interrupted delivery left, so that delivering again completes one run with one version instead of adding others.
 */
import * as z from 'zod'
import { Failure } from '../../core/failures.ts'
import { batchesOf, type Batch } from './mlflow-batches.ts'
import { findVersion, putArtifacts, register } from './mlflow-model-store.ts'
import { createMlflowRest, id, nothing, type MlflowOptions, type MlflowRest } from './mlflow-rest.ts'

/** The tag by which a second delivery finds the run of the first. */
export const DELIVERY_TAG = 'almanac.delivery_id'
/** What could not be delivered of a finished run, stored with the run. */
const NOTE_TAG = 'almanac.note'

export interface MlflowRun {
  /** Our own id of this delivery: letters, digits and . _ : / + - */
  deliveryId: string
  runName: string
  startMs: number
  endMs: number
  /** Immutable once delivered. */
  params: Record<string, string>
  /** NaN and infinities are allowed. */
  metrics: Record<string, number>
  tags: Record<string, string>
  /** Path in the run's artifacts -> text. */
  artifacts: Record<string, string>
  /** Name of a registered model that gets a version from the artifact folder `model`. */
  registerAs?: string
}

export interface MlflowDelivery {
  runId: string
  /** Version of the registered model, such as "7". */
  version?: string
  /** One sentence for each part that could not be delivered, such as artifacts of a store that REST does not reach. */
  notes: string[]
}

export interface Mlflow {
  /**
   * Delivers a run, or completes an earlier delivery. The run's status becomes FINISHED last, so that a finished run
   * lacks only what `notes` names. Deliveries of the same id must not overlap: MLflow has no lock. Throws
   * `Misconfigured` if the experiment is deleted, the failures of `Http.request` (details: MLflow's `errorCode`), and
   * `PayloadInvalid`.
   */
  deliver: (experiment: string, run: MlflowRun, signal: AbortSignal) => Promise<MlflowDelivery>
}

const experimentSchema = z.object({
  experiment: z.object({ experiment_id: id, lifecycle_stage: z.string().default('active') }),
})
const createdExperimentSchema = z.object({ experiment_id: id })
const runSchema = z.object({
  info: z.object({ run_id: z.string(), status: z.string(), artifact_uri: z.string().default('') }),
  data: z
    .object({
      metrics: z.array(z.object({ key: z.string() })).default([]),
      tags: z.array(z.object({ key: z.string(), value: z.string() })).default([]),
    })
    .optional(),
})
const createdRunSchema = z.object({ run: runSchema })
/** An empty list is left out of the response. */
const runsSchema = z.object({ runs: z.array(runSchema).default([]) })

type StoredRun = z.infer<typeof runSchema>

/** A client of one tracking server. Throws `Misconfigured` for an invalid address. */
export function createMlflow(options: MlflowOptions): Mlflow {
  const rest = createMlflowRest(options)
  return {
    deliver: async (experiment, run, signal) => {
      refuseOddId(run.deliveryId)
      const experimentId = await experimentOf(rest, experiment, signal)
      const stored =
        (await findRun(rest, experimentId, run.deliveryId, signal)) ??
        (await createRun(rest, experimentId, run, signal))
      return stored.info.status === 'FINISHED'
        ? await finishedBefore(rest, stored, run, signal)
        : await complete(rest, stored, run, signal)
    },
  }
}

async function complete(
  rest: MlflowRest,
  stored: StoredRun,
  run: MlflowRun,
  signal: AbortSignal,
): Promise<MlflowDelivery> {
  const { run_id: runId, artifact_uri: artifactUri } = stored.info
  for (const batch of batchesOf({ ...run, metrics: missingMetrics(run, stored) }))
    await logBatch(rest, runId, batch, signal)
  const note = await putArtifacts(rest, artifactUri, run.artifacts, signal)
  // A version without its files could not be loaded.
  const version =
    note === undefined && run.registerAs !== undefined
      ? await register(rest, run.registerAs, stored.info, signal)
      : undefined
  if (note !== undefined)
    await logBatch(rest, runId, { metrics: [], params: [], tags: [{ key: NOTE_TAG, value: note }] }, signal)
  const input = { run_id: runId, status: 'FINISHED', end_time: run.endMs, run_name: run.runName }
  await rest.call({ method: 'POST', path: 'runs/update', input, schema: nothing, signal })
  return { runId, ...(version === undefined ? {} : { version }), notes: note === undefined ? [] : [note] }
}

/**
 * By the contract an equal observation is stored once, but a NaN equals nothing: MLflow 2 rejects the whole second
 * batch with an integrity error, and a file store keeps both. So metrics of the run are not sent again.
 */
function missingMetrics({ metrics }: MlflowRun, { data }: StoredRun): Record<string, number> {
  const known = new Set(data?.metrics.map(({ key }) => key))
  return Object.fromEntries(Object.entries(metrics).filter(([key]) => !known.has(key)))
}

async function finishedBefore(
  rest: MlflowRest,
  { info, data }: StoredRun,
  { registerAs }: MlflowRun,
  signal: AbortSignal,
): Promise<MlflowDelivery> {
  const version =
    registerAs === undefined ? undefined : await findVersion(rest, registerAs, info.run_id, signal)
  const notes = (data?.tags ?? []).filter(({ key }) => key === NOTE_TAG).map(({ value }) => value)
  return { runId: info.run_id, ...(version === undefined ? {} : { version }), notes }
}

async function experimentOf(rest: MlflowRest, name: string, signal: AbortSignal): Promise<string> {
  const read = () =>
    rest.callUnless('RESOURCE_DOES_NOT_EXIST', {
      method: 'GET',
      path: 'experiments/get-by-name',
      input: { experiment_name: name },
      schema: experimentSchema,
      signal,
    })
  const known = (await read())?.experiment
  if (known !== undefined) return active(name, known)
  const created = await rest.callUnless('RESOURCE_ALREADY_EXISTS', {
    method: 'POST',
    path: 'experiments/create',
    input: { name },
    schema: createdExperimentSchema,
    signal,
  })
  if (created !== undefined) return created.experiment_id
  // Another process created it between the two requests.
  const theirs = (await read())?.experiment
  if (theirs !== undefined) return active(name, theirs)
  throw new Failure(
    'UpstreamUnavailable',
    `mlflow reports the experiment "${name}" both as existing and as missing: retry.`,
  )
}

function active(name: string, experiment: z.infer<typeof experimentSchema>['experiment']): string {
  if (experiment.lifecycle_stage !== 'deleted') return experiment.experiment_id
  throw new Failure(
    'Misconfigured',
    `The MLflow experiment "${name}" is deleted: restore it with "mlflow experiments restore -x ${experiment.experiment_id}", or delete it permanently or rename it.`,
    { details: { experimentId: experiment.experiment_id } },
  )
}

async function findRun(
  rest: MlflowRest,
  experimentId: string,
  deliveryId: string,
  signal: AbortSignal,
): Promise<StoredRun | undefined> {
  const input = {
    experiment_ids: [experimentId],
    filter: `tags.\`${DELIVERY_TAG}\` = '${deliveryId}'`,
    run_view_type: 'ACTIVE_ONLY',
    max_results: 10,
  }
  const found = await rest.call({ method: 'POST', path: 'runs/search', input, schema: runsSchema, signal })
  // If overlapping deliveries left several, always the same one.
  return found.runs.toSorted((a, b) => (a.info.run_id < b.info.run_id ? -1 : 1))[0]
}

async function createRun(
  rest: MlflowRest,
  experimentId: string,
  run: MlflowRun,
  signal: AbortSignal,
): Promise<StoredRun> {
  const input = {
    experiment_id: experimentId,
    start_time: run.startMs,
    run_name: run.runName,
    tags: [{ key: DELIVERY_TAG, value: run.deliveryId }],
  }
  const created = await rest.call({
    method: 'POST',
    path: 'runs/create',
    input,
    schema: createdRunSchema,
    signal,
  })
  return created.run
}

async function logBatch(rest: MlflowRest, runId: string, batch: Batch, signal: AbortSignal): Promise<void> {
  const input = { run_id: runId, ...batch }
  await rest.call({ method: 'POST', path: 'runs/log-batch', input, schema: nothing, signal })
}

/** The id is part of a search filter, whose language has no escapes. */
function refuseOddId(deliveryId: string): void {
  if (!/^[\w.:/+-]+$/.test(deliveryId))
    throw new Error(
      `the delivery id ${JSON.stringify(deliveryId)} holds more than letters, digits and ._:/+-`,
    )
}
