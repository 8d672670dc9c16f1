/** How a run ended as people read it: sentences in place of records. */
import { endingOf as recordedEnding } from '../../client/runs.ts'
import type { Reason } from '../../core/reason.ts'
import type { RunEnding, SourceCounts } from '../../core/run-outcome.ts'
import { sentence } from '../../wording/sentence.ts'
import { renderError, type RenderedError } from '../../wording/run.ts'

export interface EndingInWords extends Pick<RunEnding, 'outcome'> {
  counts: Record<string, CountsInWords>
  error?: RenderedError
}

export interface CountsInWords extends Omit<SourceCounts, 'why'> {
  why: string[]
}

/** Waits for a run's end. */
export async function endingOf(handle: Parameters<typeof recordedEnding>[0]): Promise<EndingInWords> {
  return inWords(await recordedEnding(handle))
}

export function inWords({ outcome, counts, error }: RunEnding): EndingInWords {
  const worded = Object.entries(counts).map(([source, one]) => [source, countsInWords(one)])
  return {
    outcome,
    counts: Object.fromEntries(worded) as EndingInWords['counts'],
    ...(error && { error: renderError(error) }),
  }
}

export function countsInWords({ why, ...counts }: SourceCounts): CountsInWords {
  return { ...counts, why: words(why) }
}

/** The sentence of each reason. */
export const words = (reasons: readonly Reason[]): string[] => reasons.map((reason) => sentence(reason))
