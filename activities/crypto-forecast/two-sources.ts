/** How far the prices of the two sources may lie apart. */

/**
 * Percent between the sources from which on one of them is wrong. A minute's move and a stablecoin's distance from the dollar
 * stay below.
 */
export const MAX_APART_PERCENT = 5

/** CoinGecko's points lie up to a quarter of an hour from the hour's end: few hours of a wild day may be further apart. */
export const MAX_APART_SHARE = 0.01
