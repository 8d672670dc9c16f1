/** What programs and people are shown of a run: sentences, and the records that they were made from. */
import { failureReason, type Reason } from '../core/reason.ts'
import { failureOf, type RunCounts, type RunEnding, type SourceCounts } from '../core/run-outcome.ts'
import { isConstant, sentence, type Language } from './sentence.ts'

export interface RenderedCounts extends Omit<SourceCounts, 'why'> {
  why: string[]
  reasons: Reason[]
}

/** Why a run did not continue, or failed: a name and a sentence. */
export interface RenderedError {
  type: string
  message: string
}

export interface RenderedEnding extends Pick<RunEnding, 'outcome'> {
  counts: Record<string, RenderedCounts>
  error?: RenderedError & { reason: Reason }
}

/** Counts by source, with their reasons as sentences and as records. */
export function renderCounts(counts: RunCounts, language: Language = 'en'): Record<string, RenderedCounts> {
  return Object.fromEntries(
    Object.entries(counts).map(([source, { why, ...numbers }]) => [
      source,
      { ...numbers, why: why.map((reason) => sentence(reason, language)), reasons: why },
    ]),
  )
}

/** A failure has its own name and sentence; for any other reason the code is the name. */
export function renderError(reason: Reason): RenderedError {
  const { type, message } = reason.values ?? {}
  if (reason.code === 'failure' && typeof type === 'string' && typeof message === 'string')
    return { type, message }
  return { type: reason.code, message: sentence(reason) }
}

/** What a run's record keeps of its error: a name and its English sentence. */
interface StoredError {
  errorType: string | null
  errorMessage: string | null
  counts: RunCounts
}

/** Why a record ended as it did, as a reason; undefined if nothing ended it. */
export function storedReason({ errorType, errorMessage, counts }: StoredError): Reason | undefined {
  if (errorMessage === null) return undefined
  const type = errorType ?? 'Error'
  const failed = failureOf(counts)
  if (failed?.code === type) return failed
  return isConstant(type) ? { code: type } : failureReason({ type, message: errorMessage })
}

/** The error of a record, after its name; undefined if there is none. In another language as far as codes tell it. */
export function renderStoredError(record: StoredError, language: Language = 'en'): string | undefined {
  const why = storedReason(record)
  if (why === undefined) return undefined
  return language === 'en'
    ? `${record.errorType ?? 'Error'}: ${record.errorMessage ?? ''}`
    : sentence(why, language)
}

/** An ending as commands print it for programs. */
export function renderEnding({ outcome, counts, error }: RunEnding): RenderedEnding {
  const rendered = { outcome, counts: renderCounts(counts) }
  return error === undefined ? rendered : { ...rendered, error: { ...renderError(error), reason: error } }
}
