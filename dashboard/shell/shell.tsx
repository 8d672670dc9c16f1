/** What stands around every page: navigation, choices of the reader, and whether the server still answers. */
import { Link, Outlet, useRouterState } from '@tanstack/react-router'
import { useEffect, useRef } from 'react'
import { PAGES } from '../pages/index.ts'
import { PIPELINE_PAGES } from '../pipelines/index.ts'
import { useReader, useSharedWords } from '../preferences.tsx'
import { AwayNote } from './away-note.tsx'
import { ConnectionNote } from './connection-note.tsx'
import { Choices } from './choices.tsx'
import { Guarded, LogOut } from './log-in.tsx'
import { PipelineNotes } from './pipeline-notes.tsx'

export function Shell() {
  const say = useSharedWords()
  const main = useRef<HTMLElement>(null)
  useTitle()
  return (
    <>
      <a
        className="skip"
        href="#main"
        onClick={(event) => {
          event.preventDefault()
          main.current?.focus()
        }}
      >
        {say('shell.skip')}
      </a>
      <header className="shell">
        <Link to="/" className="brand">
          <img src={new URL('../icon.svg', import.meta.url).href} alt="" width="24" height="24" />
          Almanac
        </Link>
        <Navigation />
        <Choices />
        <LogOut />
      </header>
      <ConnectionNote />
      <AwayNote />
      <main id="main" ref={main} tabIndex={-1}>
        <Guarded>
          <PipelineNotes>
            <Outlet />
          </PipelineNotes>
        </Guarded>
      </main>
    </>
  )
}

function Navigation() {
  const say = useSharedWords()
  const { language } = useReader()
  const pipelines = Object.entries(PIPELINE_PAGES)
  return (
    <nav aria-label={say('shell.navigation')}>
      <ul>
        {PAGES.map(({ path, title }) => title && <Entry key={path} path={path} title={say(title)} />)}
        {pipelines.map(([id, { title }]) => (
          <Entry key={id} path={`/${id}`} title={title[language]} />
        ))}
      </ul>
    </nav>
  )
}

function Entry({ path, title }: { path: string; title: string }) {
  return (
    <li>
      <Link to={path} activeOptions={{ exact: path === '/', includeSearch: false }}>
        {title}
      </Link>
    </li>
  )
}

/** The title of the window follows the page. */
function useTitle(): void {
  const say = useSharedWords()
  const { language } = useReader()
  const path = useRouterState({ select: ({ location }) => location.pathname })
  const page = PAGES.find((one) => one.path === path)?.title
  const title = page === undefined ? PIPELINE_PAGES[path.slice(1)]?.title[language] : say(page)
  useEffect(() => {
    document.title = title === undefined ? 'Almanac' : `${title} · Almanac`
  }, [title])
}
