/** What broke, in the words of a log: contextmaker goes on after a build that failed, and says well done at its end. */

/** A Python exception or a message of Sphinx at the beginning of a line, maybe with the module that it comes from. */
const COMPLAINT = /^\s*((?:\w+\.)*\w*(?:Error|Exception|Exit|Interrupt|Killed)\b.*)$/
/** Said also where the exception has no words, such as one for want of memory. */
const GIVEN_UP = 'Sphinx build failed'
/** Of a line, in a reason. */
const MAX_CHARACTERS = 200

/** The last complaint of a log, which is the cause of those before it; undefined where there is none. */
export function complaintIn(log: string): string | undefined {
  const found = log
    .split('\n')
    .map((line) => COMPLAINT.exec(line)?.[1])
    .findLast((line) => line !== undefined)
  return found?.trim().slice(0, MAX_CHARACTERS) ?? (log.includes(GIVEN_UP) ? GIVEN_UP : undefined)
}
