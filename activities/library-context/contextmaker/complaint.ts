/** Finds errors in a log: contextmaker continues after a failed build and reports success at its end. */

/** A Python exception or a message of Sphinx at the beginning of a line, maybe with the module that it comes from. */
const COMPLAINT = /^\s*((?:\w+\.)*\w*(?:Error|Exception|Exit|Interrupt|Killed)\b.*)/
/** Logged even if the exception has no message, such as one for lack of memory. */
const GIVEN_UP = 'Sphinx build failed'
/** Longest line quoted in a reason. */
const MAX_CHARACTERS = 200

/** Returns the last error in a log, which is the cause of those before it; undefined if there is none. */
export function complaintIn(log: string): string | undefined {
  const found = log
    .split('\n')
    .map((line) => COMPLAINT.exec(line)?.[1])
    .findLast((line) => line !== undefined)
  return found?.trim().slice(0, MAX_CHARACTERS) ?? (log.includes(GIVEN_UP) ? GIVEN_UP : undefined)
}
