/** Types of make-folder.mjs, which says what they mean. */
export function makeFolder(folder: string, mode?: number): string | undefined
