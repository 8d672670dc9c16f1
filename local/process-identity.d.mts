/** Types of process-identity.mjs, which says what they mean. */
export interface ProcessIdentity {
  pid: number
  startedAt: string
}
export function identify(pid: number): ProcessIdentity | undefined
export function isAlive(identity: ProcessIdentity): boolean
export function commandLine(pid: number): string | undefined
export function ownProcesses(): { pid: number; command: string }[]
export function pidPlace(): string
