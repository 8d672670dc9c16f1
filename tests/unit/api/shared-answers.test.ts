/** Readers who ask for the same at once: one answer is made for all of them, and none is kept. */
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createApi, type Api } from '../../../api/app.ts'
import { addSharedAnswers, type SharedAnswers } from '../../../api/shared-answers.ts'

let api: Api
let shared: SharedAnswers
let begun: number
let waiting: ((isGood: boolean) => void)[]

beforeEach(async () => {
  begun = 0
  waiting = []
  api = createApi({ error: () => undefined })
  shared = addSharedAnswers(api)
  const answer = async () => {
    const number = ++begun
    const isGood = await new Promise<boolean>((resolve) => waiting.push(resolve))
    if (!isGood) throw new Error('a defect')
    return { number }
  }
  api.get('/shared', { config: { isShared: true } }, answer)
  api.get('/single', answer)
  api.post('/change', () => ({}))
  await api.ready()
})
afterEach(async () => {
  await api.close()
})

const ask = (url = '/shared') => Promise.resolve(api.inject(url))
/** Until every request that was sent has reached its handler, or waits for another: nothing in between waits for the world. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve))
}
/** Ends every handler that waits. */
const answerAll = (isGood = true) => {
  for (const one of waiting.splice(0)) one(isGood)
}

it('readers who ask at once get one answer, and the next one asks anew', async () => {
  const asked = [ask(), ask(), ask('/shared?other'), ask('/single'), ask('/single')]
  await settled()
  expect(begun).toBe(4)
  answerAll()
  const [first, second] = await Promise.all(asked)
  expect(second?.body).toBe(first?.body)
  expect(second?.headers['content-type']).toBe('application/json; charset=utf-8')
  const later = ask()
  await settled()
  answerAll()
  expect((await later).body).toBe('{"number":5}')
})

it('readers of another language get an answer of their own', async () => {
  const inFrench = () => Promise.resolve(api.inject({ url: '/shared', headers: { 'accept-language': 'fr' } }))
  const asked = [ask(), inFrench(), inFrench()]
  await settled()
  expect(begun).toBe(2)
  answerAll()
  const bodies = await Promise.all(asked)
  expect(bodies.map(({ body }) => body)).toEqual(['{"number":1}', '{"number":2}', '{"number":2}'])
})

it('whoever asks after a change is not given an answer that was begun before', async () => {
  const before = ask()
  await settled()
  shared.forget()
  const after = ask()
  await settled()
  const headers = { 'content-type': 'application/json' }
  await api.inject({ method: 'POST', url: '/change', headers, body: '{}' })
  const last = ask()
  await settled()
  answerAll()
  const bodies = await Promise.all([before, after, last])
  expect(bodies.map(({ body }) => body)).toEqual(['{"number":1}', '{"number":2}', '{"number":3}'])
})

it('an answer that failed is given to nobody else', async () => {
  const asked = [ask(), ask()]
  await settled()
  answerAll(false)
  await settled()
  answerAll()
  expect((await Promise.all(asked)).map(({ statusCode }) => statusCode)).toEqual([500, 200])
})
