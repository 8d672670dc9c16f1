/** Types of bundle.mjs, which says what they mean. */
export interface Bundle {
  folder: string
  inputs: Record<string, string>
}
export function matchingBundle(root: string): string | undefined
export function newestBundle(root: string): Bundle | undefined
export function hashOf(content: Buffer): string
