/** The API over a test's stack, on a free port. */
import { startApi, type ApiServer } from '../../api/server.ts'
import { startTestStack, type TestStack, type TestStackOptions } from './stack.ts'

export interface TestApi {
  stack: TestStack
  server: ApiServer
  /** The answer to a GET, with its body as JSON. */
  get(path: string): Promise<{ status: number; body: unknown }>
  stop(): Promise<void>
}

export async function startTestApi(options: TestStackOptions = {}): Promise<TestApi> {
  const stack = await startTestStack(options)
  const errors: unknown[] = []
  const server = await startApi(stack.config, { port: 0 }, { error: ({ err }) => errors.push(err) })
  return {
    stack,
    server,
    async get(path) {
      const response = await fetch(`${server.address}${path}`)
      const body: unknown = await response.json()
      if (response.status === 500)
        throw new Error(`${path}: ${JSON.stringify(body)}`, { cause: errors.at(-1) })
      return { status: response.status, body }
    },
    async stop() {
      await server.close()
      await stack.stop()
    },
  }
}
