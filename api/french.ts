/** In French: the data sets that no pipeline owns, and what several pipelines have in common. */
import type { DataSetsInFrench, ParamInFrench } from './in-french.ts'
import type { SHARED_DATA_SETS } from './shared-data-sets.ts'

export const SHARED_IN_FRENCH = {
  units: { '%': '%', s: 's', rows: 'lignes' },
  sets: {
    runs: {
      row: "une exécution d'une collecte",
      columns: {
        started_at: 'Début, UTC',
        run_id: "Exécution, telle que la nomment les lignes qu'elle a écrites",
        workflow_id: 'Son workflow dans Temporal',
        pipeline: 'Collecte',
        trigger: "Ce qui l'a lancée : `schedule`, `manual`, `start`, `demo` ou `drain`",
        finished_at: "Fin, UTC ; vide tant qu'elle est en cours",
        seconds: 'Durée',
        outcome: '`running`, `complete`, `partial`, `failed`, `skipped`, `cancelled` ou `interrupted`',
        fetched: 'Lignes que ses sources ont données',
        written: "Lignes qu'elle a enregistrées ou changées",
        rejected: 'Lignes rejetées',
        counts: 'Résultat, nombres et raisons de chaque source, en JSON',
        error_type: "Nom de ce qui l'a fait échouer, le cas échéant",
        error_message: "Ce qui l'a fait échouer, en une phrase",
      },
    },
    checks: {
      row: "un contrôle des lignes enregistrées, à la fin d'une exécution",
      columns: {
        soundness: '`unsound` si quelque chose était anormal, en premier, ou `sound`',
        checked_at: 'Quand il a été fait, UTC',
        pipeline: 'Collecte',
        table_name: 'Table dont les lignes ont été contrôlées',
        name: 'Nom du contrôle',
        subject: 'Ce qui, dans la table, est contrôlé, comme une cryptomonnaie ; vide si tout',
        found: "Lignes qui l'enfreignent, ou ce qu'il compte d'autre",
        finding: 'Ce qui a été trouvé, en JSON',
        run_id: 'Exécution qui a contrôlé',
      },
    },
    'rejected-rows': {
      row: "une ligne d'une source qui a été rejetée",
      columns: {
        id: 'Numéro de la ligne',
        observed_at: 'Quand elle a été rejetée, UTC',
        source: "Source qui l'a donnée",
        reason: 'Pourquoi elle a été rejetée',
        row: 'La ligne, en JSON',
        run_id: "Exécution qui l'a rejetée",
      },
    },
  },
} satisfies DataSetsInFrench<typeof SHARED_DATA_SETS>

/** Parameters of the runs of several pipelines. */
export const PARAMS_IN_FRENCH: Readonly<Record<string, ParamInFrench>> = {
  boundSeconds: {
    title: 'Durée maximale, en secondes',
    help: 'Abandonner après ce nombre de secondes, au lieu de la limite propre à la collecte',
  },
  derive: {
    title: 'Calculer seulement',
    help: 'Ne contacter aucune source : calculer ce qui est dû à partir des lignes enregistrées',
  },
  from: { title: 'À partir de', help: 'Collecter à partir de ce moment' },
  to: { title: "Jusqu'à", help: "Collecter jusqu'à ce moment" },
  onlyMissing: {
    title: 'Seulement ce qui manque',
    help: "Ne demander que ce qui n'est pas enregistré",
  },
}
