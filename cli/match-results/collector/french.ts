/** Numbers and fixed English sentences in the log's language. */

/** `0 match lu`, `1 match lu`, `2 matchs lus`: in French nothing is singular, too. */
export function counted(count: number, one: string, many: string): string {
  return `${count} ${count < 2 ? one : many}`
}

/** `toutes les minutes`, `toutes les 5 minutes`. */
export function everyMinutes(minutes: number): string {
  return minutes === 1 ? 'toutes les minutes' : `toutes les ${minutes} minutes`
}

/** Answers that wait on disk for their database. */
export function kept(answers: number): string {
  return counted(answers, 'relevé gardé sur disque', 'relevés gardés sur disque')
}

/** What servers say of themselves, and what is said of it here. */
const SENTENCES: [RegExp, (...found: string[]) => string][] = [
  [/^(.*) ended unexpectedly; starting it again$/, (_, name) => `${name} s'est arrêté; il est redémarré`],
  [/^(.*) could not be started again: /, (_, name) => `${name} n'a pas pu être redémarré: `],
  [/^could not stop a part in order: /, () => "Une partie n'a pas pu être arrêtée en ordre: "],
]

/** The sentence in French where it is one of the fixed ones; another program's own words stay as they are. */
export function inFrench(sentence: string): string {
  for (const [english, french] of SENTENCES) {
    if (english.test(sentence)) return sentence.replace(english, french)
  }
  return sentence
}
