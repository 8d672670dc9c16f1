/** The client against a server that does not know the password: it gets nothing and is not believed. */
import { createServer, type AddressInfo, type Socket } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { openDatabase } from '../../../db/database.ts'
import { probeDatabase } from '../../../db/probe.ts'

const closes: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closes.splice(0)) await close()
})

/** An authentication request of the protocol: its code, then what belongs to it. */
function authentication(code: number, rest = Buffer.alloc(0)): Buffer {
  const head = Buffer.alloc(9)
  head.write('R')
  head.writeInt32BE(8 + rest.length, 1)
  head.writeInt32BE(code, 5)
  return Buffer.concat([head, rest])
}

const CLEARTEXT = authentication(3)
const MD5 = authentication(5, Buffer.from('salt'))
/** No question at all, and "ready for query". */
const TRUST = Buffer.concat([authentication(0), Buffer.from([0x5a, 0, 0, 0, 5, 0x49])])

/** Answers the first message with this; returns its port and what it heard. */
async function impostor(answer: Buffer): Promise<{ port: number; heard: () => string }> {
  let heard = ''
  const sockets: Socket[] = []
  const server = createServer((socket) => {
    sockets.push(socket.on('error', () => undefined))
    socket.once('data', () => socket.write(answer))
    socket.on('data', (data) => (heard += data.toString('latin1')))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closes.push(async () => {
    for (const socket of sockets) socket.destroy()
    await new Promise((resolve) => server.close(resolve))
  })
  return { port: (server.address() as AddressInfo).port, heard: () => heard }
}

describe('an address with require_auth=scram-sha-256', () => {
  it.each([
    ['for the password in cleartext', CLEARTEXT],
    ['for its MD5', MD5],
    ['for nothing', TRUST],
  ])('a server that asks %s hears no password and no query', async (_name, answer) => {
    const { port, heard } = await impostor(answer)
    const url = `postgresql://almanac_work:hunter2@127.0.0.1:${port}/almanac?require_auth=scram-sha-256`
    const probe = probeDatabase(url, (client) => client.query('select secret'))
    await expect(probe).rejects.toMatchObject({ type: 'Misconfigured' })
    await expect(probe).rejects.toThrow(`What listens on 127.0.0.1:${port} is not the embedded PostgreSQL`)
    const database = openDatabase(url, () => undefined)
    await expect(database.pool.query('select secret')).rejects.toThrow('is not the embedded PostgreSQL')
    await database.close()
    expect(heard()).toContain('almanac_work')
    expect(heard()).not.toMatch(/hunter2|md5|secret/)
  })

  it('an address without it answers as its server asks', async () => {
    const { port, heard } = await impostor(CLEARTEXT)
    const database = openDatabase(`postgresql://someone:hunter2@127.0.0.1:${port}/any`, () => undefined)
    const asked = database.pool.query('select 1').catch(() => undefined)
    await expect.poll(heard).toContain('hunter2')
    await closes.shift()?.()
    await asked
    await database.close()
  })
})
