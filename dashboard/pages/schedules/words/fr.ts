/** French. */
import type { Words } from '../../../words/text.ts'
import type { en } from './en.ts'

export const fr: Words<keyof typeof en> = {
  title: 'Planification',
  intro: 'Quand chaque collecte démarre d’elle-même.',
  panel: 'Planifications',
  'state.active': 'active',
  'state.paused': 'en pause',
  'state.missing': 'manquante',
  'state.unknown': 'inconnue',
  note: 'Note',
  every: 'Toutes les',
  next: 'Prochain départ',
  last: 'Dernier départ selon le programme',
  never: 'aucun pour l’instant',
  none: 'aucun tant que la planification est {state}',
  reason: 'Raison de la pause',
  pause: 'Mettre en pause',
  resume: 'Reprendre',
  resumed: 'La planification suit de nouveau almanac.yaml.',
  trigger: 'Lancer maintenant',
  triggered: 'Lancement demandé. Rien ne se passe si une exécution planifiée est déjà en cours.',
}
