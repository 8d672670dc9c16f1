/** How each pipeline's stored responses are read again: one line each, loaded when it is asked for. */
import type { PipelineId, Sections } from '../pipelines/index.ts'
import type { Replay } from './replay.ts'

export const REPLAYS: { [Id in PipelineId]?: () => Promise<{ replay: Replay<Sections[Id]> }> } = {
  'mod-stats': () => import('./mod-stats/replay.ts'),
  'crypto-forecast': () => import('./crypto-forecast/replay.ts'),
  'library-context': () => import('./library-context/replay.ts'),
  'match-results': () => import('./match-results/replay.ts'),
}
