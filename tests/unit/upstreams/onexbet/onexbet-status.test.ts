import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  isSameButTime,
  phaseOf,
  statusKind,
  type Phase,
  type StatusSigns,
} from '../../../../upstreams/onexbet/onexbet-status.ts'

const signs = (some: Partial<StatusSigns> = {}): StatusSigns => ({
  countdown: false,
  clockS: null,
  notice: '',
  status: '',
  period: '',
  scored: false,
  goals: false,
  ...some,
})
const inPlay = { clockS: 228, scored: true, goals: true }

/** The original's rule as it was executed (originals C.2): the counter-example. */
function originalSaysFinished(status: string): boolean {
  const text = status.toLowerCase()
  const live = ['live', 'en cours', 'playing', 'ongoing', 'in progress', 'started', 'commencé']
  return !live.some((part) => text.includes(part))
}

describe('a match is over', () => {
  it.each([
    'Match terminé',
    'MATCH TERMINE',
    ' Terminé. ',
    'Terminé',
    'Match fini',
    'Fin du match',
    'Match terminé après prolongation',
    'Match finished',
    'Finished',
    'Game finished',
    'Game over',
    'End of match',
    'Match ended',
    'Full time',
    'Full-Time',
    'FT',
    'Finished (after penalties)',
  ])('a match is over if its status or period is "%s"', (text) => {
    expect(phaseOf(signs({ ...inPlay, status: text }))).toBe('over')
    expect(phaseOf(signs({ ...inPlay, status: '7 minutes', period: text }))).toBe('over')
    expect(phaseOf(signs({ status: text }))).toBe('over')
  })

  it.each([
    '3 minutes',
    'Mi-temps',
    '1ère mi-temps',
    'Pause',
    'Pending',
    'Fin',
    'End',
    'Final',
    'Complete',
    'Complet',
    'Closed',
    'Fermé',
    'Fin de la 1ère mi-temps',
    '1ère mi-temps terminée',
    'First half finished',
    'Half finished',
    'Demi-finale',
    'Not finished',
    'Non terminé',
    'After extra time',
    'Après prolongation',
    'Weekend',
    '',
    'None',
    'null',
  ])('a match is not over at "%s", which the original calls finished', (text) => {
    expect(originalSaysFinished(text)).toBe(true)
    expect(phaseOf(signs({ ...inPlay, status: text }))).toBe('live')
    expect(phaseOf(signs({ ...inPlay, period: text }))).toBe('live')
  })

  it('a match is not over if the other text names a half: that half is over', () => {
    expect(phaseOf(signs({ ...inPlay, status: 'Terminé', period: '1ère mi-temps' }))).toBe('live')
    expect(phaseOf(signs({ ...inPlay, status: 'Half-time', period: 'Finished' }))).toBe('live')
    expect(phaseOf(signs({ ...inPlay, status: 'Match terminé', period: '2ème mi-temps' }))).toBe('over')
  })

  it('a match is not over while its clock runs towards the start', () => {
    expect(phaseOf(signs({ countdown: true, clockS: 300, status: 'Match terminé' }))).toBe('before')
  })

  it('a match is not over if it was abandoned, whatever else is said', () => {
    expect(phaseOf(signs({ ...inPlay, status: 'Abandonné', period: 'Match terminé' }))).toBe('suspended')
    expect(phaseOf(signs({ ...inPlay, status: 'Terminé (abandon)' }))).toBe('suspended')
  })

  it('a match is over for no text outside the closed list', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string(), (before, after) => {
        fc.pre(/[a-z]/i.test(before) && /[a-z]/i.test(after))
        expect(phaseOf(signs({ ...inPlay, status: `${before} match terminé ${after}` }))).not.toBe('over')
      }),
    )
  })
})

