/** Exit codes of the command, and which error leads to which. */
import { constants } from 'node:os'
import { Failure, WrongUsage } from '../core/failures.ts'
import { CannotStart } from '../local/cannot-start.ts'
import { CannotReach, isGrpcAway } from '../client/cannot-reach.ts'

export const EXIT = {
  done: 0,
  /** The run failed, or was partial with `--strict`. */
  runFailed: 1,
  wrongUsage: 2,
  cannotReach: 3,
  /** The stack could not start, for a reason that may pass by itself: a taken port, a full disk, a server that ended. */
  cannotStart: 4,
  /** A second Ctrl+C, or one while `run --wait` waits; what a shell calls a program that SIGINT ended. */
  endedAtOnce: 130,
} as const

/** A shell's exit code for a program that a signal ended. */
export const exitCodeOfSignal = (name: NodeJS.Signals): number => 128 + constants.signals[name]

/** The exit code for an error that ended a command. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof CannotReach) return EXIT.cannotReach
  if (error instanceof WrongUsage) return EXIT.wrongUsage
  if (error instanceof CannotStart) return EXIT.cannotStart
  if (error instanceof Failure) {
    if (error.type === 'DatabaseUnavailable') return EXIT.cannotReach
    if (error.type === 'Misconfigured') return EXIT.wrongUsage
  }
  return isGrpcAway(error) ? EXIT.cannotReach : EXIT.runFailed
}
