/** What the watch found, what it means, and the frame of a message, in French. */
import type { Translation } from '../table.ts'
import { french, listed } from '../french.ts'
import { countedInFrench, minute, span } from '../text.ts'
import type { alerts as english } from './en.ts'

const GB = 1_000_000_000
const gigabytes = (bytes: number) => `${(bytes / GB).toFixed(1).replace('.', ',')} Go`
const days = (ms: number) => span(ms, 'jours')

const OUTCOMES: Record<string, string> = { failed: 'a échoué', interrupted: 'a été interrompue' }

export const alerts: Translation<typeof english> = {
  'alert-database-away': ({ why }, say) => french`La base ne répond pas : ${say(why)}`,
  'alert-temporal-away': ({ why }, say) => french`Temporal ne répond pas : ${say(why)}`,
  'alert-worker-away': 'Aucun processus de collecte ne tourne.',
  'alert-tables-differ': ({ applied, known }) =>
    french`La base a ${countedInFrench(applied, 'migration')}, cette version en connaît ${known}.`,
  'alert-disk-low': ({ folder, freeBytes }) =>
    french`Il reste ${gigabytes(freeBytes)} sur le disque de ${folder}.`,
  'alert-disk-filling': ({ folder, freeBytes, fullOn }) =>
    french`À ce rythme, le disque de ${folder} sera plein le ${fullOn} ; il reste ${gigabytes(freeBytes)}.`,
  'alert-watch-away': ({ at }) =>
    french`La page et sa surveillance ne donnent plus signe de vie depuis ${minute(at)}.`,
  'alert-watch-forgets': ({ why }, say) =>
    french`La surveillance ne peut pas enregistrer ce qu'elle a dit : ${say(why)}`,
  'alert-schedule-gone': ({ pipeline }) => french`La planification de ${pipeline} a disparu.`,
  'alert-schedule-paused': ({ pipeline, why }, say) =>
    french`La planification de ${pipeline} est en pause${say(why) === '' ? '' : french` : ${say(why)}`}.`,
  'alert-run-late': ({ pipeline, dueAt }) =>
    french`Une collecte de ${pipeline} était prévue à ${minute(dueAt)} et n'a pas commencé.`,
  'alert-run-long': ({ pipeline, since, usualMs }) =>
    french`Une collecte de ${pipeline} dure depuis ${minute(since)} ; 95 sur 100 finissent en ${days(usualMs)}.`,
  'alert-runs-skipped': ({ pipeline, since }) =>
    french`Depuis ${minute(since)}, chaque collecte de ${pipeline} en trouve une autre en cours.`,
  'alert-run-failed': ({ pipeline, outcome, why }, say) =>
    french`La dernière collecte de ${pipeline} ${OUTCOMES[outcome] ?? outcome}${why === null ? '.' : french` : ${say(why)}`}`,
  'alert-key-refused': ({ pipeline, source, why }, say) =>
    french`${source} (${pipeline}) refuse la clé : ${say(why)}`,
  'alert-upstream-blocked': ({ client, pipeline, status, until }) =>
    french`${client} (${pipeline}) ${status === null ? "n'a plus de quota" : `a répondu ${status}`} ; pas de requête avant ${minute(until)}.`,
  'alert-fields-vanished': ({ client, pipeline, fields }) =>
    french`Les réponses de ${client} (${pipeline}) n'ont plus ${fields.join(', ')}.`,
  'alert-source-partial': ({ pipeline, source, runs, why }, say) =>
    french`${source} (${pipeline}) est incomplète depuis ${runs} collectes${why.length === 0 ? '.' : french` : ${listed(why.map(say))}`}`,
  'alert-data-old': ({ pipeline, source, at, allowedMs }) =>
    french`Les données les plus récentes de ${source} (${pipeline}) sont de ${minute(at)} : elles ont plus de ${days(allowedMs)}.`,
  'alert-unsound': ({ pipeline, breaches, others }, say) =>
    french`Des lignes enregistrées de ${pipeline} ne sont pas comme elles doivent être : ${breaches.map(say).join(' ; ')}${others === 0 ? '' : french` ; et ${countedInFrench(others, 'autre')}`}.`,
  'alert-spool-waiting': ({ segments, oldestAt }) =>
    french`Des lignes attendent dans le spool depuis ${minute(oldestAt)}, alors que la base répond (${countedInFrench(segments, 'segment')}).`,
  'alert-dead-letters': ({ deadLetters }) =>
    french`${countedInFrench(deadLetters, 'segment rejeté', 'segments rejetés')} dans le spool : des lignes que la base a refusées.`,
  'alert-backup-failed': ({ at, why }, say) =>
    french`La sauvegarde de ${minute(at)} ne compte pas : ${say(why)}`,
  'alert-backup-damaged': ({ files }) =>
    french`${files.length === 1 ? "Une sauvegarde conservée n'est plus telle qu'elle a été écrite" : "Des sauvegardes conservées ne sont plus telles qu'elles ont été écrites"} : ${files.join(', ')}`,
  'alert-backup-late': ({ at }) =>
    at === null ? "Il n'y a pas encore de sauvegarde." : french`La dernière sauvegarde est de ${minute(at)}.`,
  'alert-test': 'Ceci est un essai : le canal fonctionne.',

  'means-news': "Un résumé ; il n'y a pas de problème.",
  'means-test': 'Les messages de cette installation arrivent ici.',
  'means-database-away':
    'Les lignes collectées attendent dans le spool et seront chargées à son retour ; les pages sont sans données.',
  'means-temporal-away':
    "Rien n'est collecté d'ici là ; les collectes manquées sont ensuite rattrapées quand c'est possible.",
  'means-worker-away':
    "Rien n'est collecté sans lui ; les collectes manquées sont ensuite rattrapées quand c'est possible.",
  'means-tables-differ':
    'Les collectes échouent tant que programme et tables ne sont pas de la même version.',
  'means-disk-low': "PostgreSQL s'arrête quand il ne peut plus écrire.",
  'means-disk-filling': "PostgreSQL s'arrête quand il ne peut plus écrire.",
  'means-watch-away':
    "Les collectes continuent, la page ne s'ouvre pas et aucun autre problème n'est signalé. page.log dit pourquoi elle ne démarre pas.",
  'means-watch-forgets': 'Elle continue ; après un redémarrage, elle redit ce qui dure.',
  'means-schedule-gone': "La collecte ne part plus que si quelqu'un la lance.",
  'means-schedule-paused': "Jusqu'à la reprise, la collecte ne part que si quelqu'un la lance.",
  'means-run-late': 'Ses données les plus récentes manquent.',
  'means-run-long': 'Les collectes prévues entre-temps ne commencent pas.',
  'means-runs-skipped': 'Une collecte ne finit pas, et aucune autre ne peut commencer.',
  'means-run-failed': "Ce qu'elle devait collecter manque.",
  'means-key-refused': "Rien n'est collecté de là tant que la clé n'est pas changée.",
  'means-upstream-blocked': "Ce qui vient de là manque jusqu'à ce moment.",
  'means-fields-vanished':
    'Leur format a peut-être changé : ce qui y est lu manque dans les nouvelles lignes, ou celles-ci sont rejetées.',
  'means-source-partial': 'Des lignes manquent à chacune de ces collectes.',
  'means-data-old': 'Ce que les pages et les fichiers en montrent est périmé.',
  'means-unsound':
    "Ces lignes sont peut-être fausses. Elles restent jusqu'à ce qu'une collecte ou quelqu'un les corrige.",
  'means-spool-waiting': 'Ces lignes sont en sûreté sur le disque, mais pas dans la base.',
  'means-dead-letters':
    "Elles restent sur le disque, hors de toute table, jusqu'à ce que la cause soit réparée.",
  'means-backup-failed': "La dernière bonne sauvegarde est conservée ; ce qui a suivi n'est dans aucune.",
  'means-backup-damaged':
    'Elle ne peut pas être restaurée. Supprimez-la et vérifiez le disque : les autres sont intactes.',
  'means-backup-late': 'Avec le disque, tout ce qui a suivi serait perdu.',

  'message-began': ({ what }, say) => say(what),
  'message-news': ({ what }, say) => say(what),
  'message-worse': ({ what }, say) => french`Plus qu'avant : ${say(what)}`,
  'message-still': ({ what }, say) => french`Toujours : ${say(what)}`,
  'message-over': ({ what, lastedMs }, say) =>
    french`Terminé après ${days(lastedMs)}. C'était : ${say(what)}`,
  'message-since': ({ at }) => french`Depuis ${minute(at)}`,
  'message-last-good': ({ at }) => french`Dernier bon état : ${minute(at)}`,
  'message-next': ({ command }) => french`À faire : ${command}`,
}
