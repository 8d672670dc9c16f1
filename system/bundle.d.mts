/** Types of bundle.mjs, which says what they mean. */
export type Kind = 'bundle' | 'dashboard'
export interface Bundle {
  folder: string
  inputs: Record<string, string>
}
export function matchingBundle(root: string, kind?: Kind): string | undefined
export function newestBundle(root: string, kind?: Kind): Bundle | undefined
export function hashOf(content: Buffer): string
