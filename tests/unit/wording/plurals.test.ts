/** Sentences count one thing in the singular. */
import { expect, it } from 'vitest'
import * as en from '../../../wording/en.ts'
import * as fr from '../../../wording/fr.ts'

type Made = (values: object, say: () => string) => string
interface Tables {
  shared: object
  PIPELINE_SENTENCES: readonly object[]
}

/** What a value may be besides 1: a moment, a list, a reason. */
const KINDS = [1, '2026-11-30T06:00:00Z', [], { code: 'x', values: {} }]

/** Their numbers are never one: limits of ours and of upstreams, and what is told only from three on. */
const ALWAYS_MANY = new Set([
  'exports-busy',
  'days-too-many',
  'alert-source-partial',
  'breach-count',
  'breach-groups',
  'value-doubted',
  'coingecko-too-old',
  'ticker-frozen',
  'pair-silent',
  'feed-truncated',
  'leagues-too-many',
  'results-too-many',
])

/** The sentence with 1 wherever it takes a number. */
function ofOne(made: Made): string {
  // Thousands of the tries fail: a trace of each takes longer than all else.
  const { stackTraceLimit } = Error
  Error.stackTraceLimit = 0
  try {
    return tried(made)
  } finally {
    Error.stackTraceLimit = stackTraceLimit
  }
}

function tried(made: Made): string {
  const keys = new Set<string>()
  const asking = new Proxy({}, { get: (_, key: string) => void keys.add(key), ownKeys: () => [] })
  try {
    made(asking, () => 'x')
  } catch {
    // Only its names are of interest.
  }
  for (const values of mixesOf([...keys])) {
    try {
      return made(values, () => 'x')
    } catch {
      // One of the values is of another kind.
    }
  }
  throw new Error(`no sentence was made: ${made.toString()}`)
}

/** All ways to give these names values, numbers first; what a sentence takes as a whole is a list of names. */
const mixesOf = ([key, ...others]: string[]): object[] =>
  key === undefined
    ? [{ names: [], more: 1 }]
    : KINDS.flatMap((value) => mixesOf(others).map((rest) => ({ [key]: value, ...rest })))

const sentencesOf = ({ shared, PIPELINE_SENTENCES: pipelines }: Tables) =>
  [shared, ...pipelines].flatMap((table) => Object.entries(table) as [string, string | Made][])

it.each<[string, Tables, RegExp]>([
  ['English', en, /\b1 (?!(is|was|has|lies|begins|goes|stores|names|stays)\b)\p{L}+(?<!s)s\b/u],
  ['French', fr, /\b1 (?!(sans|dans|rejetées)\b)\p{L}+[sx]\b/u],
])('one thing is told in the singular in %s', (_language, tables, plural) => {
  const wrong = sentencesOf(tables).flatMap(([code, made]) => {
    const text = typeof made === 'string' ? '' : ofOne(made)
    return plural.test(text) && !ALWAYS_MANY.has(code) ? [`${code}: ${text}`] : []
  })
  expect(wrong).toEqual([])
})
