/** Commands as the page names them: for the stack that it shows. */

export type Stack = 'live' | 'demo'

/** A command to copy: `./almanac runs`, and in the demo `./almanac runs --demo`. */
export const commandOf = (stack: Stack, words: string): string =>
  `./almanac ${words}${stack === 'demo' ? ' --demo' : ''}`
