/** Sentences of housekeeping, in French. */
import { french } from '../french.ts'
import type { Translation } from '../table.ts'
import type { housekeeping as english } from './en.ts'

export const housekeeping = {
  'kept-now-only': "elle s'occupe de ce qui est enregistré maintenant",
  'backup-off': 'backup est à false dans almanac.yaml',
  'kept-unknown': ({ table }) => french`keep_days nomme ${table}, une table qui n'existe pas`,
  'kept-without-age': ({ table, grows }) =>
    french`keep_days nomme ${table}, dont rien n'est supprimé selon son âge (« ${grows} »)`,
  'breach-free': 'il y a plus de place libre que le disque en a',
  'never-thinned': ({ table }) =>
    french`thin_days nomme ${table}, qui a au plus une ligne par jour de chaque chose`,
  'file-not-archived': ({ path }) => french`${path} a changé pendant sa lecture, et reste tel quel`,
} satisfies Translation<typeof english>
