/** What a pipeline should have, what it has, and how the rest is collected: for the page and for the command. */
import type { Config } from '../../config/load-config.ts'
import { DAY_MS } from '../../core/durations.ts'
import type { Database } from '../../db/database.ts'
import type { Pipeline, PipelineId } from '../../pipelines/index.ts'
import { sentence, type Language } from '../../wording/sentence.ts'
import { ALL_DATA_SETS } from '../all-data-sets.ts'
import type { Expectation } from '../expectation.ts'
import { API_PARTS } from '../parts.ts'
import type { Gaps } from './gaps-schema.ts'
import { readCalendars, type Asked, type LineCalendar } from './read.ts'

/** Stretches of a line: a person reads no more, and a backfill takes them all at once. */
const MOST_STRETCHES = 100

/** UTC days, both included. */
export interface GapDays {
  from: string
  to: string
}

/** Days of a calendar if nobody says how many: a quarter. */
export const GAP_DAYS = 90

interface Stored {
  db: Database
  config: Config
}

/** The last days up to `to`, which is one of them. */
export function lastDays(days: number, to: string): GapDays {
  return { from: dayOf(Date.parse(to) - (days - 1) * DAY_MS), to }
}

/** The UTC day of a moment in milliseconds since 1970. */
export const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10)

/** Returns the calendars of a pipeline, and how its past can be collected. */
export async function gapsOf(
  context: Stored,
  { id, noBackfill }: Pipeline,
  { days: { from, to }, now, language }: { days: GapDays; now: Date; language: Language },
): Promise<Gaps['pipelines'][number]> {
  const { expected, backfiller } = API_PARTS[id]
  const { config } = context
  const asked = {
    config,
    now,
    isOn: config.tracked[id].enabled,
    fromMs: Date.parse(from),
    toMs: Math.min(Date.parse(to) + DAY_MS, now.getTime()),
  }
  const calendars: Gaps['pipelines'][number]['calendars'] = []
  for (const one of expected) calendars.push(await calendarJson(context, id, one, { ...asked, language }))
  return {
    pipeline: id,
    enabled: asked.isOn,
    backfill:
      backfiller === undefined ? null : { service: backfiller.service, first_day: backfiller.firstDay },
    no_backfill: noBackfill === undefined ? null : sentence(noBackfill(), language),
    calendars,
  }
}

async function calendarJson(
  { db, config }: Stored,
  id: PipelineId,
  expected: Expectation,
  { language, ...asked }: Asked & { language: Language },
) {
  const placed = ALL_DATA_SETS.find(({ pipeline, name }) => pipeline === id && name === expected.dataSet)
  if (placed === undefined)
    throw new Error(`${id} expects rows of ${expected.dataSet}, which it does not declare`)
  const lines = await readCalendars(db, placed.set, expected, asked)
  return {
    data_set: placed.name,
    address: placed.address,
    row: placed.in[language].row,
    every: expected.every,
    per_interval: expected.counted?.perInterval(config) ?? 1,
    by: expected.by ?? null,
    collected_by: collectedBy(id, expected),
    lines: lines.map(lineJson),
  }
}

function collectedBy(id: PipelineId, { inEachRun }: Expectation): 'backfill' | 'run' | null {
  if (inEachRun) return 'run'
  return API_PARTS[id].backfiller === undefined ? null : 'backfill'
}

const lineJson = ({ line, sinceMs, days, missing }: LineCalendar) => ({
  line,
  since: sinceMs === undefined ? null : new Date(sinceMs).toISOString(),
  days,
  missing: missing.slice(0, MOST_STRETCHES).map(({ fromMs, toMs, intervals }) => ({
    from: new Date(fromMs).toISOString(),
    to: new Date(toMs).toISOString(),
    intervals,
  })),
  missing_intervals: missing.reduce((sum, { intervals }) => sum + intervals, 0),
})