describe('a match stands', () => {
  it.each<[string, Partial<StatusSigns>, Phase]>([
    ['before its start by a clock that runs backwards', { countdown: true, clockS: 251 }, 'before'],
    ['before its start by its status', { status: 'Début dans 25 minutes', clockS: 1_451 }, 'before'],
    ['before its start by its notice', { notice: 'Paris avant le début du jeu' }, 'before'],
    ['before its start in English', { notice: 'Bets before the start of the game', clockS: 60 }, 'before'],
    ['before its start by an English status', { status: 'Starts in 5 minutes', clockS: 251 }, 'before'],
    ['before its start if nothing is known', {}, 'before'],
    ['before its start by an unknown text alone', { status: 'Pending' }, 'before'],
    ['in play by a goal, though the clock runs backwards', { ...inPlay, countdown: true }, 'live'],
    [
      'in play by a goal, though an old text is shown',
      { ...inPlay, notice: 'Paris avant le début du jeu' },
      'live',
    ],
    ['in play by its clock', { clockS: 12 }, 'live'],
    ['in play by a score of zeros', { scored: true }, 'live'],
    ['in play by an unknown text beside a score', { ...inPlay, status: 'Pending' }, 'live'],
    ['in play by a minute', { status: '0 minutes' }, 'live'],
    ['in play at a pause', { status: 'Mi-temps' }, 'live'],
    ['in play at a pause in English', { period: 'HT' }, 'live'],
    ['in play by a half', { period: '2nd half' }, 'live'],
    ['in play by a text', { status: 'Match commencé' }, 'live'],
    [
      'in play when the second half is announced',
      { status: 'Paris avant le début de la 2ème mi-temps' },
      'live',
    ],
    ['still before its first half', { status: 'Début dans 5 minutes', period: '1ère mi-temps' }, 'before'],
    ['suspended', { ...inPlay, status: 'Suspendu' }, 'suspended'],
    ['interrupted', { ...inPlay, period: 'Match interrupted' }, 'suspended'],
    ['stopped by a postponement', { countdown: true, status: 'Reporté' }, 'suspended'],
    ['stopped by a cancellation', { status: 'Match annulé' }, 'suspended'],
    ['in play while only its bets are suspended', { ...inPlay, status: 'Paris suspendus' }, 'live'],
    ['in play in injury time', { ...inPlay, status: 'Arrêts de jeu' }, 'live'],
  ])('a match is %s', (_name, some, phase) => {
    expect(phaseOf(signs(some))).toBe(phase)
  })

  it('every text has a status', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (status, period) => {
        expect(['before', 'live', 'suspended', 'over']).toContain(phaseOf(signs({ status, period })))
      }),
    )
  })
})

describe('a status is the same but for its time', () => {
  it.each([
    ['3 minutes', '4 minutes'],
    ['1 minute', '2 minutes'],
    ['Début dans 25 minutes', 'Début dans 5 minutes'],
    ['Début dans 1 heure 5 minutes', 'Début dans 25 minutes'],
    ["45+2'", "45'"],
    ['12:34', '90'],
    ["1ère mi-temps 12'", "1ère mi-temps, 45+1'"],
    ['2nd half 3 min', '2nd half 10 min'],
    ['', ''],
  ])('the status is the same but for its time: %s, %s', (one, other) => {
    expect(isSameButTime(one, other)).toBe(true)
  })

  it.each<[string | null, string | null]>([
    ['1ère mi-temps', '2ème mi-temps'],
    ["1ère mi-temps 12'", "2ème mi-temps 12'"],
    ['Set 1', 'Set 2'],
    ['3 minutes', 'Début dans 3 minutes'],
    ['3 minutes', 'Mi-temps'],
    ['3 minutes', null],
    ['Terminé', 'Suspendu'],
  ])('the status differs: %s, %s', (one, other) => {
    expect(isSameButTime(one, other)).toBe(false)
  })

  it('the status is the same if there is no text at all', () => {
    expect(isSameButTime(null, '')).toBe(true)
    expect(statusKind(null)).toBe('')
  })
})
