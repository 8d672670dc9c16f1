/** What is shown in the place of a page that is not there, or broke. */
import { Link } from '@tanstack/react-router'
import { useEffect, useRef } from 'react'
import { useLostSince } from '../connection.ts'
import { useSharedWords } from '../preferences.tsx'

export function NotFound() {
  const say = useSharedWords()
  return (
    <section className="panel">
      <h1>{say('notFound.title')}</h1>
      <p>
        <Link to="/">{say('notFound.home')}</Link>
      </p>
    </section>
  )
}

/** A fault of the page itself, or a part of it that could not be loaded. */
export function Broken({ error }: { error: unknown }) {
  const say = useSharedWords()
  const isLost = useLostSince() !== undefined
  const wasLost = useRef(isLost)
  useEffect(() => {
    if (wasLost.current && !isLost) location.reload()
  }, [isLost])
  if (isLost)
    return (
      <section className="panel">
        <h1>{say('notLoaded.title')}</h1>
        <p>{say('notLoaded.text')}</p>
      </section>
    )
  return (
    <section className="panel trouble" role="alert">
      <h1>{say('broken.title')}</h1>
      <p>{say('broken.text')}</p>
      <pre>{error instanceof Error ? error.message : String(error)}</pre>
      <button
        type="button"
        onClick={() => {
          location.reload()
        }}
      >
        {say('broken.reload')}
      </button>
    </section>
  )
}
