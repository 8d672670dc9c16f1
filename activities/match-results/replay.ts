/**
 * How stored responses of match-results are read again: those of a run as its poll, which is corrected where it differs.
 * The run that recomputes follows it once more, and every poll after it.
 */
import { knownMatches, pollOfRun, type PollRow } from '../../db/queries/match-results/matches.ts'
import type { Sections } from '../../pipelines/index.ts'
import * as feed from '../../upstreams/onexbet/onexbet.ts'
import * as results from '../../upstreams/onexbet/onexbet-results.ts'
import { reason } from '../../wording/reason.ts'
import type { Replay, ReplayContext, ReplayedRun, ReplayedSource } from '../replay.ts'
import { shownBy } from './feed-counts.ts'
import { matchOfRow } from './match-rows.ts'
import { RESULTS_WITHIN_MS } from './result-of-match.ts'
import { newsOf } from './results.ts'

type Settings = Sections['match-results']

async function pollOf(
  { db, settings }: ReplayContext<Settings>,
  kind: 'feed' | 'results',
  { startedAt }: ReplayedRun,
): Promise<PollRow | undefined> {
  return startedAt && pollOfRun(db, { feed: settings.feed.name, kind, startedAt })
}

const onexbet: ReplayedSource<Settings> = {
  isWholeRun: true,
  read: async (context, payloads, run) => {
    const poll = await pollOf(context, 'feed', run)
    if (poll === undefined) return reason('replay-poll-gone')
    const { feed: seen, isWhole } = await feed.readStored(context.settings.feed, payloads, poll.polledAt)
    const shown = shownBy(seen)
    const row = { ...poll, refused: null, ...(isWhole ? shown : completed(poll, shown)) }
    return { rows: { feed_polls: [row] }, rejected: seen.rejected, came: payloads.flatMap(feed.eventsIn) }
  },
  responseOf: (row) => feed.responseOf([row]),
}

/** A poll some of whose responses are missing: what those showed stays as it was read then. */
function completed(poll: PollRow, { told, unread }: ReturnType<typeof shownBy>) {
  const isRead = new Set([...told.map(({ eventId }) => eventId), ...unread])
  const before = new Map((poll.told as typeof told).map((one) => [one.eventId, one]))
  for (const id of unread) before.delete(id)
  for (const one of told) before.set(one.eventId, one)
  return {
    told: [...before.values()],
    unread: [...(poll.unread ?? []).filter((id) => !isRead.has(id)), ...unread],
    truncated: poll.truncated,
  }
}

const onexbetResults: ReplayedSource<Settings> = {
  isWholeRun: true,
  read: async (context, payloads, run) => {
    const poll = await pollOf(context, 'results', run)
    if (poll === undefined) return reason('replay-poll-gone')
    const found = results.readStoredResults(payloads, poll.polledAt)
    const overSince = new Date(poll.polledAt.getTime() - RESULTS_WITHIN_MS)
    const known = await knownMatches(context.db, { feed: poll.feed, eventIds: [], overSince })
    // A match that was still running then had no news yet.
    const over = known.filter(({ overAt }) => overAt !== null && overAt <= poll.polledAt)
    const matches = new Map(over.map((row) => [row.eventId, matchOfRow(row, null)]))
    const told = new Map((poll.told as typeof found.results).map((result) => [result.gameId, result]))
    for (const result of found.results) if (told.has(result.gameId)) told.set(result.gameId, result)
    for (const result of newsOf(matches, found.results, poll.polledAt)) told.set(result.gameId, result)
    return {
      rows: { feed_polls: [{ ...poll, refused: null, told: [...told.values()] }] },
      rejected: found.rejected,
      came: payloads.flatMap(results.itemsIn),
    }
  },
  responseOf: (row) => results.responseOf([row]),
}

export const replay: Replay<Settings> = { onexbet, 'onexbet-results': onexbetResults }
