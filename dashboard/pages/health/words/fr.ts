/** French. */
import type { Words } from '../../../words/text.ts'
import type { en } from './en.ts'

export const fr: Words<keyof typeof en> = {
  title: 'Santé',
  'servers.title': 'Serveurs',
  'mark.good': 'tout va bien',
  'mark.warn': 'à surveiller',
  'mark.bad': 'ne fonctionne pas',
  'database.name': 'Base de données',
  'database.is': 'PostgreSQL {version}, {size}',
  'database.behind':
    'PostgreSQL {version} a {applied} des {known} migrations de cette version : lancez « ./almanac db migrate ».',
  'database.ahead':
    'PostgreSQL {version} a été écrite par une version plus récente ({applied} migrations, {known} connues ici) : démarrez celle-ci.',
  'temporal.is': 'Temporal {version} à l’adresse {address}',
  'worker.name': 'Processus de collecte',
  'worker.none':
    'Aucun processus de collecte n’a demandé de travail ces dernières minutes : démarrez-en un avec « ./almanac worker ». Les collectes attendent.',
  'worker.unknown': 'Inconnu tant que Temporal ne répond pas.',
  'worker.asked': 'a demandé du travail',
  'upstreams.title': 'Sources',
  'upstreams.intro':
    'D’après les collectes des 30 derniers jours. Un essai en train d’être répété se voit sur la page des collectes.',
  'upstreams.name': 'Service',
  'upstreams.answered': 'Dernières lignes',
  'upstreams.failed': 'Dernier échec',
  'upstreams.notAsked': 'Non interrogée : {why}',
  'spool.title': 'File d’attente locale',
  'spool.empty': 'Vide : toutes les lignes sont dans la base de données.',
  'spool.waiting': 'Segments en attente',
  'spool.rows': 'Lignes en attente',
  'spool.oldest': 'Le plus ancien',
  'spool.size': 'Taille',
  'spool.share': '{size}, soit {percent} % des {most} permis par SPOOL_MB',
  'spool.remedy':
    'Le processus de collecte les charge dès que la base de données répond ; « ./almanac spool drain » le fait à la main.',
  'letters.title': 'Segments rejetés',
  'letters.none': 'Aucun : tout ce qui était en attente a pu être chargé.',
  'letters.count': {
    one: '{n} segment n’a pas pu être chargé.',
    other: '{n} segments n’ont pas pu être chargés.',
  },
  'letters.remedy': 'Une fois la cause corrigée, « ./almanac spool drain --damaged » réessaie.',
  'letters.name': 'Segment',
  'letters.reason': 'Raison',
  'letters.pipeline': 'Collecte',
  'letters.holds': 'Contenu',
  'disks.title': 'Disques',
  'disk.state': 'Dossier d’état',
  'disk.data': 'Dossier des données',
  'disk.free': '{size} libres dans {folder}',
  'disk.more': 'Libérez de l’espace, ou faites pointer {setting} vers un dossier sur un disque plus grand.',
  'versions.title': 'Versions',
  'versions.stack': 'Installation',
}
