/** Error codes of the network in words, with what they mean for a person. */
const WORDS: Record<string, string> = {
  ENOTFOUND: 'name not known (ENOTFOUND): no internet, or a wrong address',
  EAI_AGAIN: 'no name server answers (EAI_AGAIN): no internet',
  ECONNREFUSED: 'connections are refused (ECONNREFUSED)',
  ENETUNREACH: 'no way to its network (ENETUNREACH): no internet',
  EHOSTUNREACH: 'no way to its host (EHOSTUNREACH)',
}

/** Returns the words for an error of a connection; its own message if the code has none. */
export function networkTrouble(error: Error): string {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  return WORDS[code] ?? (error.message || error.name)
}
