/** What the steps of match-results tell, in the words of the document (French) and of the old collector's summary. */
import { z } from 'zod'
import { TOLD } from '../../activities/match-results/told.ts'
import { RUN_OUTCOMES, type RunEnding } from '../../run-outcome.ts'
import type { LogLine } from './log-lines.ts'

// Temporal's logger leaves out attributes that are null.
const score = z.number().nullish()

const match = { team1: z.string(), team2: z.string(), score1: score, score2: score }

// The records come as JSON: what the steps put in is read again like any other input.
const matchOver = z.object({ ...match, confidence: z.enum(['confirmed', 'last-seen']).nullish() })
const matchNotOver = z.object({ ...match, status: z.string().nullish(), reason: z.string() })
const collectionEnded = z.object({
  outcome: z.enum(RUN_OUTCOMES),
  fetched: z.number(),
  written: z.number(),
  spooled: z.number(),
  confirmed: z.number(),
  lastSeen: z.number(),
  open: z.number(),
  duplicates: z.number(),
  rejected: z.number(),
  why: z.array(z.string()),
})

/** What a drained spool is worth: `worker/drain.ts` logs it. */
const LOADED = 'loaded rows from the spool'
const loaded = z.object({ segments: z.number(), rows: z.number() })

/** A match that is over, as it is told. */
export type MatchOver = z.infer<typeof matchOver>

/** What a collection gave. Counts that are not known (those of another host's worker) are left out. */
export interface Collected {
  outcome: RunEnding['outcome']
  fetched: number
  written: number
  rejected: number
  spooled?: number | undefined
  confirmed?: number | undefined
  lastSeen?: number | undefined
  open?: number | undefined
  duplicates?: number | undefined
  why: string[]
}

/** The lines of a message of the steps; undefined where it is none of theirs, or not as they write it. */
export function linesOf(message: string, attributes: unknown): LogLine[] | undefined {
  switch (message) {
    case TOLD.started:
      return [STARTED]
    case TOLD.over:
      return told(matchOver, attributes, (over) => [overLine(over)])
    case TOLD.notOver:
      return told(matchNotOver, attributes, (notOver) => [notOverLine(notOver)])
    case TOLD.ended:
      return told(collectionEnded, attributes, endLines)
    case LOADED:
      return told(loaded, attributes, ({ segments, rows }) => [
        {
          level: 'INFO',
          text: `${rows} ligne(s) du spool (${segments} segment(s)) chargée(s) dans PostgreSQL`,
        },
      ])
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

/** The first line of a collection. */
export const STARTED: LogLine = { level: 'INFO', text: 'Démarrage de la collecte...' }

/** A score that was only seen last is not a result, and is not told as one. */
export function overLine({ team1, team2, score1, score2, confidence }: MatchOver): LogLine {
  const what = OVER[confidence ?? 'open']
  return { level: 'INFO', text: `${what}: ${team1} vs ${team2} (${shown(score1)}-${shown(score2)})` }
}

const OVER = {
  confirmed: 'OK Match terminé sauvegardé',
  'last-seen': 'Match disparu, dernier score vu',
  open: 'Match terminé, résultat attendu',
}

function notOverLine(match: z.infer<typeof matchNotOver>): LogLine {
  const { team1, team2, score1, score2, status, reason } = match
  const score = `${shown(score1)}-${shown(score2)}`
  const text = `Match ignoré (non terminé): ${team1} vs ${team2} - Score: ${score} - Statut: '${status ?? ''}'`
  return { level: 'DEBUG', text: reason === '' ? text : `${text} - ${reason}` }
}

function shown(goals: number | null | undefined): string {
  return goals == null ? '?' : String(goals)
}

/** The summary and the verdict: "avec succès" is said of a complete collection alone. */
export function endLines(collected: Collected): LogLine[] {
  const verdict = verdictOf(collected)
  return collected.outcome === 'skipped' ? [verdict] : [summaryOf(collected), verdict]
}

function summaryOf({ fetched, written, spooled, rejected, ...matches }: Collected): LogLine {
  const counts: [string, number | undefined][] = [
    ['OK', matches.confirmed],
    ['DERNIER SCORE VU', matches.lastSeen],
    ['EN ATTENTE', matches.open],
    ['DOUBLON', matches.duplicates],
    ['ERREUR', rejected],
  ]
  const known = counts.flatMap(([name, count]) => (count === undefined ? [] : [`${name}: ${count}`]))
  const kept = spooled === undefined || spooled === 0 ? '' : `, ${spooled} gardé(s) dans le spool`
  return {
    level: 'INFO',
    text: `RESUME ${known.join(' | ')} (${fetched} lu(s), ${written} écrit(s)${kept})`,
  }
}

function verdictOf({ outcome, why }: Collected): LogLine {
  // The sentence of a whole run repeats those of its parts.
  const apart = why.filter((one, at) => !why.slice(0, at).some((before) => before.includes(one)))
  const reasons = apart.length === 0 ? 'sans raison connue' : apart.join('; ')
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
