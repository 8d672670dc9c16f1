/** Counts and intervals in French. */

/** `0 match lu`, `1 match lu`, `2 matchs lus`: in French zero is singular, too. */
export function counted(count: number, one: string, many: string): string {
  return `${count} ${count < 2 ? one : many}`
}

/** `toutes les minutes`, `toutes les 5 minutes`. */
export function everyMinutes(minutes: number): string {
  return minutes === 1 ? 'toutes les minutes' : `toutes les ${minutes} minutes`
}

/** Responses that wait on disk for their database. */
export function kept(answers: number): string {
  return counted(answers, 'relevé gardé sur disque', 'relevés gardés sur disque')
}
