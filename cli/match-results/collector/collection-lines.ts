/** How a collection ended, as the old collector's summary and the documented verdict say it. */
import type { CollectionEnded } from '../../../activities/match-results/match-records.ts'
import { sentence } from '../../../wording/sentence.ts'
import { counted, kept } from './french-words.ts'
import type { LogLine } from './log-lines.ts'

/** The summary and the verdict: "avec succès" is said of a complete collection alone. */
export function endLines(ended: CollectionEnded): LogLine[] {
  const { isRecompute, outcome, fetched, written, spooled, confirmed } = ended
  // What is followed after a drain was reported when it was seen.
  if (isRecompute) return [verdictOf('Reprise', ended)]
  // Of a collection that ended before anything was known there is nothing to sum up.
  const isKnown = confirmed !== undefined || fetched + written + spooled > 0
  const verdict = verdictOf('Collecte', ended)
  return outcome === 'skipped' || !isKnown ? [verdict] : [summaryOf(ended), verdict]
}

function summaryOf({ fetched, results, written, spooled, rejected, ...matches }: CollectionEnded): LogLine {
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

function verdictOf(what: 'Collecte' | 'Reprise', { outcome, written, why }: CollectionEnded): LogLine {
  const reasons = why.length === 0 ? 'sans raison connue' : why.map((one) => sentence(one, 'fr')).join('; ')
  switch (outcome) {
    case 'complete': {
      const lines = counted(written, 'ligne écrite', 'lignes écrites')
      return { level: 'INFO', text: `${what} terminée${what === 'Reprise' ? `: ${lines}` : ' avec succès'}` }
    }
    case 'partial':
      return { level: 'WARNING', text: `${what} partielle: ${reasons}` }
    case 'skipped':
      return { level: 'INFO', text: `${what} ignorée: ${reasons}` }
    case 'cancelled':
      return { level: 'WARNING', text: `${what} annulée` }
    case 'interrupted':
      return { level: 'ERROR', text: `${what} interrompue: ${reasons}` }
    case 'failed':
      return { level: 'ERROR', text: `${what} échouée: ${reasons}` }
  }
}
