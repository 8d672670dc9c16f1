/** Sentences of match-results, in English. */
import type { SentenceTable } from '../table.ts'

const CHANGED = "the feed's format may have changed"

export const matchResults = {
  'feed-truncated': ({ events }: { events: number }) =>
    `truncated: ${events} events came and others may be missing: what is not among them is not taken for over`,
  'events-refused': ({ events }: { events: number }) => `${events} events refused, see quarantine`,
  'events-nameless': ({ events }: { events: number }) =>
    `${events} of them without a readable id, each of which may be any match: no match is taken for over by this answer`,
  'feed-empty': 'the feed is empty: no match is taken for over because of it',
  'feed-without-matches': ({ events }: { events: number }) =>
    `no match can be read in ${events} events: none is taken for over because of it`,
  'half-left-out': ({ named, left }: { named: number; left: number }) =>
    `the answer names ${named} matches and leaves out ${left} that were going on, more than half at once: none of them is taken for over by it yet`,

  'no-match-readable': ({ matches, refusal }: { matches: number; refusal: string }) =>
    `none of ${matches} matches could be read (${refusal}): ${CHANGED}`,
  'no-status': ({ matches }: { matches: number }) =>
    `none of ${matches} matches has a status, a clock or a score: ${CHANGED}`,
  'no-score': ({ matches }: { matches: number }) =>
    `none of ${matches} matches in play has a score: ${CHANGED}`,
  'no-odds': ({ matches }: { matches: number }) =>
    `none of ${matches} matches before their start has a row of 1 / X / 2: ${CHANGED}`,

  'feed-full':
    'The feed answered as many events as one answer holds, and is not asked league by league (split_by_league); others may be missing.',
  'leagues-unknown': ({ message }: { message: string }) =>
    `The feed's list of leagues could not be had: ${message}`,
  'leagues-too-many': ({ leagues, most }: { leagues: number; most: number }) =>
    `The feed has ${leagues} leagues; only ${most} are asked for in a minute.`,
  'leagues-none': 'The feed is full, and its list of leagues is empty.',
  'leagues-failed': ({ failed, asked, message }: { failed: number; asked: number; message: string }) =>
    `${failed} of ${asked} leagues could not be asked for; the first: ${message}`,
  'leagues-full': ({ leagues }: { leagues: number }) =>
    `${leagues} leagues alone have as many events as one answer holds; others of theirs may be missing.`,
  'leagues-lack-matches': ({ missing, of }: { missing: number; of: number }) =>
    `${missing} of ${of} matches of the feed's first answer are in no answer of its leagues: this host may not know the parameter champs.`,
  'leagues-short': ({ leagues, first }: { leagues: number; first: number }) =>
    `${leagues} leagues have more than twice the events that their answers hold; the first is ${first}.`,

  'results-failed': ({ failed, asked, message }: { failed: number; asked: number; message: string }) =>
    `The results of ${failed} of ${asked} leagues could not be had; the first: ${message}`,
  'results-too-many': ({ waiting, asked }: { waiting: number; asked: number }) =>
    `${waiting} leagues wait for results; only ${asked} are asked for at once.`,
  'results-without-score': ({ games }: { games: number }) =>
    `None of the ${games} games has a readable score: the format of the results may have changed.`,
  'results-late': ({ matches, leagues }: { matches: number; leagues: number }) =>
    `${matches} matches of ${leagues} leagues wait for their results for more than an hour, and the service lists none of these leagues: it may name them otherwise.`,
  'games-refused': ({ games }: { games: number }) => `${games} games refused, see quarantine`,

  'looks-too-late': ({ matches }: { matches: number }) =>
    `${matches} matches left as they are: what came late is older than the looks that are kept`,
  'look-passed-over': ({ polledAt, said }: { polledAt: string; said: string }) =>
    `the look of ${polledAt} cannot be followed and is passed over: ${said}`,
  'matches-file-left': ({ message }: { message: string }) =>
    `data/matches.csv is left to the next run: ${message}`,
} satisfies SentenceTable
