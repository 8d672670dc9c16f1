import { describe, expect, it } from 'vitest'
import { createModelServer } from '../../../../upstreams/mlflow/model-server.ts'
import { calm, loopback, rejection, sendHtml, sendJson, type Answering } from '../loopback.ts'

const COLUMNS = ['price', 'volume']
const ROWS = [
  [1, null],
  [2.5, 3],
]

async function serving(answer: Answering, options: { suffix?: string; token?: string } = {}) {
  const server = await loopback(answer)
  const url = server.baseUrl + (options.suffix ?? '')
  const client = createModelServer({ url, userAgent: 'almanac-test', ...options })
  return { ...server, predict: () => client.predict(COLUMNS, ROWS, calm()) }
}

const text =
  (body: string): Answering =>
  (response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).end(body)
  }

describe('a model server', () => {
  it.each([
    ['', '/invocations'],
    ['/', '/invocations'],
    ['/invocations', '/invocations'],
    ['/models/btc/invocations/', '/models/btc/invocations'],
    ['/models/btc', '/models/btc/invocations'],
  ])('sends a data frame to the model server "…%s" at %s', async (suffix, path) => {
    const { predict, asked } = await serving(text('{"predictions":[1,2]}'), { suffix })
    expect(await predict()).toEqual([1, 2])
    expect(asked).toMatchObject([{ method: 'POST', url: path }])
    expect(JSON.parse(asked[0]?.body ?? '')).toEqual({ dataframe_split: { columns: COLUMNS, data: ROWS } })
  })

  it.each([
    ['a list', '{"predictions":[1.5,-2]}'],
    ['a bare list', '[1.5,-2]'],
    ['a data frame of one column', '{"predictions":[{"0":1.5},{"0":-2}]}'],
    ['an array of one column', '{"predictions":[[1.5],[-2]]}'],
    ['a list with something beside it', '{"predictions":[1.5,-2],"model":"x"}'],
  ])('reads a response of %s from the model server', async (_, body) => {
    expect(await (await serving(text(body))).predict()).toEqual([1.5, -2])
  })

  it.each([
    ['fewer predictions than rows', '[1]'],
    ['more predictions than rows', '[1,2,3]'],
    ['two columns', '[[1,2],[3,4]]'],
    ['two named columns', '[{"a":1,"b":2},{"a":1,"b":2}]'],
    ['text', '["1","2"]'],
    ['null', '{"predictions":[null,2]}'],
    ['NaN', '{"predictions": [NaN, 1.0]}'],
    ['Infinity', '[-Infinity,1]'],
    ['a number too large for any', '[1e999,1]'],
    ['no predictions', '{"outputs":[1,2]}'],
  ])('rejects a response of %s', async (_, body) => {
    expect(await rejection((await serving(text(body))).predict())).toMatchObject({ type: 'PayloadInvalid' })
  })

  it('sends nothing for no rows', async () => {
    const { asked, baseUrl } = await serving(text('[]'))
    const client = createModelServer({ url: baseUrl, userAgent: 'almanac-test' })
    expect(await client.predict(COLUMNS, [], calm())).toEqual([])
    expect(asked).toEqual([])
  })

  it("quotes the model's own reason when the server refuses the rows", async () => {
    const { predict } = await serving((response) => {
      const stack_trace = 'Traceback (most recent call last):\n  File "x"\nValueError: no column price\n'
      sendJson(response, { error_code: 'BAD_REQUEST', message: 'Encountered an error', stack_trace }, 400)
    })
    expect(await rejection(predict())).toMatchObject({
      type: 'UpstreamRejected',
      message:
        'The model server refused the rows (ValueError: no column price): serve a model that takes these columns.',
    })
  })

  it.each([
    [400, '{"error_code":"BAD_REQUEST"}', 'UpstreamRejected'],
    [400, 'bad', 'UpstreamRejected'],
    [401, '{}', 'CredentialsRejected'],
    [404, '{}', 'NotFound'],
    [429, '{}', 'RateLimited'],
    [500, '{}', 'UpstreamUnavailable'],
    [503, '', 'UpstreamUnavailable'],
  ])('treats %i %s as %s', async (status, body, type) => {
    const { predict } = await serving((response) => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(body)
    })
    expect(await rejection(predict())).toMatchObject({ type, details: { status } })
  })

  it('reports a web page as such', async () => {
    const { predict } = await serving((response) => {
      sendHtml(response, '<html><body>Sign in</body></html>')
    })
    expect(await rejection(predict())).toMatchObject({ type: 'PayloadInvalid' })
  })

  it('sends the token to the model server, and to no redirect', async () => {
    const elsewhere = await loopback(text('[1,2]'))
    const { predict, asked } = await serving(
      (response) => response.writeHead(307, { location: elsewhere.baseUrl }).end(),
      { token: 't0k3n' },
    )
    expect(await rejection(predict())).toMatchObject({ type: 'UpstreamRejected', details: { status: 307 } })
    expect(asked[0]?.headers.authorization).toBe('Bearer t0k3n')
    expect(elsewhere.asked).toEqual([])
  })

  it('rejects an invalid address before anything is sent', () => {
    expect(() => createModelServer({ url: 'models:/x/1', userAgent: 'x' })).toThrow(
      expect.objectContaining({ type: 'Misconfigured' }),
    )
  })
})
