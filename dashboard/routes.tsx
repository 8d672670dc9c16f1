/** Which page is at which address. */
import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router'
import { isLost } from './connection.ts'
import { PAGES } from './pages/index.ts'
import type { LoadPage } from './pages/page-entry.ts'
import { PIPELINE_PAGES } from './pipelines/index.ts'
import { Loading } from './blocks/states.tsx'
import { Broken, NotFound } from './shell/broken.tsx'
import { Shell } from './shell/shell.tsx'
import { parsedSearch, searchOf } from './view.ts'

const root = createRootRoute({ component: Shell, notFoundComponent: NotFound })

const routeOf = (path: string, load: LoadPage) =>
  createRoute({ getParentRoute: () => root, path, component: lazyRouteComponent(() => loaded(load)) })

/**
 * Loads a page. The router answers a file that is not there by loading everything again, which helps after an update; without
 * a server it would take away what is still shown.
 */
async function loaded(load: LoadPage): ReturnType<LoadPage> {
  try {
    return await load()
  } catch (cause) {
    if (isLost()) throw new Error('the server does not answer', { cause })
    throw cause
  }
}

const tree = root.addChildren([
  ...PAGES.map(({ path, load }) => routeOf(path, load)),
  ...Object.entries(PIPELINE_PAGES).map(([id, { load }]) => routeOf(`/${id}`, load)),
])

export const router = createRouter({
  routeTree: tree,
  parseSearch: parsedSearch,
  stringifySearch: searchOf,
  defaultPendingComponent: Loading,
  defaultErrorComponent: Broken,
  defaultPreload: 'intent',
  scrollRestoration: true,
})
