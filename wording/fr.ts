/**
 * French, for what is printed in it: the codes that all pipelines share, and those of the pipelines. What servers, files and
 * failures say stays as it came, in quotes.
 */
import { french, listed, inFrenchType } from './french.ts'
import type { FailureType } from '../core/failures.ts'
import type { shared as sharedInEnglish } from './en.ts'
import * as byPipeline from './by-pipeline.ts'
import { alerts } from './alerts/fr.ts'
import { requests } from './requests/fr.ts'
import { countedInFrench, minute, span } from './text.ts'
import type { Translation } from './table.ts'

type Tables = typeof byPipeline

/** A table for each one in English: what is missing, or another pipeline's, does not compile. */
const TRANSLATED: { readonly [Id in keyof Tables]: { fr: Translation<Tables[Id]['en']> } } = byPipeline

/** The tables of the pipelines. */
export const PIPELINE_SENTENCES = Object.values(TRANSLATED).map(({ fr }) => fr)

/** What the names of failures mean; those after the first group are given by the run itself. */
const FAILURES: Record<
  FailureType | 'TimedOut' | 'Unclassified' | 'TerminatedFailure' | 'TemporalUnavailable' | 'WorkerShutdown',
  string
> = {
  RateLimited: "le service demande d'attendre",
  UpstreamUnavailable: 'le service est injoignable ou en panne',
  CommandTimedOut: "un programme n'a pas fini à temps",
  DatabaseUnavailable: "PostgreSQL n'est pas là",
  UpstreamRejected: 'le service a rejeté la requête',
  CredentialsRejected: 'la clé ou le mot de passe a été refusé',
  NotFound: 'introuvable',
  PayloadInvalid: 'la réponse du service est illisible',
  Blocked: 'le service refuse ce réseau ou ce client',
  CommandFailed: 'un programme a échoué',
  Conflict: 'la base refuse ces lignes',
  DiskFull: "il n'y a plus de place sur le disque",
  ClockAhead: "une horloge n'est pas à l'heure",
  Misconfigured: 'un réglage ou un droit est à corriger',
  InputInvalid: "une étape a reçu une entrée qui n'est pas la sienne",

  TimedOut: "une étape n'a pas fini à temps",
  Unclassified: 'erreur inattendue',
  TerminatedFailure: 'la collecte a été arrêtée de force',
  TemporalUnavailable: "Temporal n'est pas là",
  WorkerShutdown: "le processus de collecte s'est arrêté",
}

const meaningOf = (type: string) =>
  Object.hasOwn(FAILURES, type) ? inFrenchType(FAILURES[type as FailureType]) : type

const listedFirst = (first: readonly string[], found: number) =>
  first.join(', ') + (found > first.length ? ` et ${countedInFrench(found - first.length, 'autre')}` : '')

const amount = (value: number) => value.toLocaleString('fr-FR')

