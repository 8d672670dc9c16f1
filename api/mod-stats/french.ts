/** What mod-stats says in French. */
import type { InFrench } from '../in-french.ts'
import type { dataSets } from './data-sets.ts'

const OF_ROW = {
  observed_at: "Quand la plateforme l'a dit, UTC",
  run_id: 'Exécution qui a écrit la ligne',
}
const MOD = 'Mod, tel que almanac.yaml le nomme'
const PLATFORM = '`modrinth` ou `curseforge`'
const VERSION = {
  version_id: 'Identifiant de la version sur Modrinth, ou du fichier sur CurseForge',
  version_name: 'Nom de la version ; un nom peut revenir',
  version_number: 'Numéro de la version ; un numéro peut revenir',
  downloads: 'Téléchargements depuis sa publication',
  date_published: 'Date et heure de sa publication, UTC',
}

export const inFrench = {
  summary:
    "Téléchargements, abonnés et versions de mods de jeux sur Modrinth et CurseForge, et les modpacks qui s'en servent",
  params: {},
  steps: {
    openModStats: 'Prendre le verrou, suivre almanac.yaml',
    collectModrinth: 'Modrinth : téléchargements, abonnés, versions',
    collectCurseForge: 'CurseForge : téléchargements, pouces levés, fichiers',
    discoverModpacks: 'Site de CurseForge : nouveaux modpacks',
    refreshModpacks: 'CurseForge : téléchargements des modpacks connus',
    closeModStats: 'Clore le compte rendu',
  },
  units: {
    downloads: 'téléchargements',
    'downloads/day': 'téléchargements/jour',
    people: 'personnes',
  },
  sets: {
    mods: {
      row: 'un mod avec ses chiffres les plus récents',
      columns: {
        mod: MOD,
        name: "Son nom ; vide si ni almanac.yaml ni une plateforme n'en donne",
        tracked: 'Si on le collecte actuellement',
        modrinth_slug: 'Son nom dans les adresses de Modrinth',
        curseforge_id: 'Son identifiant sur CurseForge',
        curseforge_slug: 'Son nom dans les adresses de CurseForge',
        newest_day: 'Dernier jour UTC qui a un total',
        downloads: 'Dernier total des deux plateformes',
        gained_in_week:
          'Téléchargements depuis le jour le plus récent antérieur de sept jours au moins ; vide la première semaine',
        modrinth_downloads: 'Dernier total sur Modrinth',
        curseforge_downloads: 'Dernier total sur CurseForge',
        followers: 'Abonnés sur Modrinth',
        thumbs_up: 'Pouces levés sur CurseForge',
        modrinth_versions: 'Versions sur Modrinth',
        curseforge_files: 'Fichiers sur CurseForge',
      },
    },
    'daily-growth': {
      row: "un jour d'un mod sur une plateforme, avec le jour enregistré qui le précède",
      columns: {
        date: 'Jour UTC',
        mod: MOD,
        platform: PLATFORM,
        growth_per_day: 'Hausse divisée par le nombre de jours depuis `previous_day`',
        growth: 'Téléchargements depuis `previous_day` ; vide le premier jour',
        previous_day: 'Le jour précédent qui a un total ; vide le premier jour',
        total_downloads: 'Téléchargements de toutes les versions depuis le début',
      },
    },
    'newest-versions': {
      row: "une version ou un fichier d'un mod, au dernier jour connu de sa plateforme",
      columns: {
        mod: MOD,
        platform: PLATFORM,
        ...VERSION,
        date: 'Jour UTC de ces chiffres',
        run_id: OF_ROW.run_id,
      },
    },
    'daily-stats': {
      row: "un jour d'un mod sur une plateforme",
      columns: {
        date: 'Jour UTC',
        mod: MOD,
        platform: PLATFORM,
        total_downloads: 'Téléchargements de toutes les versions depuis le début',
        followers: "Abonnés sur Modrinth ; CurseForge n'en a pas",
        versions_count: 'Versions ou fichiers publiés',
        thumbs_up: 'Pouces levés sur CurseForge',
        ...OF_ROW,
      },
    },
    'version-stats': {
      row: "un jour d'une version ou d'un fichier d'un mod",
      columns: { date: 'Jour UTC', mod: MOD, platform: PLATFORM, ...VERSION, ...OF_ROW },
    },
    modpacks: {
      row: 'un modpack qui contient un mod',
      columns: {
        mod: MOD,
        slug: 'Nom du modpack dans les adresses',
        name: 'Nom du modpack',
        curseforge_id: "Identifiant sur CurseForge ; vide tant qu'il n'est pas connu",
        downloads: 'Téléchargements au dernier relevé',
        since_added: 'Téléchargements depuis le premier jour où leur nombre est connu',
        added_on: 'Premier jour UTC où le nombre de téléchargements est connu',
        first_seen: 'Quand on l’a trouvé pour la première fois, UTC',
        last_seen: "Quand CurseForge l'a confirmé pour la dernière fois, UTC",
        link: 'Adresse de sa page',
        ...OF_ROW,
      },
    },
    'modpack-stats': {
      row: "un jour d'un modpack qui contient un mod",
      columns: {
        date: 'Jour UTC',
        mod: MOD,
        platform: 'Plateforme du modpack',
        modpack_slug: 'Nom du modpack dans les adresses',
        modpack_name: 'Nom du modpack',
        downloads: 'Téléchargements depuis le début',
        ...OF_ROW,
      },
    },
  },
} satisfies InFrench<typeof dataSets>
