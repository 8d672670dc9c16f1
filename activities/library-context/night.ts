/** The results of a night in one typed event: for a notifier and for `almanac show`. */
import { DAY_MS } from '../../core/durations.ts'
import { attemptsOf, listedLibraries } from '../../db/queries/library-context/contexts.ts'
import { listedBy, newestList } from '../../db/queries/library-context/libraries.ts'
import type { Database } from '../../db/database.ts'
import { eventOf, storeEvent, unreportedRuns } from '../../db/queries/run-events.ts'
import {
  LISTS_EVENT,
  listChanges,
  type LibraryNight,
  type ListChange,
} from '../../core/library-context/night-event.ts'
import type { Run } from '../../core/run.ts'
import { domainsOf } from './domains.ts'
import { type ActivityContext } from './activity-context.ts'
import { changesOf, unchanged } from './lists.ts'

/** A night that was not reported for this long is no news. */
const UNTOLD_DAYS = 7
const NIGHT_EVENT: LibraryNight['type'] = 'library-night'

/** A night to be reported. */
type NightRun = Pick<Run, 'runId' | 'pipeline' | 'startedAt'>

/** Reports the night from stored rows, so that a repeated activity reports the same. Default of `endedAt`: now. */
export async function reportNight(
  context: ActivityContext,
  run: NightRun,
  endedAt = context.clock(),
): Promise<void> {
  const night = await nightOf(context, run, endedAt)
  await storeEvent(context.db, run, night.type, night, context.clock())
}

/** Reports the nights that ended while the database was unavailable; their rows have been loaded since. */
export async function reportLateNights(context: ActivityContext, { pipeline }: Run): Promise<void> {
  const since = new Date(context.clock().getTime() - UNTOLD_DAYS * DAY_MS)
  for (const night of await unreportedRuns(context.db, { pipeline, type: NIGHT_EVENT, since })) {
    const { runId, startedAt, finishedAt } = night
    await reportNight(
      context,
      { runId, pipeline, startedAt: startedAt.toISOString() },
      finishedAt ?? undefined,
    )
  }
}

/** Returns what a night changed in a list that it put into the spool; undefined if it made none. */
async function changeBy(
  db: Database,
  { runId, startedAt }: NightRun,
  domain: string,
): Promise<ListChange | undefined> {
  if (!(await listedBy(db, runId, domain))) return undefined
  const date = startedAt.slice(0, 10)
  const dayAfter = new Date(Date.parse(date) + DAY_MS).toISOString().slice(0, 10)
  const { places = [] } = (await newestList(db, domain, dayAfter)) ?? {}
  const before = await newestList(db, domain, date)
  return { domain, date, size: places.length, ...changesOf(before?.places, places) }
}

async function nightOf(
  { db, settings, clock }: ActivityContext,
  run: NightRun,
  endedAt: Date,
): Promise<LibraryNight> {
  const domains = domainsOf(settings)
  const changes = listChanges.safeParse(await eventOf(db, run.runId, LISTS_EVENT)).data ?? []
  const lists: ListChange[] = []
  for (const { id } of domains) {
    const list = await newestList(db, id)
    const change = changes.find(({ domain }) => domain === id) ?? (await changeBy(db, run, id))
    if (change !== undefined) lists.push(change)
    else if (list !== undefined) lists.push(unchanged(id, list))
  }
  const attempts = await attemptsOf(db, run.runId)
  const listed = await listedLibraries(
    db,
    domains.map(({ id }) => id),
  )
  const rest = listed.filter(({ triedBy }) => triedBy !== run.runId)
  const isWaiting = ({ nextTryAt }: (typeof rest)[number]) => nextTryAt !== null && nextTryAt > clock()
  return {
    type: NIGHT_EVENT,
    lists,
    made: attempts
      .filter(({ outcome }) => outcome === 'made')
      .map(({ name, why, engine, mode, tokens, reason }) => ({
        name,
        why,
        engine: [engine ?? '', ...(mode === null ? [] : [mode])].join(' '),
        tokens: tokens ?? 0,
        ...(reason === null ? {} : { note: reason }),
      })),
    failed: attempts
      .filter(({ outcome }) => outcome !== 'made')
      .map(({ name, reason, outcome }) => ({ name, reason: reason ?? outcome })),
    unchanged: rest.filter((one) => !isWaiting(one) && one.hasContext).length,
    waiting: rest.filter(isWaiting).map(({ name, reason }) => ({ name, reason: reason ?? '' })),
    clonedBytes: attempts.reduce((sum, { cloneBytes }) => sum + cloneBytes, 0),
    seconds: Math.round((endedAt.getTime() - Date.parse(run.startedAt)) / 100) / 10,
  }
}
