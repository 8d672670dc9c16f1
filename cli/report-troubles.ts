/** What a start tells of the world around it: a wrong clock, upstreams that do not answer, a database that takes no rows. */
import type { Config } from '../config/load-config.ts'
import type { Say } from '../core/log-records.ts'
import { checkClock } from './doctor/clock.ts'
import { checkDatabase } from './doctor/database.ts'
import { askUpstreams, upstreamsCheck } from './doctor/upstreams.ts'

/** As wide as the words before the other lines of a start. */
const NAME_WIDTH = 11

/** Says what is wrong, each with its remedy; nothing in the demo, which contacts only this machine. Takes seconds. */
export async function reportTroubles(config: Config, say: Say): Promise<void> {
  if (config.mode === 'demo') return
  const [asked, database] = await Promise.all([askUpstreams(config), checkDatabase(config)])
  for (const check of [...database, upstreamsCheck(config, asked), await checkClock(config, asked)]) {
    const { name, state, found, remedy } = check
    if (state === 'bad' || state === 'warn')
      say(`${name.padEnd(NAME_WIDTH)}${found}${remedy === undefined ? '' : `: ${remedy}`}`)
  }
}
