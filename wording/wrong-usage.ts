/** Wrong arguments by their codes. */
import { WrongUsage } from '../core/failures.ts'
import { textReason, type Reason } from '../core/reason.ts'
import { reason, type Code } from './reason.ts'
import { isConstant, sentence } from './sentence.ts'

/** Returns the error of a wrong argument: an English sentence that can be said in other languages, too. */
export function wrongUsage<C extends Code>(...refusal: Parameters<typeof reason<C>>): WrongUsage {
  const why = reason(...refusal)
  return new WrongUsage(sentence(why), { reason: why })
}

/** What a schema expected: a schema knows no language, so that its message is a code, or else zod's own words. */
export const expectationOf = (message: string): Reason =>
  isConstant(message) ? { code: message } : textReason(message)
