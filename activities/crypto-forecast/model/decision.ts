/** What to do about a predicted price, in the document's words. */

/** Share of the last price from which on a predicted move is worth a decision. */
export const DECISION_SHARE = 0.01

export type Decision = 'BUY' | 'SELL' | 'HOLD'

/** BUY above +1 %, SELL below -1 %, else HOLD; exactly 1 % is still HOLD. */
export function decide(price: number, lastPrice: number): Decision {
  const share = (price - lastPrice) / lastPrice
  if (share > DECISION_SHARE) return 'BUY'
  return share < -DECISION_SHARE ? 'SELL' : 'HOLD'
}

/** Whether two prices lie on the same side of the last one; no move is a third side. */
export function sameDirection(predicted: number, actual: number, lastPrice: number): boolean {
  return Math.sign(predicted - lastPrice) === Math.sign(actual - lastPrice)
}

/**
 * 1 - mae / naive mae: above 0 the model beats "the price stays". A naive forecast that was never wrong cannot be
 * beaten.
 */
export function skillOf(mae: number, naiveMae: number): number {
  if (naiveMae === 0) return mae === 0 ? 0 : -Infinity
  return 1 - mae / naiveMae
}
