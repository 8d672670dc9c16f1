/** Whether a CurseForge key looks whole, or like what a shell or Compose leaves of one. It never shows the key. */
import { bad, none, ok, warn, type Check } from '../doctor/check.ts'

const NAME = 'CurseForge key'
/** Keys of the CurseForge console have the form of a bcrypt hash: `$2a$10$` and 53 letters, digits, `.` or `/`. */
const WHOLE = /^\$2[aby]\$\d\d\$[./A-Za-z0-9]{53}$/
const WHOLE_LENGTH = 60
/**
 * What is left if names after $ were replaced by nothing. A POSIX shell takes $2, $1 and the following word away and
 * leaves `a0` with the rest, zsh takes $10 and leaves `a`, and other readers of .env replace some of the names only.
 */
const PIECES = /^(a|(a[0./$]|\$|2a)[./A-Za-z0-9$]*)$/
const REMEDY =
  "copy the whole key again and write CURSEFORGE_API_KEY='…' in .env, in single quotes; in a shell too: double quotes replace what follows a $"

/** In place of the check, in the demo. */
export const NO_KEY_NEEDED: Check = none(NAME, 'not needed: the simulator requires none')

/** Checks the form alone; only CurseForge knows whether it accepts a key. */
export function checkCurseForgeKey(key: string | undefined): Check {
  if (key === undefined) {
    return none(NAME, 'not set: CurseForge is skipped (keys are free at console.curseforge.com)')
  }
  if (WHOLE.test(key)) return ok(NAME, 'set, in the form of a key')
  const mangled = manglingOf(key)
  if (mangled !== undefined) return bad(NAME, mangled, REMEDY)
  return warn(
    NAME,
    `set, but has ${key.length} characters and not the form of a key ($2a$10$ and 53 more)`,
    'compare it with the key in console.curseforge.com',
  )
}

/** How a key lost its form on the way here; undefined if unknown. */
function manglingOf(key: string): string | undefined {
  if (/\s/.test(key)) return 'set, but with white space in it'
  if (/^(['"]).*\1$/.test(key)) return 'set, but its quotes are part of the value'
  if (key.includes('$$')) return 'set, but each $ is doubled'
  if (key.includes('\\$')) return 'set, but a \\ stands before its $'
  if (/^\$2[aby]\$\d\d\$/.test(key))
    return `set, but has ${key.length} characters instead of ${WHOLE_LENGTH}: the end is missing or doubled`
  return PIECES.test(key) ? 'set, but a piece of it after a $ is missing' : undefined
}
