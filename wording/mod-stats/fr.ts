/** Sentences of mod-stats, in French. */
import { french } from '../french.ts'
import type { Translation } from '../table.ts'
import { countedInFrench, namesInFrench as list } from '../text.ts'
import type { modStats as english } from './en.ts'

export const modStats = {
  'replay-day-unknown': french`l'enregistrement de son exécution a disparu, et avec lui le jour qu'elle compte`,
  'past-not-counted': ({ command }) =>
    french`ses sources ne donnent que les chiffres du moment ; « ${command} » reprend l'historique d'un ancien collecteur`,
  'no-mod-tracked': ({ platform }) => french`aucun mod de almanac.yaml n'a d'identifiant ${platform}`,
  'mods-not-stored': ({ platform }) =>
    french`les mods de almanac.yaml qui ont un identifiant ${platform} sont laissés à la prochaine collecte : la base ne les connaissait pas la dernière fois qu'elle a répondu`,
  'mods-not-found': ({ platform, ...named }) => french`introuvables sur ${platform} : ${list(named)}`,
  'mods-missing': ({ platform, ...named }) =>
    french`donnés auparavant, absents de ${platform} maintenant : ${list(named)}`,
  'mods-refused': ({ platform, ...named }) =>
    french`donnés par ${platform} avec des valeurs illisibles : ${list(named)}`,
  'mods-unreadable': ({ rows, platform, ...named }) =>
    french`${platform} a donné ${countedInFrench(rows, 'ligne illisible', 'lignes illisibles')}, d'aucun des mods demandés ; sans réponse : ${list(named)}`,
  'versions-missing': ({ versions }) =>
    french`versions que les projets annoncent et qui n'ont pas été données : ${versions}`,
  'files-missing': ({ slug }) => `${slug} annonce des fichiers, et la liste de ses fichiers est vide`,
  'files-cut-off': ({ slug }) => french`${slug} : la liste de ses fichiers n'a pas pu être lue jusqu'au bout`,
  'modpacks-missing': ({ missing, known }) =>
    french`modpacks connus qui n'ont pas été donnés, et sont gardés : ${missing} sur ${known}`,
  'modpack-list-short': ({ slug, seen, known }) =>
    french`la liste de ${slug} s'arrête après ${countedInFrench(seen, 'modpack')}, ${known} sont connus`,
  'no-modpacks': "aucun modpack n'est encore connu, ni aucun mod qui en ait une liste",
} satisfies Translation<typeof english>
