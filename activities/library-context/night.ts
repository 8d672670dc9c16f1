/** The results of a night in one typed event: for a notifier and for `almanac show`. */
import { DAY_MS } from '../../core/durations.ts'
import { attemptsOf, listedLibraries } from '../../db/queries/library-context/contexts.ts'
import { newestList } from '../../db/queries/library-context/libraries.ts'
import { eventOf, storeEvent, unreportedRuns } from '../../db/queries/runs.ts'
import {
  LISTS_EVENT,
  listChanges,
  type LibraryNight,
  type ListChange,
} from '../../core/library-context/night-event.ts'
import type { Run } from '../../core/run.ts'
import { domainsOf } from './domains.ts'
import { type ActivityContext } from './activity-context.ts'
import { unchanged } from './lists.ts'

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
    const change = changes.find(({ domain }) => domain === id)
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
