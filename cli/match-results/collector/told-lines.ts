/** What the steps of match-results tell, in the words of the document (French) and of the old collector's summary. */
import { z } from 'zod'
import { TOLD, type CollectionEnded } from '../../../activities/match-results/told.ts'
import { RUN_OUTCOMES } from '../../../core/run-outcome.ts'
import { counted, kept } from './french.ts'
import type { LogLine } from './log-lines.ts'
import type { Reason } from '../../../core/reason.ts'
import { sentence } from '../../../wording/sentence.ts'

// Temporal's logger leaves out attributes that are null.
const score = z.number().nullish()

const match = { team1: z.string(), team2: z.string(), score1: score, score2: score }

// The records come as JSON: what the steps put in is read again like any other input.
const collectionStarted = z.object({ isReprise: z.boolean() })
const matchTold = z.object(match)
const matchOver = z.object({ ...match, confidence: z.enum(['confirmed', 'last-seen']) })
const matchCorrected = z.object({ ...match, was1: score, was2: score })
const matchNotOver = z.object({ ...match, status: z.string().nullish(), reason: z.string() })
const figure = z.number().optional()
const collectionEnded = z.object({
  outcome: z.enum(RUN_OUTCOMES),
  isReprise: z.boolean(),
  fetched: z.number(),
  results: z.number(),
  written: z.number(),
  spooled: z.number(),
  rejected: z.number(),
  confirmed: figure,
  lastSeen: figure,
  open: figure,
  duplicates: figure,
  why: z.array(z.custom<Reason>((value) => typeof value === 'object' && value !== null && 'code' in value)),
})

/** What a drained spool is worth: `worker/drain.ts` logs it. */
const LOADED = 'loaded rows from the spool'
const loaded = z.object({ segments: z.number(), rows: z.number() })

/** The lines of a message of the steps; undefined where it is none of theirs, or not as they write it. */
export function linesOf(message: string, attributes: unknown): LogLine[] | undefined {
  switch (message) {
    case TOLD.started:
      return told(collectionStarted, attributes, ({ isReprise }) => [startLine(isReprise)])
    case TOLD.over:
      return told(matchOver, attributes, (over) => [overLine(over)])
    case TOLD.corrected:
      return told(matchCorrected, attributes, (corrected) => [correctedLine(corrected)])
    case TOLD.resumed:
      return told(matchTold, attributes, (resumed) => [resumedLine(resumed)])
    case TOLD.notOver:
      return told(matchNotOver, attributes, (notOver) => [notOverLine(notOver)])
    case TOLD.ended:
      return told(collectionEnded, attributes, endLines)
    case LOADED:
      return told(loaded, attributes, (spooled) => [loadedLine(spooled)])
    default:
      return undefined
  }
}

function told<Told>(
  schema: z.ZodType<Told>,
  attributes: unknown,
  lines: (attributes: Told) => LogLine[],
): LogLine[] | undefined {
  const { data } = schema.safeParse(attributes)
  return data === undefined ? undefined : lines(data)
}

/** The first line of a collection, or of a run that follows what came out of the spool. */
export function startLine(isReprise: boolean): LogLine {
  return {
    level: 'INFO',
    text: isReprise ? 'Reprise des lignes gardées sur disque...' : 'Démarrage de la collecte...',
  }
}

type Told = z.infer<typeof matchTold>

/** A score that was only seen last is not a result, and is not told as one. */
export function overLine({ confidence, ...match }: z.infer<typeof matchOver>): LogLine {
  return { level: 'INFO', text: `${OVER[confidence]}: ${teamsOf(match)} (${scoreOf(match)})` }
}

const OVER = {
  confirmed: 'OK Match terminé sauvegardé',
  'last-seen': 'Match disparu, dernier score vu',
}

/** A result that was told before was another one. */
export function correctedLine({ was1, was2, ...match }: z.infer<typeof matchCorrected>): LogLine {
  const was = scoreOf({ score1: was1, score2: was2 })
  return { level: 'INFO', text: `Correction: ${teamsOf(match)} (${was} -> ${scoreOf(match)})` }
}

/** A match that was told as over is played again. */
export function resumedLine(match: Told): LogLine {
  return { level: 'INFO', text: `Match repris: ${teamsOf(match)} (${scoreOf(match)})` }
}

