/** The sentences of crypto-forecast, by language. */
export { cryptoForecast as en } from './en.ts'
export { cryptoForecast as fr } from './fr.ts'
