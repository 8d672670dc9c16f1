/** Sentences of library-context, in English. */
import type { Reason } from '../../core/reason.ts'
import type { Say, SentenceTable } from '../table.ts'
import { counted } from '../text.ts'

const asked =
  (one: string, many?: string) =>
  ({ found, least }: { found: number; least: number }) =>
    `${counted(found, one, many)}, at least ${least} required`

/** The first names of a list, and how many more there are. */
interface Named {
  names: readonly string[]
  more: number
}

interface NewsList {
  domain: string
  size: number
  /** The first names of those that are new or left, and how many more. */
  entered: readonly string[]
  moreEntered: number
  left: readonly string[]
  moreLeft: number
  moved: number
}

const list = ({ names, more }: Named) => names.join(', ') + (more > 0 ? ` and ${more} more` : '')

export const libraryContext = {
  'replay-night-unknown': 'the record of its night is gone, and with it when the names were seen',
  'replay-not-kept': ({ command }: { command: string }) =>
    `what GitHub says of a repository is not kept, since it counts for its own night only: "${command}" asks again`,
  'past-not-listed': ({ command }: { command: string }) =>
    `stars and sources are those of now; "${command}" takes the lists and contexts of an older collector`,
  'no-list': 'there is no list yet',
  'no-candidate': 'there is no candidate yet',
  'files-left-to-drain':
    'left to the drain: rows of this run are in the spool, and the files are made from them',
  'records-refused': ({ records }: { records: number }) => `${counted(records, 'record')} rejected`,

  'candidates-stay': ({ domain, finding }: { domain: string; finding: Reason }, say: Say) =>
    `${domain}: ${say(finding)}; those of the previous run stay`,
  'candidates-lost': ({ kept, of }: { kept: number; of: number }) =>
    `names only ${kept} of the ${counted(of, 'repository', 'repositories')} of the previous run`,
  'list-stays': (
    { domain, finding, date }: { domain: string; finding: Reason; date: string | null },
    say: Say,
  ) =>
    `${domain}: ${say(finding)}; ${date === null ? 'no list is made from it' : `the list of ${date} stays`}`,
  'list-starless': ({ starless, of }: { starless: number; of: number }) =>
    `${starless} of ${counted(of, 'library', 'libraries')} would have no stars`,
  'list-shrinks': ({ left, of }: { left: number; of: number }) =>
    `${left} of the ${counted(of, 'library', 'libraries')} of the previous list would leave it in one night`,
  'stars-doubted': ({ doubted, of }: { doubted: number; of: number }) =>
    `the stars of ${doubted} of ${counted(of, 'candidate')} are not believed`,
  'stars-silent': ({ silent, of }: { silent: number; of: number }) =>
    `GitHub returned nothing for ${silent} of ${counted(of, 'candidate')}`,
  'stars-unknown': ({ asked, others, message }: { asked: string; others: number; message: string }) =>
    `GitHub returned nothing tonight for ${asked}${others === 0 ? '' : ` and ${counted(others, 'other')}`} (${message}); their previous stars are used`,

  'libraries-not-found': (named: Named) =>
    `not found on GitHub: ${list(named)}; correct them in almanac.yaml`,
  'libraries-gone': (named: Named) => `listed in almanac.yaml and gone from GitHub: ${list(named)}`,
  'library-replaced': ({ library }: { library: string }) =>
    `${library} is gone, and another repository has its name now: that one is listed as a new library`,
  library: ({ library, reason }: { library: string; reason: Reason }, say: Say) =>
    `${library}: ${say(reason)}`,
  'and-others': ({ first, others }: { first: Reason; others: number }, say: Say) =>
    `${say(first)}; and ${counted(others, 'other')}`,
  unchanged: 'unchanged',
  'failed-before': ({ times, reason, nextTry }: { times: number; reason: string; nextTry: string }) =>
    `failed ${times === 1 ? 'once' : `${times} times`} (${reason}), retried on ${nextTry}`,
  'repository-empty': 'the repository is empty now; the context stays',
  'changed-long-ago': ({ days }: { days: number }) =>
    `changed, but not within the last ${counted(days, 'day')}`,

  'night-over': 'TimedOut: the night ended before its turn',
  'chain-running': ({ workflowId }: { workflowId: string }) => `AlreadyRunning: ${workflowId}`,
  'chain-cancelled': 'Cancelled: its child workflow was cancelled separately',
  'chain-terminated': 'Terminated: its child workflow was terminated',
  'not-recorded': ({ reason, failure }: { reason: Reason; failure: Reason }, say: Say) =>
    `${say(reason)} (not recorded: ${say(failure)})`,

  'contextmaker-not-run': ({ missing, remedy }: { missing: string; remedy: string }) =>
    `contextmaker was not run: ${missing}. ${remedy}`,
  'contextmaker-failed': ({ mode, reason }: { mode: string; reason: Reason }, say: Say) =>
    `contextmaker ${mode}: ${say(reason)}`,
  'nothing-to-read': 'nothing to read',
  'text-refused': ({ reasons }: { reasons: readonly Reason[] }, say: Say) => reasons.map(say).join(', '),
  'no-documents': 'it says that no README or documentation was found',
  'part-unread': 'it says that a part could not be read',
  'engine-not-ended': 'the log names no mode: the engine did not end',
  'words-too-few': asked('word'),
  'own-words-too-few': asked('word beyond the README', 'words beyond the README'),
  'names-too-few': asked('public name beyond the README', 'public names beyond the README'),
  'code-too-little': asked('block of code', 'blocks of code'),

  'news-night': ({ made, failed, unchanged }: { made: number; failed: number; unchanged: number }) =>
    `Libraries: ${counted(made, 'context')} made, ${failed} failed, ${unchanged} unchanged`,
  'news-list': ({ domain, size, entered, moreEntered, left, moreLeft, moved }: NewsList) =>
    [
      `${domain}: ${counted(size, 'library', 'libraries')}`,
      ...(entered.length === 0 ? [] : [`new: ${list({ names: entered, more: moreEntered })}`]),
      ...(left.length === 0 ? [] : [`left: ${list({ names: left, more: moreLeft })}`]),
      ...(moved === 0 ? [] : [`${moved} moved`]),
    ].join('; '),
} satisfies SentenceTable
