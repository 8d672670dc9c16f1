/** Why stored responses of match-results are not read again. */
import type { Sections } from '../../pipelines/index.ts'
import { reason } from '../../wording/reason.ts'
import type { Replay } from '../replay.ts'

export const replay: Replay<Sections['match-results']> = {
  onexbet: reason('replay-poll'),
  'onexbet-results': reason('replay-poll'),
}
