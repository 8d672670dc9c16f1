/** Why a request over HTTP, or an argument, is refused, in English. */
import type { Reason } from '../../core/reason.ts'
import type { Say, SentenceTable } from '../table.ts'
import { counted } from '../text.ts'

interface Unknown {
  kind: 'parameter' | 'column'
  name: string
}

export const requests = {
  'nothing-at': ({ path }: { path: string }) =>
    `There is nothing at ${path}; /api/openapi.json lists what there is.`,
  'server-failed': 'The server failed to answer; its log says why.',
  'query-too-slow': ({ seconds }: { seconds: number }) =>
    `The database ended the query, which may take ${seconds} s: select fewer rows, such as by "from" and "to".`,
  'exports-busy': ({ most }: { most: number }) =>
    `${most} exports are running, as many as may at once: try again when one has ended.`,
  'no-such-name': ({ kind, name, near, known }: Unknown & { near: string; known: string }) =>
    `"${name}" is no ${kind} here. Did you mean "${near}"? There are ${known}.`,
  'no-names': ({ kind, name }: Unknown) => `"${name}" is no ${kind} here. There are none.`,
  'no-such-alert': ({ of, known }: { of: string; known: string }) =>
    `"${of}" is no alert or pipeline. There are ${known}.`,
  'no-rejected-row': ({ id, list }: Record<'id' | 'list', string>) =>
    `There is no rejected row "${id}"; "${list}" shows them.`,
  'drop-unclear': 'Name the rows by "ids", or by "source" with or without "reason".',
  'nothing-of-source': ({ source, known }: { source: string; known: readonly string[] }) =>
    `Nothing of a source "${source}" is stored; there is something of: ${known.join(', ') || 'none'}.`,
  'replay-runs': 'Another replay is running: wait until it has ended.',
  'wrong-value': ({ name, finding }: { name: string; finding: string }) =>
    `${name === '' ? 'The request' : name}: ${finding}.`,

  'expected-one-of': ({ values }: { values: readonly string[] }) => `expected one of ${values.join(', ')}`,
  'expected-at-least': ({ least }: { least: number }) => `expected ${least} or more`,
  'expected-at-most': ({ most }: { most: number }) => `expected ${most} or less`,
  'expected-longer': ({ least }: { least: number }) =>
    `expected a text of at least ${counted(least, 'character')}`,
  'expected-shorter': ({ most }: { most: number }) =>
    `expected a text of at most ${counted(most, 'character')}`,

  // Messages of schemas: zod gives them as they are, and who shows them makes a sentence.
  'expected-day': 'expected a day such as 2026-11-01',
  'expected-calendar-day': 'expected a day from 1970-01-01 on',
  'expected-moment': 'expected a day (2026-11-01) or a moment (2026-11-01T10:00:00Z)',
  'expected-text': 'expected a text without NUL',
  'expected-whole-number': 'expected a whole number',
  'expected-number': 'expected a number',
  'expected-flag': 'expected true or false',
  'expected-full-name': 'expected owner/name',

  'token-unknown': 'This token is neither ALMANAC_TOKEN nor ALMANAC_READER_TOKEN.',
  'token-missing':
    'No valid token came with this request: log in by POST /api/session, or send "Authorization: Bearer <token>".',
  'token-of-reader': 'This token is for reading (ALMANAC_READER_TOKEN); changes need ALMANAC_TOKEN.',
  'tokens-slowed': ({ seconds }: { seconds: number }) =>
    `Wrong tokens came from this address: the next one is looked at in ${seconds} s.`,

  'days-reversed': ({ from, to }: { from: string; to: string }) => `from ${from} lies after to ${to}.`,
  'days-too-many': ({
    days,
    from,
    to,
    most,
  }: Record<'days' | 'most', number> & Record<'from' | 'to', string>) =>
    `${days} days from ${from} to ${to}; ask for ${most} at most.`,
  'no-cursor': '"after" is no cursor of this data set: take "next" from the previous page.',

  'no-schedule': ({ command }: { command: string }) =>
    `Temporal has no such schedule yet; make it with "${command}", or start the stack.`,
  'pause-reason-ours': 'The reason of a pause must be words of your own.',
  'no-run': ({ id, command }: { id: string; command: string }) =>
    `There is no run "${id}"; /api/runs and "${command}" list them.`,
  'no-open-run': ({ id }: { id: string }) =>
    `No run "${id}" is going on; /api/runs?outcome=running lists them.`,
  'run-in-the-way': ({ workflowId }: { workflowId: string }) =>
    `${workflowId} is going on: wait until it has ended, or cancel it.`,
  'no-activity': ({ activity, id }: { activity: string; id: string }) =>
    `No activity "${activity}" of "${id}" runs or waits; /api/retrying lists those that are tried again.`,
  'log-elsewhere': ({ file }: { file: string }) =>
    `There is no log at ${file}: this worker writes it elsewhere (--log-file), or only prints it. Set WORKER_LOG to one file for worker and page.`,

  'time-missing': ({ from }: { from: string }) =>
    `${from} is missing: expected the first day or moment to collect.`,
  'time-wrong': ({ name, value, expected }: { name: string; value: string; expected: Reason }, say: Say) =>
    `${name} "${value}": ${say(expected)}.`,
  'time-too-early': ({
    name,
    from,
    service,
    has,
    firstDay,
  }: Record<'name' | 'from' | 'service' | 'has' | 'firstDay', string>) =>
    `${name} ${from}: ${service} has ${has} from ${firstDay} on; begin there.`,
  'time-in-future': ({ name, from }: { name: string; from: string }) => `${name} ${from} is in the future.`,
  'times-reversed': ({ names, from, to }: { names: readonly [string, string]; from: string; to: string }) =>
    `${names[0]} ${from} lies after ${names[1]} ${to}.`,
  'no-whole-period': ({ period, from, to }: { period: 'hour' | 'day'; from: string; to: string | null }) =>
    `No complete ${period} begins between ${from} and ${to ?? 'now'}.`,
} satisfies SentenceTable
