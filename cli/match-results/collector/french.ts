/** Every record of the worker's log in French: one table, event code to sentence. */
import type { MatchRecord } from '../../../activities/match-results/match-records.ts'
import type { LogRecord, Trouble } from '../../../core/log-records.ts'
import { sentence } from '../../../wording/sentence.ts'
import { endLines } from './collection-lines.ts'
import { because, counted } from './french-words.ts'
import type { LogLine } from './log-lines.ts'

/** What the collector's worker may log. */
export type CollectorRecord = LogRecord | MatchRecord

type French = {
  [Event in CollectorRecord['event']]: (
    record: Extract<CollectorRecord, { event: Event }>,
  ) => string | LogLine[]
}

/** The sentence of a record, which has the record's level, or its lines with their own levels. */
export const FRENCH: French = {
  'server.ended': ({ name }) => `${name} s'est arrêté; il est redémarré`,
  'server.restart-failed': ({ name, ...trouble }) => `${name} n'a pas pu être redémarré: ${because(trouble)}`,
  'temporal.store-put-aside': ({ aside }) =>
    `Le serveur Temporal n'a pas pu utiliser ses données, qui sont maintenant dans ${aside}; il repart de zéro`,
  'stop.failed': (trouble) => `Une partie n'a pas pu être arrêtée proprement: ${because(trouble)}`,
  'schedule.kept': ({ pipeline, note }) =>
    `La planification de ${pipeline} reste en pause, comme un opérateur l'a laissée: "${note}"`,
  'database.available': () => 'PostgreSQL est là',
  'database.unavailable': (trouble) =>
    `PostgreSQL n'est pas là, les lignes sont gardées sur disque jusqu'à son retour: ${besidesAway(trouble)}`,
  'database.connection-lost': (trouble) => `Une connexion à PostgreSQL a été coupée: ${because(trouble)}`,
  'worker.stop-failed': (trouble) =>
    `Le travail en cours n'a pas pu être terminé proprement: ${because(trouble)}`,
  'worker.metrics-failed': ({ port, reason }) =>
    `Les mesures du SDK de Temporal ne sont pas servies sur le port ${port} (TEMPORAL_METRICS_PORT): ${reason}`,
  'runs.closed': ({ closed }) =>
    counted(closed, 'collecte interrompue, notée', 'collectes interrompues, notées'),
  'upstreams.store-failed': (trouble) =>
    `Ce que les services ont répondu n'a pas pu être compté: ${because(trouble)}`,
  'runs.check-failed': (trouble) => `Les collectes en cours n'ont pas pu être vérifiées: ${because(trouble)}`,
  'run.close-failed': (trouble) => `La fin de la collecte n'a pas pu être notée: ${because(trouble)}`,
  'spool.loaded': ({ segments, rows }) => {
    const lines = counted(rows, 'ligne gardée', 'lignes gardées')
    return `Chargement dans PostgreSQL: ${lines} sur disque (${counted(segments, 'fichier', 'fichiers')})`
  },
  'spool.waiting': (trouble) => `Les lignes gardées sur disque attendent PostgreSQL: ${besidesAway(trouble)}`,
  'spool.check-failed': (trouble) =>
    `Les lignes gardées sur disque n'ont pas pu être chargées: ${because(trouble)}`,
  'spool.drain-failed': (trouble) =>
    `Les lignes gardées sur disque n'ont pas pu être chargées: ${because(trouble)}`,
  'spool.unreadable': (trouble) =>
    `Des fichiers du spool n'ont pas pu être lus et restent en place: ${because(trouble)}`,
  'spool.derive-failed': (trouble) =>
    `La reprise des lignes gardées n'a pas pu être lancée: ${because(trouble)}`,
  'spool.segment-rejected': ({ name, reason, held }) => {
    const what = held === undefined ? '' : `; ${sentence(held, 'fr')}`
    return `Un fichier du spool n'a pas pu être chargé et a été mis de côté: ${name}: ${reason}${what}`
  },
  'spool.filling': ({ folder, percent }) =>
    `Le spool ${folder} est rempli à ${percent} % de SPOOL_MB; au-delà, plus rien n'est gardé`,
  'collection.started': ({ isRecompute }) =>
    isRecompute ? 'Reprise des lignes gardées sur disque...' : 'Démarrage de la collecte...',
  'run.without-lock': (trouble) =>
    `PostgreSQL n'accepte rien: cette collecte garde ses lignes sur disque: ${because(trouble)}`,
  'collection.ended': endLines,
  'match.over': (match) =>
    match.confidence === 'confirmed'
      ? `OK Match terminé sauvegardé: ${teamsOf(match)} (${scoreOf(match)})`
      : `Match disparu, dernier score vu: ${teamsOf(match)} (${scoreOf(match)})`,
  'match.corrected': (match) => {
    const was = scoreOf({ score1: match.was1, score2: match.was2 })
    return `Correction: ${teamsOf(match)} (${was} -> ${scoreOf(match)})`
  },
  'match.resumed': (match) => `Match repris: ${teamsOf(match)} (${scoreOf(match)})`,
  'match.not-over': ({ status, state, ...match }) =>
    `Match ignoré (non terminé): ${teamsOf(match)} - Score: ${scoreOf(match)} - Statut: '${status ?? ''}' - ${STATES[state]}`,
}

/** Where the sentence says already that the database is away. */
const besidesAway = (trouble: Trouble) =>
  trouble.failure === 'DatabaseUnavailable' ? trouble.reason : because(trouble)

/** Why a match does not count, by its state. */
const STATES: Record<Extract<MatchRecord, { event: 'match.not-over' }>['state'], string> = {
  seen: 'pas encore commencé',
  live: 'en cours',
  suspended: 'suspendu',
  ended: 'terminé',
  vanished: 'disparu du flux, résultat pas encore connu',
  settled: 'résultat connu',
}

interface Match {
  team1: string
  team2: string
  /** Temporal's logger leaves out values that are null. */
  score1?: number | null
  score2?: number | null
}

const teamsOf = ({ team1, team2 }: Match) => `${team1} vs ${team2}`
const scoreOf = ({ score1, score2 }: Pick<Match, 'score1' | 'score2'>) => `${score1 ?? '?'}-${score2 ?? '?'}`
