/**
 * Whether a text is the context of a library, or only a title and a README. Thresholds and rules were measured on 16
 * outputs of contextmaker 1.8.8 for eight libraries: README-only outputs have no words beyond the README and at most
 * four symbols, good ones thousands of words and 16 to 100 % of the symbols. Exit codes and bytes told nothing.
 */
import { measureText } from './gate-measures.ts'
import type { Reason } from '../../core/reason.ts'
import { reason } from '../../wording/reason.ts'

/** Least words of the whole text, without boilerplate. */
const MIN_WORDS = 200
/** Least words in lines that the README does not have. */
const MIN_WORDS_BEYOND_README = 120
/**
 * A quarter of the public names must be mentioned, ten at most: a good rendering of a large library mentions 16 % of
 * them.
 */
const SYMBOL_SHARE = 0.25
const MAX_SYMBOLS_ASKED = 10
/** Least blocks of code (`codeBlocks` below). */
const MIN_CODE_BLOCKS = 2
/** A library with fewer words cannot give a context of hundreds: what counts is whether its names are mentioned. */
const SMALL_SOURCE_WORDS = 500
const SMALL_SOURCE_SHARE = 0.8

/** What contextmaker writes in place of something that it did not find or could not read. */
const REFUSED: readonly { says: RegExp; code: 'no-documents' | 'part-unread' }[] = [
  {
    says: /^No README or documentation files found\.?$/m,
    code: 'no-documents',
  },
  {
    says: /^\*?\[(Source code|Content|Notebook content) could not be read:/m,
    code: 'part-unread',
  },
]

export interface GateInput {
  markdown: string
  /** The library's own README, empty if it has none. */
  readme: string
  /** Public names of its sources; none for a library without code, or in another language. */
  symbols: readonly string[]
  sourceWords: number
  /** The engine's log, if it has one: without a mode it did not finish. */
  log?: string
}

export interface GateMeasures {
  words: number
  wordsBeyondReadme: number
  symbols: number
  /** How many of `symbols` are in lines that the README does not have. */
  symbolsMentioned: number
  /** Fenced blocks, a third of the indented lines, and `>>>`; rounded down. */
  codeBlocks: number
}

export interface GateVerdict {
  passed: boolean
  /** Why it did not pass; empty if it did. */
  reasons: Reason[]
  measures: GateMeasures
}

/** Judges a context. Pure: the same text gets the same verdict. */
export function judge({ markdown, readme, symbols, sourceWords, log }: GateInput): GateVerdict {
  const { words, wordsBeyondReadme, codeBlocks, names } = measureText(markdown, readme)
  const known = new Set(symbols)
  const symbolsMentioned = [...known].filter((name) => names.has(name)).length
  const measures = { words, wordsBeyondReadme, symbols: known.size, symbolsMentioned, codeBlocks }
  const reasons = [...refusals(markdown, log), ...shortfalls(measures, sourceWords)]
  return { passed: reasons.length === 0, reasons, measures }
}

function refusals(markdown: string, log: string | undefined): Reason[] {
  const reasons = REFUSED.filter(({ says }) => says.test(markdown)).map(({ code }) => reason(code))
  if (log !== undefined && !log.includes('Mode:')) reasons.push(reason('engine-not-ended'))
  return reasons
}

function shortfalls(measures: GateMeasures, sourceWords: number): Reason[] {
  const { words, wordsBeyondReadme, symbols, symbolsMentioned, codeBlocks } = measures
  if (symbols > 0 && sourceWords < SMALL_SOURCE_WORDS) {
    const asked = Math.ceil(symbols * SMALL_SOURCE_SHARE)
    return symbolsMentioned >= asked
      ? []
      : [reason('names-too-few', { found: symbolsMentioned, least: asked })]
  }
  const reasons: Reason[] = []
  if (words < MIN_WORDS) reasons.push(reason('words-too-few', { found: words, least: MIN_WORDS }))
  if (wordsBeyondReadme < MIN_WORDS_BEYOND_README) {
    reasons.push(reason('own-words-too-few', { found: wordsBeyondReadme, least: MIN_WORDS_BEYOND_README }))
  }
  // Without names there is nothing to mention and, in a library of documents alone, no code to show.
  if (symbols === 0) return reasons
  const asked = Math.ceil(Math.min(MAX_SYMBOLS_ASKED, Math.max(1, symbols * SYMBOL_SHARE)))
  if (symbolsMentioned < asked)
    reasons.push(reason('names-too-few', { found: symbolsMentioned, least: asked }))
  if (codeBlocks < MIN_CODE_BLOCKS)
    reasons.push(reason('code-too-little', { found: codeBlocks, least: MIN_CODE_BLOCKS }))
  return reasons
}
