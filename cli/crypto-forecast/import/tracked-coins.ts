/** Whose rows they are: coins of almanac.yaml by the names that old files give them. Pure. */
import { tradingPair } from '../../../core/crypto-forecast/trading-pair.ts'
import type { Sections } from '../../../pipelines/index.ts'

type Coin = Sections['crypto-forecast']['coins'][number]

/** Finds coins; every result is the id in the column `crypto`. */
export interface TrackedCoins {
  /** By id or code, in any case. */
  named: (name: string) => string | undefined
  /** By the trading pair that a file's name holds, such as `BTCUSDT-1h-2026-01.csv`. */
  inFileName: (fileName: string) => string | undefined
  /** The coins as a message lists them: `bitcoin/BTC`, and their pairs. */
  names: string
  pairs: string
}

/** The coins of almanac.yaml. */
export function trackedCoins(coins: readonly Coin[]): TrackedCoins {
  const byName = new Map(
    coins.flatMap(({ id, code }) => [[code.toLowerCase(), id] as const, [id.toLowerCase(), id] as const]),
  )
  const byPair = new Map(coins.map((coin) => [tradingPair(coin), coin.id]))
  return {
    named: (name) => byName.get(name.trim().toLowerCase()),
    inFileName: (fileName) => [...byPair].find(([pair]) => containsWord(fileName.toUpperCase(), pair))?.[1],
    names: coins.map(({ id, code }) => `${id}/${code}`).join(', '),
    pairs: [...byPair.keys()].join(', '),
  }
}

/** Whether a text has this word with no letter or digit beside it. */
function containsWord(text: string, word: string): boolean {
  const isWordAt = (at: number): boolean =>
    at >= 0 &&
    ((!/[\p{L}\p{N}]$/u.test(text.slice(0, at)) && !/^[\p{L}\p{N}]/u.test(text.slice(at + word.length))) ||
      isWordAt(text.indexOf(word, at + 1)))
  return isWordAt(text.indexOf(word))
}
