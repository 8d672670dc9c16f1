/** What housekeeping says in French. */
import type { InFrench } from '../in-french.ts'
import type { dataSets } from './data-sets.ts'

const TABLE = 'Table de la base'
const FOLDER = "Dossier qui s'y trouve"
const NEWEST = 'Dernier jour UTC de mesure'
const ROWS = "Ses lignes, selon l'estimation de PostgreSQL"
const TABLE_BYTES = 'Sa taille, index compris'
const FREE = 'Ce qui peut encore être écrit'
const DISK_BYTES = 'Sa taille'
const RUN = "Exécution qui l'a mesuré"
const OF_ROW = { observed_at: 'Quand cela a été mesuré, UTC', run_id: RUN }

export const inFrench = {
  summary:
    'Sauvegarde chaque nuit, supprime ce qui a passé sa durée de conservation et mesure ce qui grossit',
  params: {},
  steps: {
    openHousekeeping: 'Prendre le verrou',
    makeNightlyBackup: 'Une sauvegarde, restaurée et comparée',
    removeOldRows: 'Lignes qui ont passé leur durée de conservation',
    archiveFiles: 'Vieux fichiers CSV et journaux',
    measureGrowth: 'Tailles des tables et des disques',
    closeHousekeeping: 'Clore le compte rendu',
  },
  units: { bytes: 'octets', 'bytes/day': 'octets/jour' },
  sets: {
    tables: {
      row: 'une table, et comment elle grossit',
      columns: {
        table_name: TABLE,
        day: NEWEST,
        rows: ROWS,
        bytes: TABLE_BYTES,
        bytes_per_day: 'Croissance sur les 30 derniers jours ; vide avant la deuxième nuit',
        run_id: RUN,
      },
    },
    disks: {
      row: 'un disque où Almanac écrit, et quand il sera plein',
      columns: {
        folder: FOLDER,
        day: NEWEST,
        free_bytes: FREE,
        bytes: DISK_BYTES,
        bytes_per_day: "Comment l'espace libre a changé sur les 30 derniers jours",
        full_on: "Jour où il sera plein à ce rythme ; vide s'il ne se remplit pas",
        run_id: RUN,
      },
    },
    'table-sizes': {
      row: "un jour d'une table",
      columns: { day: 'Jour UTC', table_name: TABLE, rows: ROWS, bytes: TABLE_BYTES, ...OF_ROW },
    },
    'disk-sizes': {
      row: "un jour d'un disque",
      columns: { day: 'Jour UTC', folder: FOLDER, free_bytes: FREE, bytes: DISK_BYTES, ...OF_ROW },
    },
  },
} satisfies InFrench<typeof dataSets>
