/** The matches that are followed, by event id. */
import type { Match } from './match-life.ts'

/**
 * Knows for which of its matches an absence means something: after days of polls nearly all are over, and iterating
 * over them for every poll would cost more than everything else.
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

  /** Matches that are in the feed, as far as is known; they may be changed in between. */
  onShow(): Match[] {
    return [...this.#missable].flatMap((id) => this.get(id) ?? [])
  }
}
