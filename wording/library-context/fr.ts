/** Sentences of library-context, in French. */
import { french, listed } from '../french.ts'
import type { Translation } from '../table.ts'
import { countedInFrench, namesInFrench as list } from '../text.ts'
import type { libraryContext as english } from './en.ts'

const asked =
  (what: string) =>
  ({ found, least }: { found: number; least: number }) =>
    french`${what} : ${found}, il en faut ${least}`

export const libraryContext = {
  'replay-night-unknown': french`l'enregistrement de sa nuit a disparu, et avec lui le moment où les noms ont été vus`,
  'replay-not-kept': ({ command }) =>
    french`ce que GitHub dit d'un dépôt n'est pas conservé, car cela ne vaut que pour sa nuit : « ${command} » le redemande`,
  'past-not-listed': ({ command }) =>
    french`étoiles et sources sont celles du moment ; « ${command} » reprend les listes et les contextes d'un ancien collecteur`,
  'no-list': "il n'y a pas encore de liste",
  'no-candidate': "il n'y a pas encore de candidate",
  'files-left-to-drain':
    'laissés au chargement de la file : des lignes de cette collecte y attendent, et les fichiers en sont faits',
  'records-refused': ({ records }) => french`notices rejetées : ${records}`,

  'candidates-stay': ({ domain, finding }, say) =>
    french`${domain} : ${say(finding)} ; celles de la collecte précédente restent`,
  'candidates-lost': ({ kept, of }) =>
    french`dépôts de la collecte précédente encore nommés : ${kept} sur ${of}`,
  'list-stays': ({ domain, finding, date }, say) =>
    french`${domain} : ${say(finding)} ; ${date === null ? "aucune liste n'en est faite" : `la liste du ${date} reste`}`,
  'list-starless': ({ starless, of }) =>
    french`bibliothèques qui n'auraient pas d'étoiles : ${starless} sur ${of}`,
  'list-shrinks': ({ left, of }) =>
    french`bibliothèques qui quitteraient la liste précédente en une nuit : ${left} sur ${of}`,
  'stars-doubted': ({ doubted, of }) =>
    french`candidates dont les étoiles ne sont pas crédibles : ${doubted} sur ${of}`,
  'stars-silent': ({ silent, of }) =>
    french`candidates pour lesquelles GitHub n'a rien donné : ${silent} sur ${of}`,
  'stars-unknown': ({ asked, others, message }) =>
    french`GitHub n'a rien donné cette nuit pour ${asked}${others === 0 ? '' : ` et ${countedInFrench(others, 'autre')}`} (« ${message} ») ; leurs étoiles précédentes servent`,

  'libraries-not-found': (named) =>
    french`introuvables sur GitHub : ${list(named)} ; corrigez-les dans almanac.yaml`,
  'libraries-gone': (named) => french`nommées dans almanac.yaml et disparues de GitHub : ${list(named)}`,
  'library-replaced': ({ library }) =>
    french`${library} a disparu, et un autre dépôt porte maintenant son nom : il compte comme une nouvelle bibliothèque`,
  library: ({ library, reason }, say) => french`${library} : ${say(reason)}`,
  'and-others': ({ first, others }, say) => french`${say(first)} ; et ${countedInFrench(others, 'autre')}`,
  unchanged: 'inchangée',
  'failed-before': ({ times, reason, nextTry }) =>
    french`échecs : ${times} (« ${reason} »), nouvel essai le ${nextTry}`,
  'repository-empty': 'le dépôt est vide maintenant ; le contexte reste',
  'changed-long-ago': ({ days }) => `changée, mais il y a plus de ${countedInFrench(days, 'jour')}`,

  'night-over': "la nuit s'est terminée avant son tour",
  'chain-running': ({ workflowId }) => french`une autre est en cours : ${workflowId}`,
  'chain-cancelled': 'son workflow enfant a été annulé à part',
  'chain-terminated': 'son workflow enfant a été arrêté de force',
  'not-recorded': ({ reason, failure }, say) => french`${say(reason)} (non noté : ${say(failure)})`,

  'contextmaker-not-run': ({ missing, remedy }) =>
    french`contextmaker n'a pas été lancé : « ${missing}. ${remedy} »`,
  'contextmaker-failed': ({ mode, reason }, say) => french`contextmaker ${mode} : ${say(reason)}`,
  'nothing-to-read': 'rien à lire',
  'text-refused': ({ reasons }, say) => reasons.map(say).join(', '),
  'no-documents': "il dit qu'il n'a trouvé ni README ni documentation",
  'part-unread': "il dit qu'une partie n'a pas pu être lue",
  'engine-not-ended': "le journal ne nomme aucun mode : le programme n'a pas fini",
  'words-too-few': asked('mots'),
  'own-words-too-few': asked('mots en dehors du README'),
  'names-too-few': asked('noms publics en dehors du README'),
  'code-too-little': asked('blocs de code'),

  'news-night': ({ made, failed, unchanged }) =>
    french`Bibliothèques : contextes faits ${made}, échecs ${failed}, inchangées ${unchanged}`,
  'news-list': ({ domain, size, entered, moreEntered, left, moreLeft, moved }) =>
    listed([
      french`${domain} : ${countedInFrench(size, 'bibliothèque')}`,
      ...(entered.length === 0 ? [] : [french`nouvelles : ${list({ names: entered, more: moreEntered })}`]),
      ...(left.length === 0 ? [] : [french`parties : ${list({ names: left, more: moreLeft })}`]),
      ...(moved === 0 ? [] : [french`déplacées : ${moved}`]),
    ]),
} satisfies Translation<typeof english>
