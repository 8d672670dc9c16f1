/** Parameters, metrics and tags in as few `runs/log-batch` requests as MLflow's limits allow. */

/** https://mlflow.org/docs/latest/api_reference/rest-api.html#request-limits */
const MAX_PARAMS = 100
const MAX_TAGS = 100
/** Of all three kinds together; also the limit of metrics alone. */
const MAX_ENTRIES = 1_000
/** The server's limit is 1 MB of body; the rest is for the run's id and the brackets. */
const MAX_BYTES = 900_000

export interface Batch {
  metrics: { key: string; value: number | string; timestamp: number; step: number }[]
  params: { key: string; value: string }[]
  tags: { key: string; value: string }[]
}

export interface Loggable {
  params: Record<string, string>
  metrics: Record<string, number>
  tags: Record<string, string>
  endMs: number
}

/**
 * The batches of a run. Every metric has the run's end as its time and step 0: MLflow stores an equal finite
 * observation of the same time and step once, so a repeated batch adds nothing.
 */
export function batchesOf({ params, metrics, tags, endMs }: Loggable): Batch[] {
  const batches: Batch[] = []
  let bytes = 0
  const room = (size: number, fits: (batch: Batch) => boolean): Batch => {
    const last = batches.at(-1)
    const entries = last === undefined ? 0 : last.metrics.length + last.params.length + last.tags.length
    if (last !== undefined && entries < MAX_ENTRIES && bytes + size <= MAX_BYTES && fits(last)) {
      bytes += size
      return last
    }
    const next: Batch = { metrics: [], params: [], tags: [] }
    batches.push(next)
    bytes = size
    return next
  }
  for (const [key, value] of Object.entries(params)) {
    const entry = { key, value }
    room(bytesOf(entry), (batch) => batch.params.length < MAX_PARAMS).params.push(entry)
  }
  for (const [key, value] of Object.entries(tags)) {
    const entry = { key, value }
    room(bytesOf(entry), (batch) => batch.tags.length < MAX_TAGS).tags.push(entry)
  }
  for (const [key, value] of Object.entries(metrics)) {
    // JSON cannot represent the others; the server accepts them as strings.
    const entry = { key, value: Number.isFinite(value) ? value : String(value), timestamp: endMs, step: 0 }
    room(bytesOf(entry), () => true).metrics.push(entry)
  }
  return batches
}

/** As sent, with its comma. */
const bytesOf = (entry: object): number => Buffer.byteLength(JSON.stringify(entry)) + 1
