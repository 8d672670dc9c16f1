/** mod-stats for 1,000 and 5,000 mods: seconds, history, requests and the worker's memory; the simulator has no latency. */
import { sql } from 'drizzle-orm'
import { endingOf, startRun } from '../../client/runs.ts'
import { pipelineById } from '../../pipelines/index.ts'
import type { BenchStack } from '../bench-stack.ts'
import { memoryMb } from '../command-process.ts'
import type { Figure } from '../figure.ts'
import { startModStack } from './mod-stack.ts'
import { sentence } from '../../wording/sentence.ts'

const FEW_MODS = 1_000
const MANY_MODS = 5_000
/** What the issue of mod-stats promises on two cores. */
const TARGET_SECONDS = 60
const TARGET_EVENTS = 1_000
const TARGET_MEMORY_MB = 300
/** Memory that may differ between 1,000 and 5,000 mods without being growth: the collector's own timing moves the peak. */
const MEMORY_NOISE_RATIO = 1.25

interface Measured {
  outcome: string
  seconds: number
  events: number
  rows: number
  requests: number
  /** Peak of the worker process so far. */
  memoryMb: number
}

export async function modStats(): Promise<Figure[]> {
  const few = await collect(FEW_MODS)
  const many = await collect(MANY_MODS)
  return [
    ...figures(FEW_MODS, few.first),
    {
      what: `again, ${FEW_MODS} mods`,
      value: few.again.seconds,
      unit: 's',
      note: 'a second run of the same day',
    },
    ...figures(MANY_MODS, many.first),
    {
      what: `again, ${MANY_MODS} mods`,
      value: many.again.seconds,
      unit: 's',
      note: 'a second run of the same day',
    },
    {
      what: 'worker memory, 5,000 against 1,000 mods',
      value: many.first.memoryMb / few.first.memoryMb,
      unit: '',
      atMost: MEMORY_NOISE_RATIO,
      note: 'peak against peak',
    },
  ]
}

function figures(
  mods: number,
  { outcome, seconds, events, rows, requests, memoryMb: memory }: Measured,
): Figure[] {
  const bounded = mods === MANY_MODS
  return [
    {
      what: `${mods} mods`,
      value: seconds,
      unit: 's',
      ...(bounded && { atMost: TARGET_SECONDS }),
      note: `${outcome}, ${Math.round(rows / seconds).toLocaleString('en-US')} rows/s`,
    },
    { what: '  history events', value: events, unit: '', atMost: TARGET_EVENTS },
    { what: '  rows stored', value: rows, unit: '' },
    {
      what: '  requests asked',
      value: requests,
      unit: '',
      note: `${Math.round(requests / seconds)} a second`,
    },
    { what: "  worker's peak memory", value: memory, unit: 'MB', atMost: TARGET_MEMORY_MB },
  ]
}

/** Two runs of one world in a separate stack. */
async function collect(mods: number): Promise<{ first: Measured; again: Measured }> {
  const stack = await startModStack(mods)
  try {
    const worker = await stack.startWorker()
    try {
      return { first: await measure(stack, worker.pid), again: await measure(stack, worker.pid) }
    } finally {
      await worker.end('SIGTERM')
    }
  } finally {
    await stack.stop()
  }
}

async function measure(stack: BenchStack, workerPid: number): Promise<Measured> {
  const pipeline = pipelineById('mod-stats')
  if (pipeline === undefined) throw new Error('expected mod-stats in the registry')
  const { requests } = stack.simulator
  requests.clear()
  const startedAt = performance.now()
  const handle = await startRun(stack.client, pipeline, 'manual')
  const { outcome, counts } = await endingOf(handle)
  const seconds = (performance.now() - startedAt) / 1000
  for (const [source, { why }] of Object.entries(counts))
    if (why.length > 0) process.stderr.write(`${source}: ${why.map((one) => sentence(one)).join('; ')}\n`)
  return {
    outcome,
    seconds,
    events: await historyEvents(stack, handle.workflowId, handle.firstExecutionRunId),
    rows: await storedRows(stack),
    requests: requests.count(),
    memoryMb: memoryMb(workerPid, 'VmHWM'),
  }
}

/** Events of all executions of a run: continue-as-new is followed. */
async function historyEvents(stack: BenchStack, workflowId: string, firstRunId: string): Promise<number> {
  let total = 0
  for (let runId: string | undefined = firstRunId; runId !== undefined;) {
    const { events } = await stack.client.workflow.getHandle(workflowId, runId).fetchHistory()
    total += events?.length ?? 0
    runId = events?.at(-1)?.workflowExecutionContinuedAsNewEventAttributes?.newExecutionRunId ?? undefined
  }
  return total
}

async function storedRows({ database }: BenchStack): Promise<number> {
  const result = await database.db.execute<{
    rows: number
  }>(sql`select (select count(*) from daily_stats)::int
    + (select count(*) from version_stats)::int + (select count(*) from modpack_stats)::int as rows`)
  return result.rows[0]?.rows ?? 0
}
