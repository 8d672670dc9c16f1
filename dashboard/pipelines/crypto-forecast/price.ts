/** Prices as people write them. */

/** A hundredth is what a price above 1 is told in; below, the digits that a coin of small value needs. */
const DECIMALS = { minimumFractionDigits: 2, maximumFractionDigits: 2 }
const DIGITS = { maximumSignificantDigits: 6 }

/** `92,577.80`, `0.000012345`: forecasts have more digits than they are right to. */
export const priceIn = (locale: string, price: number): string =>
  new Intl.NumberFormat(locale, Math.abs(price) >= 1 ? DECIMALS : DIGITS).format(price)
