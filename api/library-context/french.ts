/** What library-context says in French. */
import type { InFrench } from '../in-french.ts'
import type { dataSets } from './data-sets.ts'

const OF_ROW = {
  observed_at: "Quand on l'a trouvé, UTC",
  run_id: 'Exécution qui a écrit la ligne',
}
const LIBRARY = 'Bibliothèque, `propriétaire/nom` en minuscules'
const NAME = 'Bibliothèque, telle que GitHub la montre'
const DOMAIN = 'Domaine, tel que almanac.yaml le nomme'
const STARS = 'Étoiles sur GitHub'
const COMMIT = 'Commit qui a été lu'
const ENGINE = '`contextmaker`, `static` ou `imported`'
const STATE_REASON = "Pourquoi l'état n'est pas bon"
const NEXT_TRY = 'Quand on réessaiera, UTC ; vide : à la prochaine exécution'

export const inFrench = {
  summary:
    "Bibliothèques scientifiques d'un domaine par leurs étoiles sur GitHub, et un fichier de contexte de chacune : sa documentation et ses sources en un seul texte",
  params: {
    domain: { title: 'Domaine', help: 'Seulement ce domaine' },
    library: { title: 'Bibliothèque', help: 'Seulement le contexte de cette bibliothèque' },
    force: {
      title: 'Tout refaire',
      help: 'Refaire les contextes à jour, et accepter une liste invraisemblable',
    },
  },
  steps: {
    openLibraryContext: 'Prendre le verrou',
    collectCatalogue: 'Chercher les bibliothèques candidates',
    rankLibraries: 'GitHub : étoiles ; les listes',
    findChanges: 'Git : quelles bibliothèques ont changé',
    publishLibraries: 'Écrire les listes et les fichiers de contexte',
    claimHost: 'Trouver une machine',
    cloneLibrary: 'Cloner la bibliothèque',
    makeContext: 'Lire la bibliothèque',
    removeClone: 'Supprimer le clone',
    recordFailedAttempt: "Noter l'échec",
    closeLibraryContext: 'Clore le compte rendu',
  },
  units: { stars: 'étoiles', bytes: 'octets', tokens: 'jetons', files: 'fichiers', kB: 'ko' },
  sets: {
    leaderboard: {
      row: 'une bibliothèque de la dernière liste de son domaine',
      columns: {
        domain: DOMAIN,
        rank: 'Rang dans la liste',
        library: LIBRARY,
        name: NAME,
        stars: STARS,
        date: 'Jour UTC de la liste',
        compared_with:
          "Jour de la liste la plus récente antérieure d'une semaine au moins ; vide s'il n'y en a pas",
        rank_then: "Rang dans cette liste ; vide si elle n'y était pas",
        stars_then: 'Étoiles dans cette liste',
        state: '`present`, `archived`, `gone`, `blocked` ou `unknown`',
        state_reason: STATE_REASON,
        file: "Fichier de son contexte, à l'adresse `/api/context/{file}` ; vide s'il n'y en a pas",
        bytes: 'Taille du contexte',
        tokens: 'Caractères du contexte / 4',
        engine: `Ce qui a produit le contexte : ${ENGINE}`,
        made_at: 'Quand le contexte a été produit, UTC',
        last_attempt: 'Résultat du dernier essai : `made`, `title-only` ou `failed`',
        attempt_reason: "Ce qui n'allait pas alors",
        tried_at: 'Date et heure du dernier essai, UTC',
        next_try_at: NEXT_TRY,
        run_id: 'Exécution qui a écrit la liste',
      },
    },
    rankings: {
      row: "une bibliothèque dans la liste d'un domaine, une nuit donnée",
      columns: {
        date: "Jour UTC où l'exécution a commencé",
        domain: DOMAIN,
        library: LIBRARY,
        name: NAME,
        rank: 'Rang dans la liste ; vide la première nuit sans la bibliothèque',
        stars: STARS,
        ...OF_ROW,
      },
    },
    libraries: {
      row: "une bibliothèque dont on s'est déjà enquis",
      columns: {
        library: LIBRARY,
        name: NAME,
        github_id: "Numéro de GitHub, qui survit aux changements de nom ; vide tant qu'on ne l'a pas demandé",
        stars: STARS,
        state:
          '`present`, `archived`, `gone` (supprimée ou privée), `blocked` ou `unknown` (demandée sans réponse)',
        reason: STATE_REASON,
        pushed_at: 'Dernier changement sur GitHub, UTC',
        size_kb: 'Taille du dépôt',
        asked_at: "Quand GitHub l'a donnée pour la dernière fois, UTC",
        first_seen: 'Quand elle a été enregistrée pour la première fois, UTC',
        ...OF_ROW,
      },
    },
    contexts: {
      row: "le dernier contexte d'une bibliothèque, sans son texte",
      columns: {
        library: LIBRARY,
        name: NAME,
        file: "Nom du fichier ; son texte est à l'adresse `/api/context/{file}`",
        hash: 'SHA-256 du texte, en hexadécimal',
        bytes: 'Taille du texte',
        tokens: 'Caractères / 4',
        left_out: 'Fichiers écartés par la limite de taille',
        commit: `${COMMIT} ; vide pour un contexte importé`,
        engine: `Ce qui l'a produit : ${ENGINE}`,
        mode: 'Mode de contextmaker : `safe`, `native` ou `strip`',
        engine_version: "Version de ce qui l'a produit",
        measures: 'Mesures du contrôle de qualité, en JSON',
        made_at: 'Date et heure où il a été produit, UTC',
        left_at:
          "Depuis quand sa bibliothèque n'est dans aucune liste, UTC ; vide tant qu'elle est dans une liste",
        ...OF_ROW,
      },
    },
    attempts: {
      row: "le dernier essai de produire le contexte d'une bibliothèque",
      columns: {
        library: LIBRARY,
        name: NAME,
        why: "Raison de l'essai, comme `new` ou `changed`",
        outcome: "`made`, `title-only` (aucun texte n'a passé le contrôle de qualité) ou `failed`",
        reason: "Ce qui n'allait pas ; vide si un contexte a été produit",
        failures: 'Échecs de suite',
        next_try_at: NEXT_TRY,
        commit: COMMIT,
        clone_bytes: 'Taille du clone',
        seconds: "Durée de l'essai",
        tried_at: "Date et heure de l'essai, UTC",
        verdicts: 'Ce que le contrôle de qualité a dit du texte de chaque moteur, en JSON',
        ...OF_ROW,
      },
    },
  },
} satisfies InFrench<typeof dataSets>
