/** The language in which the server is asked: that of the page. */
import type { Language } from './words/text.ts'

let spoken: Language = 'en'

/** Called before the first request, and when the reader chooses another one. */
export function speak(language: Language): void {
  spoken = language
}

export const spokenLanguage = (): Language => spoken
