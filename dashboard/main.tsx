/** The page begins here. */
import { MutationCache, QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { ApiProblem, SESSION } from './api.ts'
import { followEvents } from './events.ts'
import { ReaderProvider } from './preferences.tsx'
import { router } from './routes.tsx'
import './style/index.css'

/** Data younger than this is shown from memory when a page is opened again. */
const FRESH_MS = 10_000

/** A session that is over is found by whatever asks first: who asks for it then is shown where to log in. */
function onError(error: Error): void {
  if (error instanceof ApiProblem && error.status === 401)
    void queries.invalidateQueries({ queryKey: [SESSION] })
}

const queries = new QueryClient({
  queryCache: new QueryCache({ onError }),
  mutationCache: new MutationCache({ onError }),
  defaultOptions: {
    queries: {
      staleTime: FRESH_MS,
      // The server is often this machine, which needs no network to be reached.
      networkMode: 'always',
      // What the server refuses once it refuses again; after a lost connection everything is asked for again.
      retry: (failures, error) => error instanceof ApiProblem && error.status >= 500 && failures < 1,
    },
  },
})

followEvents(queries)

const element = document.getElementById('page')
if (element === null) throw new Error('index.html has no element "page"')
createRoot(element).render(
  <StrictMode>
    <QueryClientProvider client={queries}>
      <ReaderProvider>
        <RouterProvider router={router} />
      </ReaderProvider>
    </QueryClientProvider>
  </StrictMode>,
)
