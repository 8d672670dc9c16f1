/**
 * Texts of the feed for the state of a match, in French and English. "Début dans 25 minutes" and "3 minutes" are
 * recorded; the others are made up after what users report.
 */
import type { MatchChance } from './match-chance.ts'
import type { Moment } from './match-script.ts'

/** Languages of the simulated feed; any other is served in English. */
export type Language = 'fr' | 'en'

/** `SC.SLS`, `SC.CPS` and `SC.I` of an event. */
export interface StatusTexts {
  status: string
  period: string
  info: string
}

type Texts = readonly [string, ...string[]]
const bilingual = (fr: Texts, en: Texts): Record<Language, Texts> => ({ fr, en })

const INFO = { fr: 'Paris avant le début du jeu', en: 'Bets before the start of the game' }
/** By place, so that the same match uses the same word for its whole life in both languages. */
const OVER = bilingual(
  ['Match terminé', 'Terminé', 'Match terminé', 'Match fini'],
  ['Match finished', 'Finished', 'Game finished', 'Match finished'],
)
const PAUSE = bilingual(['Mi-temps', 'Pause'], ['Half-time', 'Break'])
const STOPPED = bilingual(['Suspendu', 'Interrompu'], ['Suspended', 'Interrupted'])
const ABANDONED = bilingual(['Abandonné', 'Match annulé'], ['Abandoned', 'Match cancelled'])
const CALLED_OFF = bilingual(['Reporté', 'Annulé'], ['Postponed', 'Cancelled'])
const FIRST_HALF = { fr: '1ère mi-temps', en: '1st half' }
const SECOND_HALF = { fr: '2ème mi-temps', en: '2nd half' }
/** Texts in no list, in play, for a minute. */
const ODD: Texts = ['Pending', 'Prolongation ?', '']
const ODD_SHARE = 0.04
/** Matches that state their half beside the minute. */
const PERIOD_SHARE = 0.4

/** The texts of a match in one minute since 1970. */
export function statusTexts(
  { kind, untilStartS, elapsedS }: Moment,
  chance: MatchChance,
  minute: number,
  language: Language,
): StatusTexts {
  const one = (texts: Record<Language, Texts>) => chance.pick(texts[language], 'texts')
  const showsPeriod = chance.fraction('texts', 1) < PERIOD_SHARE
  switch (kind) {
    case 'before':
      return { status: countdown(Math.ceil(untilStartS / 60), language), period: '', info: INFO[language] }
    case 'first-half':
    case 'second-half': {
      if (chance.fraction('texts', 2, minute) < ODD_SHARE)
        return { status: chance.pick(ODD, 'texts', 3, minute), period: '', info: '' }
      const half = kind === 'first-half' ? FIRST_HALF : SECOND_HALF
      const status = minutes(Math.floor(elapsedS / 60))
      return { status, period: showsPeriod ? half[language] : '', info: '' }
    }
    case 'half-time':
      return { status: one(PAUSE), period: showsPeriod ? PAUSE[language][0] : '', info: '' }
    case 'over':
      return overTexts(one(OVER), chance.between(0, 2, 'texts', 4))
    case 'suspended':
      return { status: one(STOPPED), period: '', info: '' }
    case 'abandoned':
      return { status: one(ABANDONED), period: '', info: '' }
    case 'called-off':
      return { status: one(CALLED_OFF), period: '', info: '' }
  }
}

/** Some say it in one field, some in the other, some in both. */
function overTexts(word: string, where: number): StatusTexts {
  return { status: where === 0 ? '' : word, period: where === 1 ? '' : word, info: '' }
}

function countdown(count: number, language: Language): string {
  return language === 'fr' ? `Début dans ${minutes(count)}` : `Starts in ${minutes(count)}`
}

/** The word is the same in both languages. */
function minutes(count: number): string {
  return `${count} minute${count === 1 ? '' : 's'}`
}
