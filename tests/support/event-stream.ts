/** A reader of `/api/events`. */
import { until } from './until.ts'

export interface EventStream {
  /** What has come so far. */
  text: string
  close: () => void
}

/** Opens a stream; resolves when the server has said anything. */
export async function openEvents(address: string): Promise<EventStream> {
  const stopping = new AbortController()
  const { body } = await fetch(`${address}/api/events`, { signal: stopping.signal })
  const stream: EventStream = {
    text: '',
    close: () => {
      stopping.abort()
    },
  }
  void (async () => {
    for await (const chunk of body ?? []) stream.text += Buffer.from(chunk as Uint8Array).toString()
  })().catch(() => undefined)
  await until(() => stream.text.includes('event: listening'))
  return stream
}
