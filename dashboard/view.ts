/** The state of a view is in the address: a link shows another person the same. */
import { useNavigate, useRouterState } from '@tanstack/react-router'
import { useCallback, useMemo } from 'react'
import * as z from 'zod/mini'

/** Parameters of an address as plain text: `?mod=5` is the text "5". */
export function parsedSearch(search: string): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(search))
}

/** The address of these parameters, without the empty ones. */
export function searchOf(parameters: Record<string, unknown>): string {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(parameters))
    if ((typeof value === 'string' && value !== '') || typeof value === 'number')
      query.set(name, String(value))
  const text = query.toString()
  return text === '' ? '' : `?${text}`
}

/** A whole number of at least 1 in an address; 1 for anything else. */
export const pageNumber = z.catch(z.coerce.number().check(z.int(), z.minimum(1)), 1)

/**
 * The state of the current view as its schema reads it from the address, and how to change it. Each field of the schema
 * needs a `z.catch`, so that a mistyped address shows something. `undefined` removes a parameter.
 */
export function useView<S extends z.ZodMiniObject>(
  schema: S,
): [z.infer<S>, (change: Partial<Record<keyof z.infer<S> & string, string | number | undefined>>) => void] {
  const search = useRouterState({ select: ({ location }) => location.search as Record<string, string> })
  const navigate = useNavigate()
  const view = useMemo(() => schema.parse(search), [schema, search])
  const change = useCallback(
    (changed: object) => {
      void navigate({
        to: '.',
        search: (old: object) => ({ ...old, ...changed }) as never,
        resetScroll: false,
      })
    },
    [navigate],
  )
  return [view, change]
}
