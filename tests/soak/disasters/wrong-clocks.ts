/** The clock was wrong for a while, and is right again; that of the servers was right all along. */
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../core/durations.ts'
import { aWhile, type Disaster } from './disaster.ts'
import { startAny } from './start-any.ts'

/** What a clock drifts within and beyond what is tolerated, a wrong time zone, and a date that was mistyped. */
const WRONG: [name: string, aheadMs: number][] = [
  ['half a minute ahead', MINUTE_MS / 2],
  ['two minutes ahead', 2 * MINUTE_MS],
  ['an hour ahead', HOUR_MS],
  ['30 days ahead', 30 * DAY_MS],
  ['an hour behind', -HOUR_MS],
  ['three days behind', -3 * DAY_MS],
]

export const wrongClocks: Disaster[] = WRONG.flatMap(([wrong, aheadMs]) => [
  {
    name: `the clock is ${wrong}`,
    strike: async (stack, chance) => {
      await stack.setClock(aheadMs)
      await startAny(stack, chance)
      await aWhile(chance)
      await stack.setClock(0)
    },
  },
  {
    name: `the clock is ${wrong} at a start`,
    strike: async (stack, chance) => {
      await stack.up().end('SIGINT')
      await stack.setClock(aheadMs)
      await stack.start()
      await startAny(stack, chance)
      await aWhile(chance)
      await stack.setClock(0)
    },
  },
])
