/** A message in words. */
import type { Reason } from '../core/reason.ts'
import { almanacCommand } from '../core/command-name.ts'
import { reason, type Code } from '../wording/reason.ts'
import { sentence, type Language } from '../wording/sentence.ts'
import type { Message } from './alerts.ts'
import type { Finding } from './finding.ts'
import type { Kind } from './kinds.ts'

/** The stack that messages are of. */
export interface MessageStack {
  /** As people know it, where several stacks post to one channel. */
  from: string
  /** Address of its page, without a trailing slash. */
  pageUrl: string
}

export interface MessageText {
  from: string
  /** One line: what was found, and whether it is new, goes on or is over. */
  title: string
  /** Since when, what it means, when it was good, what to do. */
  lines: string[]
  link: string
}

const DOCTOR = () => 'doctor'
const OF_PIPELINE = (command: string) => (pipeline: string) => `${command} ${pipeline}`

/** As many characters of a run's id as `show` needs to find it. */
const SHOWN_CHARACTERS = 8

/** The command to run next. */
const COMMANDS: Record<Kind, (pipeline: string, runId: string) => string> = {
  'database-away': DOCTOR,
  'temporal-away': DOCTOR,
  'worker-away': () => 'up',
  'tables-differ': () => 'db migrate',
  'disk-low': DOCTOR,
  'disk-filling': DOCTOR,
  'watch-away': DOCTOR,
  'watch-forgets': DOCTOR,
  'schedule-gone': () => 'schedules apply',
  'schedule-paused': OF_PIPELINE('schedules resume'),
  'run-late': DOCTOR,
  'run-long': OF_PIPELINE('runs'),
  'runs-skipped': OF_PIPELINE('runs'),
  'run-failed': OF_PIPELINE('runs'),
  'key-refused': DOCTOR,
  'upstream-blocked': DOCTOR,
  'fields-vanished': () => 'upstreams',
  'source-partial': OF_PIPELINE('runs'),
  'data-old': OF_PIPELINE('runs'),
  unsound: (_, runId) => `show ${runId}`,
  'spool-waiting': () => 'spool drain',
  'dead-letters': () => 'spool list',
  'backup-failed': () => 'backup',
  'backup-damaged': () => 'backup',
  'backup-late': () => 'backup',
  test: () => 'alerts list',
  news: OF_PIPELINE('runs'),
}

/** The page that shows more of it. */
const PAGES: Partial<Record<Kind, (pipeline: string) => string>> = {
  news: (pipeline) => pipeline,
  'schedule-gone': () => 'schedules',
  'schedule-paused': () => 'schedules',
  'run-late': (pipeline) => `runs?pipeline=${pipeline}`,
  'run-long': (pipeline) => `runs?pipeline=${pipeline}`,
  'runs-skipped': (pipeline) => `runs?pipeline=${pipeline}`,
  'run-failed': (pipeline) => `runs?pipeline=${pipeline}`,
  'source-partial': (pipeline) => `runs?pipeline=${pipeline}`,
  'data-old': (pipeline) => `runs?pipeline=${pipeline}`,
  unsound: (pipeline) => `runs?pipeline=${pipeline}`,
}

/** Returns what to run next about a finding. */
export const nextCommand = ({
  kind,
  pipeline,
  runId = '',
}: Pick<Finding, 'kind' | 'pipeline' | 'runId'>): string =>
  almanacCommand(COMMANDS[kind](pipeline ?? '', runId.slice(0, SHOWN_CHARACTERS)))

/** Returns what a finding means for who uses the data. */
export const meaningOf = ({ kind }: Pick<Finding, 'kind'>, language: Language): string =>
  sentence({ code: `means-${kind}` satisfies Code }, language)

/** Returns a message of this stack in words, with a link to its page. */
export function textOf(
  { event, finding, since, at, lines = [] }: Message,
  { from, pageUrl }: MessageStack,
  language: Language,
): MessageText {
  const { what, kind, pipeline } = finding
  const page = PAGES[kind]?.(pipeline ?? '') ?? 'health'
  const title =
    event === 'over'
      ? reason('message-over', { what, lastedMs: at - since })
      : reason(`message-${event}`, { what })
  return {
    from,
    title: sentence(title, language),
    lines: (event === 'news' ? lines : moreOf(event, finding, since)).map((one) => sentence(one, language)),
    link: `${pageUrl}/${page}`,
  }
}

/** What a finding means, since when it is so, when it was good, what to run next; of one that is over there is no more. */
function moreOf(event: Message['event'], finding: Finding, since: number): Reason[] {
  if (event === 'over') return []
  const { kind, lastGood } = finding
  return [
    { code: `means-${kind}` satisfies Code },
    reason('message-since', { at: iso(since) }),
    ...(lastGood === undefined ? [] : [reason('message-last-good', { at: iso(lastGood) })]),
    reason('message-next', { command: nextCommand(finding) }),
  ]
}

const iso = (ms: number) => new Date(ms).toISOString()
