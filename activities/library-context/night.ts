/** What a night brought, in one typed event: for a notifier, for `almanac show`, for whoever asks in the morning. */
import { attemptsOf, listedLibraries } from '../../db/queries/contexts.ts'
import { newestList, type Place } from '../../db/queries/libraries.ts'
import { storeEvent } from '../../db/queries/runs.ts'
import type { LibraryNight, ListChange } from '../../run-events.ts'
import type { Run } from '../../workflows/recorded-run.ts'
import { domainsOf, type StepContext } from './index.ts'

/** Tells the night from what is stored, so that a repeated step tells the same. */
export async function tellNight(context: StepContext, run: Run): Promise<void> {
  const night = await nightOf(context, run)
  await storeEvent(context.db, run, night.type, night, context.clock())
}

async function nightOf({ db, settings, clock }: StepContext, run: Run): Promise<LibraryNight> {
  const domains = domainsOf(settings)
  const lists: ListChange[] = []
  for (const { id } of domains) {
    const list = await newestList(db, id)
    if (list === undefined) continue
    const isNew = list.date === run.startedAt.slice(0, 10)
    const before = isNew ? await newestList(db, id, list.date) : list
    lists.push({
      domain: id,
      date: list.date,
      size: list.places.length,
      ...changesOf(before?.places, list.places),
    })
  }
  const attempts = await attemptsOf(db, run.runId)
  const listed = await listedLibraries(
    db,
    domains.map(({ id }) => id),
  )
  const rest = listed.filter(({ triedBy }) => triedBy !== run.runId)
  const isWaiting = ({ nextTryAt }: (typeof rest)[number]) => nextTryAt !== null && nextTryAt > clock()
  return {
    type: 'library-night',
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
    seconds: Math.round((clock().getTime() - Date.parse(run.startedAt)) / 100) / 10,
  }
}

/** Who is new, who left, whose place changed; of a first list everybody is new. */
export function changesOf(
  before: readonly Place[] | undefined,
  now: readonly Place[],
): Pick<ListChange, 'entered' | 'left' | 'moved'> {
  const rankBefore = new Map(before?.map(({ library, rank }) => [library, rank]))
  const rankNow = new Map(now.map(({ library, rank }) => [library, rank]))
  return {
    entered: now.filter(({ library }) => !rankBefore.has(library)).map(({ library }) => library),
    left: (before ?? []).filter(({ library }) => !rankNow.has(library)).map(({ library }) => library),
    moved: now.flatMap(({ library, rank }) => {
      const from = rankBefore.get(library)
      return from === undefined || from === rank ? [] : [{ library, from, to: rank }]
    }),
  }
}
