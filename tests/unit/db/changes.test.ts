/** Listening for changes while the database is away. */
import { EventEmitter, getEventListeners } from 'node:events'
import type pg from 'pg'
import { expect, it } from 'vitest'
import { listenForChanges } from '../../../db/changes.ts'
import { until } from '../../support/until.ts'

it('leaves nothing at its signal from a connection that failed', async () => {
  const away = Object.assign(new EventEmitter(), {
    connect: () => Promise.reject(new Error('away')),
    end: () => Promise.resolve(),
  })
  const stopping = new AbortController()
  const nothing = () => undefined
  const listening = listenForChanges(
    () => away as unknown as pg.Client,
    { onChange: nothing, onListening: nothing },
    stopping.signal,
  )
  expect(getEventListeners(stopping.signal, 'abort')).toHaveLength(1)
  // The pause before the next try is the one that is left.
  const [first] = getEventListeners(stopping.signal, 'abort')
  await until(() => getEventListeners(stopping.signal, 'abort')[0] !== first)
  expect(getEventListeners(stopping.signal, 'abort')).toHaveLength(1)
  stopping.abort()
  await listening
})
