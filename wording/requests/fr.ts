/** Why a request over HTTP, or an argument, is refused, in French. */
import { french } from '../french.ts'
import type { Translation } from '../table.ts'
import type { requests as english } from './en.ts'

const KINDS = { parameter: 'un paramètre', column: 'une colonne' }

export const requests = {
  'nothing-at': ({ path }) => french`Il n'y a rien à ${path} ; /api/openapi.json dit ce qu'il y a.`,
  'server-failed': "Le serveur n'a pas su répondre ; son journal dit pourquoi.",
  'query-too-slow': ({ seconds }) =>
    french`La base de données a interrompu la requête, qui peut durer ${seconds} s : choisissez moins de lignes, par exemple avec « from » et « to ».`,
  'exports-busy': ({ most }) =>
    french`${most} exports sont en cours, autant qu'il peut y en avoir à la fois : réessayez quand l'un d'eux sera terminé.`,
  'no-such-name': ({ kind, name, near, known }) =>
    french`« ${name} » n'est pas ${KINDS[kind]} ici. Vouliez-vous dire « ${near} » ? Il y a ${known}.`,
  'no-names': ({ kind, name }) => french`« ${name} » n'est pas ${KINDS[kind]} ici. Il n'y en a pas.`,
  'no-such-alert': ({ of, known }) => french`« ${of} » n'est ni une alerte ni un pipeline. Il y a ${known}.`,
  'no-rejected-row': ({ id, list }) =>
    french`Il n'y a pas de ligne rejetée « ${id} » ; « ${list} » les montre.`,
  'drop-unclear': french`Nommez les lignes par « ids », ou par « source » avec ou sans « reason ».`,
  'nothing-of-source': ({ source, known }) =>
    french`Rien d'une source « ${source} » n'est enregistré ; il y a quelque chose de : ${known.join(', ') || 'aucune'}.`,
  'replay-runs': french`Une autre relecture est en cours : attendez qu'elle se termine.`,
  'wrong-value': ({ name, finding }) => french`${name === '' ? 'La requête' : name} : ${finding}.`,

  'expected-one-of': ({ values }) => french`l'une des valeurs ${values.join(', ')} est attendue`,
  'expected-at-least': ({ least }) => french`la valeur attendue est d'au moins ${least}`,
  'expected-at-most': ({ most }) => french`la valeur attendue est d'au plus ${most}`,
  'expected-longer': ({ least }) =>
    french`un texte d'au moins ${least} caractère${least > 1 ? 's' : ''} est attendu`,
  'expected-shorter': ({ most }) =>
    french`un texte d'au plus ${most} caractère${most > 1 ? 's' : ''} est attendu`,

  'expected-day': 'un jour comme 2026-11-01 est attendu',
  'expected-calendar-day': 'un jour à partir du 1970-01-01 est attendu',
  'expected-moment': 'un jour (2026-11-01) ou un moment (2026-11-01T10:00:00Z) est attendu',
  'expected-text': 'un texte sans NUL est attendu',
  'expected-whole-number': 'un nombre entier est attendu',
  'expected-number': 'un nombre est attendu',
  'expected-flag': 'true ou false est attendu',
  'expected-full-name': 'propriétaire/nom est attendu',

  'token-unknown': "Ce jeton n'est ni ALMANAC_TOKEN ni ALMANAC_READER_TOKEN.",
  'token-missing':
    "Cette requête n'a pas de jeton valable : connectez-vous par POST /api/session, ou envoyez « Authorization : Bearer <jeton> ».",
  'token-of-reader':
    'Ce jeton ne permet que la lecture (ALMANAC_READER_TOKEN) ; pour modifier, il faut ALMANAC_TOKEN.',
  'tokens-slowed': ({ seconds }) =>
    french`De mauvais jetons sont venus de cette adresse : le prochain sera examiné dans ${seconds} s.`,

  'days-reversed': ({ from, to }) => `from ${from} est après to ${to}.`,
  'days-too-many': ({ days, from, to, most }) =>
    french`${days} jours du ${from} au ${to} ; demandez-en ${most} au plus.`,
  'no-cursor':
    "« after » n'est pas un curseur de ce jeu de données : prenez « next » dans la page précédente.",

  'no-schedule': ({ command }) =>
    french`Temporal n'a pas encore cette planification ; créez-la avec « ${command} », ou redémarrez tout.`,
  'pause-reason-ours': "La raison d'une pause doit être dans vos propres mots.",
  'no-run': ({ id, command }) =>
    french`Il n'y a pas d'exécution « ${id} » ; /api/runs et « ${command} » en donnent la liste.`,
  'no-open-run': ({ id }) =>
    french`Aucune exécution « ${id} » n'est en cours ; /api/runs?outcome=running en donne la liste.`,
  'run-in-the-way': ({ workflowId }) => french`${workflowId} est en cours : attendez sa fin, ou annulez-la.`,
  'no-activity': ({ activity, id }) =>
    french`Aucune activité « ${activity} » de « ${id} » n'est en cours ni en attente ; /api/retrying liste celles qui sont retentées.`,
  'log-elsewhere': ({ file }) =>
    french`Il n'y a pas de journal à ${file} : ce processus l'écrit ailleurs (--log-file), ou ne fait que l'afficher. Donnez à WORKER_LOG un même fichier pour lui et pour la page.`,

  'time-missing': ({ from }) => french`${from} manque : le premier jour ou moment à collecter est attendu.`,
  'time-wrong': ({ name, value, expected }, say) => french`${name} « ${value} » : ${say(expected)}.`,
  'time-too-early': ({ name, from, service, firstDay }) =>
    french`${name} ${from} : ${service} n'a rien avant le ${firstDay} ; commencez là.`,
  'time-in-future': ({ name, from }) => `${name} ${from} est dans le futur.`,
  'times-reversed': ({ names, from, to }) => `${names[0]} ${from} est après ${names[1]} ${to}.`,
  'no-whole-period': ({ period, from, to }) =>
    `Aucun${period === 'day' ? ' jour complet' : 'e heure complète'} ne commence entre ${from} et ${to ?? 'maintenant'}.`,
} satisfies Translation<typeof english>
