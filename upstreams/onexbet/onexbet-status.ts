/**
 * What the live feed's texts say of a match's life, in French and English; pure. The one rule that must never be wrong:
 * a match is over only if the feed says so explicitly, since a live score taken for a result is never noticed.
 */

/**
 * Phase of a match in one response of the feed. `suspended` is stopped, or will not be played: never a result by
 * itself.
 */
export type Phase = 'before' | 'live' | 'suspended' | 'over'

/** What an event's `SC` says, under readable names. */
export interface StatusSigns {
  /** `TD` is -1: the clock runs backwards, which before the start means towards it. */
  countdown: boolean
  /** `TS`, seconds; elapsed, or left if the clock counts down. */
  clockS: number | null
  /** `I`, such as "Paris avant le début du jeu". */
  notice: string
  /** `SLS`, such as "3 minutes". */
  status: string
  /**
   * `CPS`, such as "2ème mi-temps". `TN` and `TNS` are none of ours: they say "Mi-temps" of matches that have not
   * begun.
   */
  period: string
  /** `FS` holds a side, be it 0. */
  scored: boolean
  /** `FS` holds a side above 0. */
  goals: boolean
}

/** A text without accents, case and punctuation, words parted by one space: as texts and names are compared. */
export const foldCase = (text: string): string =>
  text
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()

/**
 * After extra time or penalties a match is over only if the text says "over" too: it may be the pause before the
 * penalties.
 */
const ENDINGS = [
  '',
  ' apres prolongation',
  ' apres prolongations',
  ' apres les prolongations',
  ' apres tirs au but',
  ' apres les tirs au but',
  ' aux tirs au but',
  ' after extra time',
  ' after overtime',
  ' after penalties',
  ' after penalty shootout',
  ' on penalties',
]

const withEndings = (texts: readonly string[]): Set<string> =>
  new Set(texts.flatMap((text) => ENDINGS.map((ending) => text + ending)))

/**
 * The closed list: the whole folded text must be one of these. The original searched for parts of words, and called
 * "Mi-temps", "Pending" and "3 minutes" finished (originals C.2, K-1). Of its words "fin", "end", "final", "complete",
 * "complet", "closed" and "fermé" are missing on purpose: "closed" may be the market, "final" the round, "fin" that of
 * a half.
 */
const MATCH_IS_OVER = withEndings([
  'match termine',
  'match fini',
  'le match est termine',
  'partie terminee',
  'rencontre terminee',
  'fin du match',
  'fin de match',
  'fin de la partie',
  'fin de la rencontre',
  'match finished',
  'match ended',
  'match over',
  'match is over',
  'match completed',
  'end of match',
  'end of the match',
  'end of game',
  'game finished',
  'game ended',
  'game over',
  'full time',
  'fulltime',
  'ft',
])

/** These do not say what is over: beside a half or a pause in the other text they are that half's. */
const SOMETHING_IS_OVER = withEndings(['termine', 'terminee', 'fini', 'finished', 'ended'])

const STOPPED =
  /\b(?:suspendue?|suspended|suspension|interrompue?|interrupted|interruption|reportee?|postponed|abandon(?:nee?|ed)?|annulee?|cancell?ed|retardee?|delayed|arretee?|stopped|forfait|walkover|void)\b/
/** Bets and markets are suspended all the time, also in a match that runs. */
const OF_BETS = /\b(?:paris?|mises?|marches?|cotes?|bets?|betting|markets?|odds)\b/

const BEFORE = [
  /^(?:debut|commence|demarre|coup d envoi)(?: du (?:match|jeu)| de la partie)? dans\b/,
  /^(?:match |game )?(?:starts?|starting|begins?|kick ?off) in\b/,
  /^paris avant le debut(?: du (?:match|jeu)| de la (?:partie|rencontre))?$/,
  /^(?:pre match )?bets? before (?:the )?(?:start|beginning|kick ?off)(?: of (?:the )?(?:match|game|event))?$/,
  /^bets? before (?:the )?(?:match|game|event)(?: starts| begins)?$/,
  /^(?:pas (?:encore )?commence|non commence|a venir|avant match|not (?:yet )?started|upcoming|scheduled|pre ?match)$/,
]

/** A part of a match, or a pause in it. */
const PERIOD =
  /\b(?:mi temps|half|halftime|ht|pause|break|periode|period|quart temps|quarter|prolongations?|extra time|overtime|tirs au but|penalt(?:y|ies)|temps additionnel|arrets de jeu|(?:injury|stoppage|added) time)\b/
const RUNNING = /\b(?:en cours|en direct|live|in progress|in play|playing|ongoing|commence|started)\b/

/**
 * Phase of a match. An unknown text decides nothing: a score or a clock that runs forward does, and without them it is
 * before the start.
 */
export function phaseOf(signs: StatusSigns): Phase {
  const status = foldCase(signs.status)
  const period = foldCase(signs.period)
  const either = (judge: (text: string) => boolean): boolean => judge(status) || judge(period)
  if (either(isStopped)) return 'suspended'
  // In other sports the clock runs backwards in play too: a goal is stronger.
  const before = !signs.goals && isBefore(signs)
  if (isOver(status, period)) return before ? 'before' : 'over'
  if (before) return 'before'
  if (signs.scored || (signs.clockS ?? 0) > 0) return 'live'
  if (either((text) => PERIOD.test(text) || RUNNING.test(text))) return 'live'
  return statusKind(signs.status) === TIME || statusKind(signs.period) === TIME ? 'live' : 'before'
}

/** True if the signs say that the match has not begun: the clock runs towards the start, or a text says so. */
export const isBefore = ({ countdown, notice, status, period }: StatusSigns): boolean =>
  countdown || [notice, status, period].some((text) => BEFORE.some((known) => known.test(foldCase(text))))

const isStopped = (text: string): boolean => STOPPED.test(text) && !OF_BETS.test(text)

function isOver(status: string, period: string): boolean {
  if (MATCH_IS_OVER.has(status) || MATCH_IS_OVER.has(period)) return true
  if (SOMETHING_IS_OVER.has(status)) return !PERIOD.test(period)
  return SOMETHING_IS_OVER.has(period) && !PERIOD.test(status)
}

/** Placeholder for a running time in a status's kind. */
const TIME = '#'
/** 45+2, 45+2', 12:34, 3', 25 minutes, 1 h: a number with a sign or unit of time. "1ère" and "Set 2" are none. */
const RUNNING_TIME =
  /\d{1,6} ?\+ ?\d{1,6} ?(?:['’′]|min(?:ute)?s?\b)?|\d{1,6}:\d{2}(?::\d{2})?|\d{1,6} ?(?:['’′]|min(?:ute)?s?\b|sec(?:ond)?e?s?\b|s\b|h\b|heures?\b|hours?\b)/g

/**
 * A status text without its running time: two texts of one kind are the same status at two times. Null is the empty
 * text.
 */
export function statusKind(text: string | null): string {
  const spaced = (text ?? '').toLowerCase().replaceAll(/\s+/g, ' ').trim()
  if (/^\d+['’′]?$/.test(spaced)) return TIME
  const parts = spaced.split(RUNNING_TIME).map(foldCase)
  return parts
    .join(` ${TIME} `)
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/# (?:# )*#/g, TIME)
    .trim()
}

/** True if only the running time differs: "3 minutes" and "4 minutes", not "1ère mi-temps" and "2ème mi-temps". */
export const isSameButTime = (one: string | null, other: string | null): boolean =>
  statusKind(one) === statusKind(other)
