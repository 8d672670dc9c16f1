/** What a check of `almanac doctor` returns, and the words for its few outcomes. */

export interface Check {
  name: string
  /** `ok` and `bad` are the verdict; `warn` works now but deserves attention; `none` is optional and missing. */
  state: 'ok' | 'warn' | 'bad' | 'none'
  found: string
  /** What to do about it; `warn` and `bad` always say. */
  remedy?: string
}

export const ok = (name: string, found: string): Check => ({ name, state: 'ok', found })
export const warn = (name: string, found: string, remedy: string): Check => ({
  name,
  state: 'warn',
  found,
  remedy,
})
export const bad = (name: string, found: string, remedy: string): Check => ({
  name,
  state: 'bad',
  found,
  remedy,
})
export const none = (name: string, found: string): Check => ({ name, state: 'none', found })
