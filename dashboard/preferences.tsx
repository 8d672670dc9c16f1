/** What a reader chose: language, theme and zone, kept by the browser. */
import { useQueryClient } from '@tanstack/react-query'
import { createContext, useContext, useEffect, useMemo, useState, type ReactNode } from 'react'
import * as z from 'zod/mini'
import { SESSION, useApi } from './api.ts'
import { commandOf, type Stack } from './command.ts'
import { formatIn, zoneName, type Format } from './format.ts'
import { speak } from './language.ts'
import { WORDS, type SharedKey } from './words/index.ts'
import { LANGUAGES, languageOf, localeOf, sentenceIn, type Values, type WordTables } from './words/text.ts'

const KEY = 'almanac'

export const THEMES = ['system', 'light', 'dark'] as const
export const ZONES = ['UTC', 'local'] as const

const schema = z.object({
  language: z.catch(z.enum(LANGUAGES), () => languageOf(navigator.languages)),
  theme: z.catch(z.enum(THEMES), 'system'),
  zone: z.catch(z.enum(ZONES), 'UTC'),
})
export type Preferences = z.infer<typeof schema>

interface Reader extends Preferences {
  format: Format
  /** The stack that the page shows; the live one until that is known. */
  stack: Stack
  choose: (change: Partial<Preferences>) => void
}

const ReaderContext = createContext<Reader | undefined>(undefined)

function stored(): Preferences {
  let kept: unknown
  try {
    kept = JSON.parse(localStorage.getItem(KEY) ?? '{}')
  } catch {
    // Storage is blocked, or its entry is not ours: the browser's own preferences hold.
  }
  return schema.parse(typeof kept === 'object' && kept !== null ? kept : {})
}

function storedAndSpoken(): Preferences {
  const preferences = stored()
  speak(preferences.language)
  return preferences
}

function store(preferences: Preferences): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(preferences))
  } catch {
    // Storage is blocked or full: the choice holds until the page is closed.
  }
}

export function ReaderProvider({ children }: { children: ReactNode }) {
  const [preferences, setPreferences] = useState(storedAndSpoken)
  const { language, theme, zone } = preferences
  const queries = useQueryClient()
  const stack = useApi<{ stack: Stack }>(SESSION).data?.stack ?? 'live'
  useEffect(() => {
    document.documentElement.lang = language
    if (theme === 'system') delete document.documentElement.dataset['theme']
    else document.documentElement.dataset['theme'] = theme
  }, [language, theme])
  const reader = useMemo<Reader>(
    () => ({
      ...preferences,
      stack,
      format: formatIn(localeOf(language, navigator.languages), zoneName(zone)),
      choose(change) {
        const next = { ...preferences, ...change }
        store(next)
        setPreferences(next)
        if (next.language === preferences.language) return
        speak(next.language)
        // Sentences of the server are in the language in which it was asked.
        void queries.invalidateQueries()
      },
    }),
    [preferences, language, zone, queries, stack],
  )
  return <ReaderContext value={reader}>{children}</ReaderContext>
}

/** The reader's preferences, and how values are written for them. */
export function useReader(): Reader {
  const reader = useContext(ReaderContext)
  if (reader === undefined) throw new Error('useReader needs a ReaderProvider above it')
  return reader
}

export type Say<Key extends string> = (key: Key, values?: Values) => string

/** Returns the function that says the sentences of these tables in the reader's language. */
export function useWords<Key extends string>(tables: WordTables<Key>): Say<Key> {
  const { language, format, stack } = useReader()
  return (key, values) => sentenceIn(tables[language], format.locale, key, values, stack)
}

/** Returns the function that names a command for the stack of the page. */
export function useCommand(): (words: string) => string {
  const { stack } = useReader()
  return (words) => commandOf(stack, words)
}

/** The sentences that all pages share. */
export const useSharedWords = (): Say<SharedKey> => useWords(WORDS)

/** Whether the page is dark now, by choice or by the system. */
export function useIsDark(): boolean {
  const { theme } = useReader()
  const [system, setSystem] = useState(isSystemDark)
  useEffect(() => {
    const query = darkQuery()
    const changed = () => {
      setSystem(isSystemDark())
    }
    query.addEventListener('change', changed)
    return () => {
      query.removeEventListener('change', changed)
    }
  }, [])
  return theme === 'system' ? system : theme === 'dark'
}

const darkQuery = () => matchMedia('(prefers-color-scheme: dark)')

function isSystemDark(): boolean {
  const { matches } = darkQuery()
  return matches
}
