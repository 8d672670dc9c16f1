/** Coins and horizons as people name them. */
import type { Config } from '../../config/load-config.ts'
import { WrongUsage } from '../../core/failures.ts'

export { HORIZON_NAMES } from '../../activities/crypto-forecast/horizons.ts'

/** The tracked coin with this id or code, in any case. */
export function trackedCoin({ tracked }: Pick<Config, 'tracked'>, name: string) {
  const wanted = name.toLowerCase()
  const { coins } = tracked['crypto-forecast']
  return coins.find(({ id, code }) => id === wanted || code.toLowerCase() === wanted)
}

/** The id of a coin named by id or code. `others` are known though not tracked. Throws `WrongUsage` for an unknown one. */
export function coinNamed(config: Pick<Config, 'tracked'>, name: string, others: readonly string[]): string {
  const wanted = name.toLowerCase()
  const coin = trackedCoin(config, name)
  if (coin !== undefined) return coin.id
  if (others.includes(wanted)) return wanted
  const { coins } = config.tracked['crypto-forecast']
  const tracked = coins.map(({ id, code }) => `${id} (${code})`)
  const untracked = others.filter((other) => !coins.some(({ id }) => id === other))
  throw new WrongUsage(`There is no coin "${name}"; there are: ${[...tracked, ...untracked].join(', ')}.`)
}