export const shared = {
  ...requests,
  ...alerts,
  failure: ({ type, message }) => french`${meaningOf(type)} (« ${message} »)`,
  text: ({ text }) => text,
  spooled: ({ rows }) =>
    french`${countedInFrench(rows, 'relevé gardé', 'relevés gardés')} sur disque, PostgreSQL n'est pas là`,
  source: ({ source, reasons }, say) => french`${source} : ${listed(reasons.map(say))}`,
  RunFailed: ({ sources }, say) => sources.map(say).join(' | '),
  AlreadyRunning: ({ workflowId, since }) => french`une autre est en cours : ${workflowId}, depuis ${since}`,
  NoBackfill: ({ pipeline, scheduledFor }) =>
    french`pas de rattrapage : ${pipeline} ne connaît que le présent, et ${scheduledFor} est passé`,
  Interrupted: "elle s'est terminée sans noter sa fin (arrêtée de force, ou perdue par son serveur)",
  RecordRefused: ({ message }) => french`ses raisons n'ont pas pu être notées (« ${message} »)`,
  suspicious: ({ finding }, say) => french`suspect : ${say(finding)}`,
  'no-credentials': ({ setting }) => french`pas de clé : ${setting} n'est pas défini`,
  'key-missing': ({ upstream, setting, address }) =>
    french`${upstream} n'est pas interrogé, car ${setting} n'est pas défini : une clé est gratuite sur ${address} ; écrivez ${setting}='…' dans .env, entre apostrophes, et redémarrez Almanac.`,
  'replay-nobody': french`aucun pipeline ne relit ses réponses`,
  'replay-cut': french`la relecture a été arrêtée avant d'avoir tout lu : ce qu'elle a écrit reste, et la même relecture lit la suite`,
  'replay-nothing-stored': french`rien n'est enregistré qui puisse être relu`,
  'replay-nothing-since': ({ since }) =>
    french`rien n'est enregistré qui ait été observé depuis le ${minute(since)} et puisse être relu`,
  'replay-nothing-read': ({ responses, rejected }) =>
    french`rien n'a pu être lu : réponses enregistrées sans aucune ligne : ${responses}, lignes encore rejetées : ${rejected}`,
  'rows-refused': ({ rows }) => french`lignes rejetées : ${rows}, voir quarantine`,
  breach: ({ table, means, found, of }, say) => french`${table} : ${say(means)} (${listedFirst(of, found)})`,
  'breach-below': ({ column, from }) => french`${column} est inférieur à ${from}, ou n'est pas un nombre`,
  'breach-range': ({ column, from, to }) => french`${column} n'est pas entre ${from} et ${to}`,
  'breach-ahead': ({ column }) => french`${column} est plus tard que maintenant`,
  'breach-count': ({ percent, days }) =>
    french`moins de ${percent} % des lignes d'un jour habituel (médiane de ${days} jours)`,
  'breach-groups': ({ least, days }) =>
    french`aucune ligne, alors que la collecte a eu lieu et qu'il y en avait au moins ${least} des ${days} derniers jours`,
  'breach-total': ({ column, percent }) =>
    french`le total de ${column} a baissé de plus de ${percent} % depuis la veille`,
  'value-doubted': ({ measure, of, before, now, others, days }) =>
    french`« ${measure} » de ${of} est passé de ${amount(before)} à ${amount(now)}${others === 0 ? '' : ` (et ${countedInFrench(others, 'autre valeur', 'autres valeurs')} comme celle-ci)`} : ` +
    `pas enregistré, sauf si cela se voit ${days} jours`,
  'segment-of-rows': ({ rows, tables, observedAt, runId }) =>
    rows === 0
      ? `il contient des réponses sans lignes (${minute(observedAt)}, collecte ${runId})`
      : `il contient ${countedInFrench(rows, 'ligne')} de ${tables.join(', ')} (${minute(observedAt)}, collecte ${runId}), qui manquent dans PostgreSQL`,
  'segment-of-ending': ({ runId, endedAt }) =>
    `il contient la fin de la collecte ${runId} (${minute(endedAt)}), qui est notée comme interrompue`,
  'left-to-next-run': ({ message }) => french`le reste est laissé à la prochaine collecte (« ${message} »)`,
  'file-left': ({ file, reason }, say) => french`${file} n'a pas été écrit : ${say(reason)}`,
  'not-closed': ({ reason }, say) => french`la dernière étape a échoué : ${say(reason)}`,
  'clock-behind': ({ behindMs }) =>
    french`l'horloge de cette machine retarde de ${span(behindMs, 'jours')} sur celle de PostgreSQL : ce qui portait une date plus tardive a été gardé. Mettez-la à l'heure (systemd : timedatectl set-ntp true)`,
  'schedule-on': 'Activée dans almanac.yaml',
  'schedule-off': 'Désactivée dans almanac.yaml : mettez-y enabled à true, puis redémarrez',
  'schedule-not-started': 'Laissée de côté au dernier démarrage (--only, ou le collecteur seul)',
  'schedule-missing': ({ command }) => french`lancez « ${command} »`,
  several: ({ reasons }, say) => listed(reasons.map(say)),
} satisfies Translation<typeof sharedInEnglish>
