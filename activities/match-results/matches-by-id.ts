/** The matches that are followed, by event id. */
import type { Match } from './match-life.ts'

/**
 * Knows which of its matches an answer without them says something of: after days of looks nearly all are over, and going
 * through them with every look would cost more than all else.
 */
export class MatchesById extends Map<number, Match> {
  readonly #missable = new Set<number>()

  override set(id: number, match: Match): this {
    if (match.state === 'vanished' || match.state === 'settled') this.#missable.delete(id)
    else this.#missable.add(id)
    return super.set(id, match)
  }

  override delete(id: number): boolean {
    this.#missable.delete(id)
    return super.delete(id)
  }

  /** Those that are in the feed, as far as is known; they may be changed in between. */
  onShow(): Match[] {
    return [...this.#missable].flatMap((id) => this.get(id) ?? [])
  }
}