/** Why a match does not count. */
export function notOverLine({ status, reason, ...match }: z.infer<typeof matchNotOver>): LogLine {
  const text = `Match ignoré (non terminé): ${teamsOf(match)} - Score: ${scoreOf(match)} - Statut: '${status ?? ''}'`
  return { level: 'DEBUG', text: `${text} - ${REASONS.get(reason) ?? reason}` }
}

/** States of a match (`MatchState`) that is no result yet. */
const REASONS = new Map([
  ['seen', 'pas encore commencé'],
  ['live', 'en cours'],
  ['suspended', 'suspendu'],
  ['vanished', 'disparu du flux, résultat pas encore connu'],
])

const teamsOf = ({ team1, team2 }: Pick<Told, 'team1' | 'team2'>) => `${team1} vs ${team2}`
const scoreOf = ({ score1, score2 }: Pick<Told, 'score1' | 'score2'>) => `${shown(score1)}-${shown(score2)}`

function shown(goals: number | null | undefined): string {
  return goals == null ? '?' : String(goals)
}

function loadedLine({ segments, rows }: z.infer<typeof loaded>): LogLine {
  const lines = counted(rows, 'ligne gardée', 'lignes gardées')
  const files = counted(segments, 'fichier', 'fichiers')
  return { level: 'INFO', text: `Chargement dans PostgreSQL: ${lines} sur disque (${files})` }
}

type Ended = z.infer<typeof collectionEnded> | CollectionEnded

/** The summary and the verdict: "avec succès" is said of a complete collection alone. */
export function endLines(ended: Ended): LogLine[] {
  const { isReprise, outcome, fetched, written, spooled, confirmed } = ended
  if (isReprise) return [repriseLine(ended)]
  // Of a collection that ended before anything was known there is nothing to sum up.
  const isKnown = confirmed !== undefined || fetched + written + spooled > 0
  return outcome === 'skipped' || !isKnown ? [verdictOf(ended)] : [summaryOf(ended), verdictOf(ended)]
}

function summaryOf({ fetched, results, written, spooled, rejected, ...matches }: Ended): LogLine {
  const counts: [string, number | undefined][] = [
    ['OK', matches.confirmed],
    ['DERNIER SCORE VU', matches.lastSeen],
    ['EN ATTENTE', matches.open],
    ['DOUBLON', matches.duplicates],
    ['ERREUR', rejected],
  ]
  const known = counts.flatMap(([name, count]) => (count === undefined ? [] : [`${name}: ${count}`]))
  const sums = [
    counted(fetched, 'match lu', 'matchs lus'),
    ...(results === 0 ? [] : [counted(results, 'résultat reçu', 'résultats reçus')]),
    counted(written, 'ligne écrite', 'lignes écrites'),
    ...(spooled === 0 ? [] : [kept(spooled)]),
  ]
  return { level: 'INFO', text: `RESUME ${known.join(' | ')} (${sums.join(', ')})` }
}

/** What is followed now was told when it was seen. */
function repriseLine({ outcome, written, why }: Ended): LogLine {
  const { level, text } = verdictOf({ outcome, why })
  return outcome === 'complete'
    ? { level, text: `Reprise terminée: ${counted(written, 'ligne écrite', 'lignes écrites')}` }
    : { level, text: text.replace(/^Collecte/, 'Reprise') }
}

function verdictOf({ outcome, why }: Pick<Ended, 'outcome' | 'why'>): LogLine {
  const reasons = why.length === 0 ? 'sans raison connue' : why.map((one) => sentence(one, 'fr')).join('; ')
  switch (outcome) {
    case 'complete':
      return { level: 'INFO', text: 'Collecte terminée avec succès' }
    case 'partial':
      return { level: 'WARNING', text: `Collecte partielle: ${reasons}` }
    case 'skipped':
      return { level: 'INFO', text: `Collecte ignorée: ${reasons}` }
    case 'cancelled':
      return { level: 'WARNING', text: 'Collecte annulée' }
    case 'interrupted':
      return { level: 'ERROR', text: `Collecte interrompue: ${reasons}` }
    case 'failed':
      return { level: 'ERROR', text: `Collecte échouée: ${reasons}` }
  }
}
