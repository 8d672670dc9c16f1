/** Sentences of match-results, in English. */
import { counted } from '../text.ts'
import type { SentenceTable } from '../table.ts'

const CHANGED = "the feed's format may have changed"

export const matchResults = {
  'replay-poll-gone':
    'the poll that it belongs to is not stored any more, or the record of its run is gone: the present is in the next poll',
  'past-not-shown': ({ command }: { command: string }) =>
    `a live feed has only the present; "${command}" takes the matches of an older collector`,
  'feed-truncated': ({ events }: { events: number }) =>
    `truncated: ${events} events were received and others may be missing; matches not among them are not counted as over`,
  'events-refused': ({ events }: { events: number }) =>
    `${counted(events, 'event')} rejected, see quarantine`,
  'events-nameless': ({ events }: { events: number }) =>
    `${events} of them without a readable id, each of which may be any match: no match is counted as over by this response`,
  'feed-empty': 'the feed is empty: no match is counted as over because of it',
  'feed-without-matches': ({ events }: { events: number }) =>
    `no match can be read in ${counted(events, 'event')}: none is counted as over because of it`,
  'half-left-out': ({ named, left }: { named: number; left: number }) =>
    `the response names ${counted(named, 'match', 'matches')} and leaves out ${counted(left, 'open one')}, more than half at once: none of them is counted as over by it yet`,

  'no-match-readable': ({ matches, refusal }: { matches: number; refusal: string }) =>
    `none of ${counted(matches, 'match', 'matches')} could be read (${refusal}): ${CHANGED}`,
  'no-status': ({ matches }: { matches: number }) =>
    `none of ${counted(matches, 'match', 'matches')} has a status, a clock or a score: ${CHANGED}`,
  'no-score': ({ matches }: { matches: number }) =>
    `none of ${counted(matches, 'match', 'matches')} in play has a score: ${CHANGED}`,
  'no-odds': ({ matches }: { matches: number }) =>
    `none of ${counted(matches, 'match', 'matches')} before their start has a row of 1 / X / 2: ${CHANGED}`,

  'feed-full':
    'The feed returned as many events as one response holds, and is not requested by league (split_by_league); others may be missing.',
  'leagues-unknown': ({ message }: { message: string }) =>
    `The feed's list of leagues could not be fetched: ${message}`,
  'leagues-too-many': ({ leagues, most }: { leagues: number; most: number }) =>
    `The feed has ${leagues} leagues; only ${most} are requested in a minute.`,
  'leagues-none': 'The feed is full, and its list of leagues is empty.',
  'leagues-failed': ({ failed, asked, message }: { failed: number; asked: number; message: string }) =>
    `${failed} of ${counted(asked, 'league')} could not be requested; the first: ${message}`,
  'leagues-full': ({ leagues }: { leagues: number }) =>
    `${counted(leagues, 'league')} with as many events as one response holds; others of their events may be missing.`,
  'leagues-lack-matches': ({ missing, of }: { missing: number; of: number }) =>
    `${missing} of ${counted(of, 'match', 'matches')} of the feed's first response in no response of its leagues: this host may not support the parameter champs.`,
  'leagues-short': ({ leagues, first }: { leagues: number; first: number }) =>
    `${counted(leagues, 'league')} with more than twice the events in their responses; the first is ${first}.`,

  'results-failed': ({ failed, asked, message }: { failed: number; asked: number; message: string }) =>
    `The results of ${failed} of ${counted(asked, 'league')} could not be fetched; the first: ${message}`,
  'results-too-many': ({ waiting, asked }: { waiting: number; asked: number }) =>
    `${waiting} leagues wait for results; only ${asked} are requested at once.`,
  'results-without-score': ({ games }: { games: number }) =>
    `None of the ${counted(games, 'game')} has a readable score: the format of the results may have changed.`,
  'results-late': ({ matches, leagues }: { matches: number; leagues: number }) =>
    `${counted(matches, 'match', 'matches')} of ${counted(leagues, 'league')} without results for more than an hour, and the service lists none of these leagues: it may use other names for them.`,
  'games-refused': ({ games }: { games: number }) => `${counted(games, 'game')} rejected, see quarantine`,

  'looks-too-late': ({ matches }: { matches: number }) =>
    `${counted(matches, 'match', 'matches')} left unchanged: a late poll is older than the polls that are kept`,
  'looks-ahead': ({ polls }: { polls: number }) =>
    `${counted(polls, 'poll')} ahead of the database's clock skipped: a clock was wrong; matches are as they were before`,
  'look-passed-over': ({ polledAt, said }: { polledAt: string; said: string }) =>
    `the poll of ${polledAt} cannot be followed and is skipped: ${said}`,
  'breach-no-score': 'a confirmed match has no score',
  'breach-match-order': 'over_at lies before started_at',
  'matches-file-left': ({ message }: { message: string }) =>
    `data/matches.csv is left to the next run: ${message}`,
} satisfies SentenceTable
