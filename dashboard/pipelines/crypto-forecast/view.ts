/** The state of the page in its address, and the coins that it can show. */
import * as z from 'zod/mini'
import type { Coins } from '../../../api/crypto-forecast/coins.ts'

/** Days that the charts show. */
export const DAYS = ['2', '7', '30', '90', '365'] as const

export const cryptoView = z.object({
  coin: z.catch(z.optional(z.string()), undefined),
  days: z.catch(z.enum(DAYS), '7'),
})

export type Coin = Coins['coins'][number]

export const DATA = '/api/data/crypto-forecast'
