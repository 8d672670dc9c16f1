/** The value of a text that may be no JSON, such as a proxy's page or a file that was cut short; undefined if it is none. */
export function jsonOrNothing(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
