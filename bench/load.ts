/** A load of requests on a server, from connections that stay. */
import { Agent, get } from 'node:http'

export interface Load {
  perSecond: number
  /** 99 of 100 requests were answered within this. */
  p99Ms: number
  requests: number
}

/** Asks for the addresses in turn, on this many connections, each as soon as it has its answer. Throws if one is not 200. */
export async function loadOf(
  addresses: readonly string[],
  { connections, seconds }: { connections: number; seconds: number },
): Promise<Load> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections })
  const times: number[] = []
  let next = 0
  const startedAt = performance.now()
  const endsAt = startedAt + seconds * 1000
  const ask = async () => {
    for (let at = startedAt; at < endsAt;) {
      await answered(addresses[next++ % addresses.length] ?? '', agent)
      const now = performance.now()
      times.push(now - at)
      at = now
    }
  }
  await Promise.all(Array.from({ length: connections }, ask))
  const took = (performance.now() - startedAt) / 1000
  agent.destroy()
  times.sort((a, b) => a - b)
  return {
    perSecond: times.length / took,
    p99Ms: times[Math.floor(times.length * 0.99)] ?? NaN,
    requests: times.length,
  }
}

function answered(address: string, agent: Agent): Promise<void> {
  return new Promise((resolve, reject) => {
    get(address, { agent }, (response) => {
      response.once('error', reject).once('end', resolve).resume()
      if (response.statusCode !== 200) reject(new Error(`${address} answered ${response.statusCode ?? ''}`))
    }).once('error', reject)
  })
}
