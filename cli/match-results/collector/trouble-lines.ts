/** What a worker's log says besides the lines of a collection: the fixed messages of ours in French. */
import { z } from 'zod'
import { counted } from './french.ts'
import type { LineLevel } from './log-lines.ts'

export type LogRecord = Record<string, unknown>

/** Texts of the records of ours that are no collection's; what they say in their own words comes behind the colon. */
const FRENCH: Record<string, string> = {
  'could not look at open runs; next time': "Les collectes en cours n'ont pas pu être vérifiées",
  'the spool waits for the database': 'Les lignes gardées sur disque attendent PostgreSQL',
  'could not look after the spool; next time': "Les lignes gardées sur disque n'ont pas pu être chargées",
  'the spool could not be emptied; next time': "Les lignes gardées sur disque n'ont pas pu être chargées",
  'segments of the spool could not be read and stay where they are; next time':
    "Des fichiers du spool n'ont pas pu être lus et restent en place",
  'what follows from the loaded rows could not be started; next time':
    "La reprise des lignes gardées n'a pas pu être lancée",
  'a segment of the spool could not be loaded and was put aside':
    "Un fichier du spool n'a pas pu être chargé et a été mis de côté",
  'a database connection broke': 'Une connexion à PostgreSQL a été coupée',
  'the database takes nothing: this run has no lock, and keeps its rows in the spool':
    "PostgreSQL n'accepte rien: cette collecte garde ses lignes sur disque",
  'the worker could not end in order': "Le travail en cours n'a pas pu être terminé en ordre",
  'Activity failed': 'Une étape a échoué',
}

/** What is looked for in the worker's log; a test finds each in the sources. */
export const FIXED_MESSAGES = Object.keys(FRENCH)

const closed = z.object({ closed: z.number() })
const CLOSED = 'closed the records of runs that had ended without doing so'

/** The record's text in French; undefined where it is none of the fixed ones. */
export function troubleText(message: string, record: LogRecord): string | undefined {
  if (message === CLOSED) {
    const { data } = closed.safeParse(record)
    return data && counted(data.closed, 'collecte interrompue, notée', 'collectes interrompues, notées')
  }
  const text = FRENCH[message]
  if (text === undefined) return undefined
  const facts = [record['name'], reasonOf(record)].filter((fact) => typeof fact === 'string')
  return facts.length === 0 ? text : `${text}: ${facts.join(': ')}`
}

/** Remedies of `databaseFailure` where no server answers, or it refuses us. */
const AWAY = /(Start PostgreSQL or correct|Check) DATABASE_URL/
const BROKE = 'a database connection broke'

/** Whether it says no more than that the database is away: the watch of the database tells that, once and with the reason. */
export function isDatabaseAway(message: string, record: LogRecord): boolean {
  return message === BROKE || AWAY.test(reasonOf(record) ?? '')
}

function reasonOf({ reason, why, error }: LogRecord): string | undefined {
  return [reason, why, error].find((one) => typeof one === 'string')
}

/** pino's numbers of its levels. */
const PINO = { info: 30, warn: 40, error: 50 }

/** What Temporal's worker says of itself is of interest with --verbose alone; what ours says (of the spool) always is. */
export function levelOf({ level, sdkComponent }: LogRecord): LineLevel {
  const number = Number(level)
  if (number >= PINO.error) return 'ERROR'
  if (number >= PINO.warn) return 'WARNING'
  return number >= PINO.info && sdkComponent === undefined ? 'INFO' : 'DEBUG'
}

/** Said of every worker that runs steps alone, as those of a host's own queues do. */
const STEPS_ALONE = 'No workflows registered, not polling for workflow tasks'
/** The collection's last line has said it, and why. */
const RUN_FAILED = 'Workflow failed'

/** How Temporal's worker is set up and goes through its states: nothing about a collection. */
export function isNoise({ msg, level, sdkComponent, workflowId }: LogRecord): boolean {
  if (msg === RUN_FAILED) return true
  const isInternal = (sdkComponent === 'worker' || sdkComponent === 'core') && workflowId === undefined
  return isInternal && (Number(level) < PINO.warn || msg === STEPS_ALONE)
}
