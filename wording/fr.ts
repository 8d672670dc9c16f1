/** French, for what is printed in it: the codes that all pipelines share, and one line per pipeline. */
import type { shared as english } from './en.ts'
import { matchResults } from './match-results/fr.ts'
import type { Translation } from './table.ts'

export const PIPELINE_SENTENCES = [matchResults] as const

/** In French nothing is singular, too. */
const answers = (rows: number) => (rows < 2 ? 'relevé gardé sur disque' : 'relevés gardés sur disque')

export const shared = {
  spooled: ({ rows }) => `${rows} ${answers(rows)}, PostgreSQL n'est pas là`,
  suspicious: ({ finding }, say) => `suspect: ${say(finding)}`,
  AlreadyRunning: ({ workflowId, since }) => `une autre est en cours: ${workflowId}, depuis ${since}`,
  'left-to-next-run': ({ message }) => `le reste est laissé à la prochaine collecte: ${message}`,
} satisfies Translation<typeof english>
