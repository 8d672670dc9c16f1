/** Why stored responses of library-context are not read again. */
import type { Sections } from '../../pipelines/index.ts'
import { reason } from '../../wording/reason.ts'
import type { Replay } from '../replay.ts'

export const replay: Replay<Sections['library-context']> = {
  ascl: reason('replay-night'),
  github: reason('replay-night'),
}
