/** Collecting the past: which time may be asked for, and what it comes to. The command and the API ask the same way. */
import type { Config } from '../config/load-config.ts'
import { DAY_MS } from '../core/durations.ts'
import { WrongUsage } from '../core/failures.ts'
import type { BackfillParams } from '../core/run.ts'
import type { Database } from '../db/database.ts'
import type { Pipeline } from '../pipelines/index.ts'
import { reason } from '../wording/reason.ts'
import { sentence } from '../wording/sentence.ts'
import { expectationOf, wrongUsage } from '../wording/wrong-usage.ts'

/** How a pipeline collects the past. */
export interface Backfiller {
  /** Who has it, and what it has there, as in "Example has prices". */
  service: string
  has: string
  /** The first UTC day that it has. */
  firstDay: string
  /** What is collected as a whole: `hour`, `day`. */
  period: 'hour' | 'day'
  periodMs: number
  /** What the parts of a plan are, such as a coin. */
  subject: string
  /** What periods are called that the service itself does not have. */
  excusedAs: string
  /** The last millisecond of the newest period that is over; what lies after it is cut off. */
  lastMs(nowMs: number): number
  /** Counts what a backfill comes to, by the rules that its run follows. */
  plan(db: Database, config: Config, asked: Required<BackfillParams>, now: Date): Promise<BackfillPlan>
}

export interface BackfillPlan {
  /** Beginning of the first and of the last period, in milliseconds since 1970. */
  fromMs: number
  toMs: number
  parts: PlannedPart[]
  /** The parts as programs read them. */
  json: Record<string, unknown>
}

/** Periods of one subject. */
export interface PlannedPart {
  of: string
  periods: number
  stored: number
  missing: number
  /** Periods that the service itself does not have. */
  excused: number
  requests: number
}

export interface PlannedBackfill extends BackfillPlan {
  /** Parameters of the run that collects it. */
  params: { from: string; to: string; onlyMissing: boolean }
  /** Whether the end of the requested time was cut off, since it is not over yet. */
  isCut: boolean
  /** False if everything is stored. */
  isDue: boolean
}

/** How the two times are written where they are asked for: `--from` by the command. */
type Spelling = (name: 'from' | 'to') => string

/** Returns what a backfill comes to. Throws `WrongUsage` for a time that cannot be collected. */
export async function planBackfill(
  { db, config, now }: { db: Database; config: Config; now: Date },
  pipeline: Pipeline,
  backfiller: Backfiller,
  requested: BackfillParams,
  spell: Spelling,
): Promise<PlannedBackfill> {
  const { params, isCut } = askedTime(pipeline, backfiller, { requested, now, spell })
  const plan = await backfiller.plan(db, config, params, now)
  if (plan.toMs < plan.fromMs)
    throw wrongUsage('no-whole-period', {
      period: backfiller.period,
      from: params.from,
      to: requested.to ?? null,
    })
  return { ...plan, params, isCut, isDue: plan.parts.some(({ requests }) => requests > 0) }
}

/** The period as the run takes it. A day means all of it; the future is cut off. */
function askedTime(
  pipeline: Pipeline,
  backfiller: Backfiller,
  { requested, now, spell }: { requested: BackfillParams; now: Date; spell: Spelling },
): Pick<PlannedBackfill, 'params' | 'isCut'> {
  const { firstDay, service, has } = backfiller
  const { from, to, onlyMissing = false } = requested
  if (from === undefined) throw wrongUsage('time-missing', { from: spell('from') })
  checkForm(pipeline, { from, to }, spell)
  const fromMs = Date.parse(from)
  const toMs = to === undefined ? now.getTime() : endOf(to)
  if (fromMs < Date.parse(firstDay))
    throw wrongUsage('time-too-early', { name: spell('from'), from, service, has, firstDay })
  if (fromMs > now.getTime()) throw wrongUsage('time-in-future', { name: spell('from'), from })
  if (to !== undefined && fromMs > toMs)
    throw wrongUsage('times-reversed', { names: [spell('from'), spell('to')], from, to })
  // To the last period that is over, so that a run that begins after the next one requests no more than was announced.
  const newestMs = backfiller.lastMs(now.getTime())
  const end = new Date(Math.min(toMs, newestMs)).toISOString()
  return { params: { from: new Date(fromMs).toISOString(), to: end, onlyMissing }, isCut: toMs > newestMs }
}

/** A day's last millisecond; a moment is itself. */
function endOf(text: string): number {
  return Date.parse(text) + (text.includes('T') ? 0 : DAY_MS - 1)
}

/** The pipeline's own schema defines the form of a time. */
function checkForm(
  pipeline: Pipeline,
  times: { from: string; to: string | undefined },
  spell: Spelling,
): void {
  const parsed = pipeline.params.safeParse(times)
  if (parsed.success) return
  const reasons = parsed.error.issues.map(({ path, message }) => {
    const name = path.join('.') === 'to' ? 'to' : 'from'
    return reason('time-wrong', {
      name: spell(name),
      value: times[name] ?? '',
      expected: expectationOf(message),
    })
  })
  throw new WrongUsage(reasons.map((one) => sentence(one)).join('\n'), {
    reason: reason('several', { reasons }),
  })
}
