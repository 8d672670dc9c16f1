/** Counts, intervals and troubles in French. */
import { Failure, sentenceOf } from '../../../core/failures.ts'
import type { Trouble } from '../../../core/log-records.ts'
import { failureReason } from '../../../core/reason.ts'
import { sentence } from '../../../wording/sentence.ts'

/** `0 match lu`, `1 match lu`, `2 matchs lus`: in French zero is singular, too. */
export function counted(count: number, one: string, many: string): string {
  return `${count} ${count < 2 ? one : many}`
}

/** `toutes les minutes`, `toutes les 5 minutes`. */
export function everyMinutes(minutes: number): string {
  return minutes === 1 ? 'toutes les minutes' : `toutes les ${minutes} minutes`
}

/** Responses that wait on disk for their database. */
export function kept(answers: number): string {
  return counted(answers, 'relevé gardé sur disque', 'relevés gardés sur disque')
}

/** Why something failed: what its name means, and the words of the failure in quotes. One without a name has its words alone. */
export function because({ failure, reason }: Trouble): string {
  return failure === undefined ? reason : sentence(failureReason({ type: failure, message: reason }), 'fr')
}

/** Of something that was thrown. */
export const becauseOf = (error: unknown): string =>
  because({ reason: sentenceOf(error), failure: error instanceof Failure ? error.type : undefined })
