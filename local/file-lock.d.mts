/** Types of file-lock.mjs, which says what they mean. */
export interface Holder {
  pid: number
  startedAt: string
  place?: string
  isRenewed?: boolean
  /** ISO time at which the lock was taken. */
  since: string
  what: string
  nonce: string
}
export function takeFileLock(
  file: string,
  what: string,
  options?: { isRenewed?: boolean },
): Promise<{ release: () => void } | { holder: Holder }>
export function lockHolder(file: string): Holder | undefined
