/**
 * A match as the feed writes it: zeros and empty values left out, fields of unknown meaning, absent where the recording
 * has them absent.
 */
import type { ShownMatch } from '../matches.ts'
import type { League } from './league-names.ts'
import type { MatchChance } from './match-chance.ts'
import { linesOf } from './match-odds.ts'
import type { Moment } from './match-script.ts'
import { statusTexts, type Language } from './status-texts.ts'

/** FIFA, the e-football that is collected. */
export const SPORT = 85

/** Recorded in every event, whatever the state of the match. */
const TOURNAMENT_NAME = { fr: 'Mi-temps', en: 'Half' }
/** Recorded before the start; its meaning is unknown. */
const BEFORE_ONLY = { GS: 128, TD: -1 }
/** Shares of matches with a start time, with periods, and with fields that no page explains. */
const START_SHARE = 0.6
const PERIODS_SHARE = 0.3
const ODD_FIELDS_SHARE = 0.2

export interface EventView {
  language: Language
  /** Minutes since 1970: quirks hold for one. */
  minute: number
  /** `false`: without `LI`, as recorded. */
  leagueIds: boolean
}

/** The event of a match. */
export function feedEvent({ match, moment, script, chance, league, teams }: ShownMatch, view: EventView) {
  const { main, more } = linesOf(script, moment, chance, view.minute)
  return {
    R: 50,
    SC: scoreField(moment, chance, view),
    ...(chance.fraction('fields') < ODD_FIELDS_SHARE && { HMH: 1, ZP: 12, MIO: { TSt: 'sim', Loc: null } }),
    I: match.eventId,
    N: match.eventId % 100_000,
    T: 50,
    HS: 1,
    GNS: true,
    O1: match.team1,
    O2: match.team2,
    O1I: teams[0].id,
    O2I: teams[1].id,
    ...leagueFields(league, view),
    ...(chance.fraction('fields', 1) < START_SHARE && { S: match.startsAt.getTime() / 1_000 }),
    ...sportFields(view.language),
    E: main,
    ...(more.length > 0 && { AE: more }),
  }
}

/** A bet on who wins a league: an event with one name, which is no match. */
export function outright(league: League, view: EventView) {
  return {
    R: 50,
    SC: { FS: {}, PS: [], CPS: '', I: '', SLS: '' },
    I: 600_000_000 + league.index,
    T: 50,
    HS: 1,
    O1: view.language === 'fr' ? 'Vainqueur du tournoi' : 'Tournament winner',
    ...leagueFields(league, view),
    ...sportFields(view.language),
    E: [{ T: 1, P: 410_000, C: 4.5, CV: '4.5', G: 1 }],
  }
}

function leagueFields(league: League, { language, leagueIds }: EventView) {
  return { LE: league.name.en, L: league.name[language], ...(leagueIds && { LI: league.id }) }
}

function sportFields(language: Language) {
  return { TN: TOURNAMENT_NAME[language], TNS: TOURNAMENT_NAME[language], SI: SPORT, SN: 'FIFA' }
}

function scoreField(moment: Moment, chance: MatchChance, { language, minute }: EventView) {
  const texts = statusTexts(moment, chance, minute, language)
  const periods = chance.fraction('fields', 2) < PERIODS_SHARE ? periodsOf(moment, language) : []
  const common = { FS: sides(moment.score), PS: periods, CPS: texts.period }
  const said = { I: texts.info, SLS: texts.status }
  if (moment.kind === 'before') {
    return {
      FS: {},
      PS: [],
      CPS: '',
      GS: BEFORE_ONLY.GS,
      TS: moment.untilStartS,
      TD: BEFORE_ONLY.TD,
      ...said,
    }
  }
  return { ...common, ...(moment.elapsedS > 0 && { TS: moment.elapsedS }), ...said }
}

/** A zero is not written. */
function sides([first, second]: readonly [number, number]): { S1?: number; S2?: number } {
  return { ...(first > 0 && { S1: first }), ...(second > 0 && { S2: second }) }
}

/** The halves that have begun, as public clients of this feed read them; the recording has none. */
function periodsOf({ firstHalf, score }: Moment, language: Language) {
  const [first, second] = language === 'fr' ? ['1ère mi-temps', '2ème mi-temps'] : ['1st half', '2nd half']
  if (firstHalf === null) return [{ Key: 1, Value: { ...sides(score), NF: first } }]
  const rest: [number, number] = [Math.max(0, score[0] - firstHalf[0]), Math.max(0, score[1] - firstHalf[1])]
  return [
    { Key: 1, Value: { ...sides(firstHalf), NF: first } },
    { Key: 2, Value: { ...sides(rest), NF: second } },
  ]
}
