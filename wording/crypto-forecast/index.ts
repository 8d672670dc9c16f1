/** The sentences of crypto-forecast, by language. */
import { cryptoForecast as en } from './en.ts'
import { cryptoForecast as fr } from './fr.ts'

export const cryptoForecast = { en, fr }
