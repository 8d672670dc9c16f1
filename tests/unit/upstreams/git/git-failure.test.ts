/** What git prints where a test cannot make it happen: other networks, full disks, what GitHub itself says. */
import { describe, expect, it } from 'vitest'
import { gitFailure } from '../../../../upstreams/git/git-failure.ts'

const HOST = 'https://github.com/astro/stars.git/'
const said = (stderr: string, code: number | null = 128) =>
  gitFailure('astro/stars cannot be cloned', {
    code,
    endedBy: code === null ? 'SIGKILL' : null,
    output: Buffer.alloc(0),
    stdout: '',
    stderr,
    ms: 1,
  })

describe('what git says', () => {
  it.each([
    [
      'DiskFull',
      'fatal: write error: No space left on device\nfatal: fetch-pack: invalid index-pack output\n',
    ],
    [
      'DiskFull',
      'error: unable to write file a.bin\nfatal: cannot create directory at b: Disk quota exceeded\n',
    ],
    ['UpstreamUnavailable', `fatal: unable to access '${HOST}': Could not resolve host: github.com\n`],
    [
      'UpstreamUnavailable',
      `fatal: unable to access '${HOST}': gnutls_handshake() failed: Error in the pull function.\n`,
    ],
    ['UpstreamUnavailable', `fatal: unable to access '${HOST}': Failure when receiving data from the peer\n`],
    [
      'UpstreamUnavailable',
      'error: RPC failed; curl 92 HTTP/2 stream 5 was not closed cleanly: CANCEL (err 8)\nfatal: early EOF\nfatal: fetch-pack: invalid index-pack output\n',
    ],
    ['UpstreamUnavailable', 'fatal: the remote end hung up unexpectedly\n'],
    [
      'Misconfigured',
      `fatal: unable to access '${HOST}': SSL certificate problem: self-signed certificate\n`,
    ],
    [
      'Misconfigured',
      `fatal: unable to access '${HOST}': server certificate verification failed. CAfile: none CRLfile: none\n`,
    ],
    ['Blocked', `fatal: unable to access '${HOST}': Received HTTP code 403 from proxy after CONNECT\n`],
    ['Blocked', `fatal: unable to access '${HOST}': CONNECT tunnel failed, response 403\n`],
    [
      'Blocked',
      `remote: Repository unavailable due to DMCA takedown.\nremote: See the takedown notice for more details:\nfatal: unable to access '${HOST}': The requested URL returned error: 403\n`,
    ],
    ['PayloadInvalid', 'fatal: dumb http transport does not support shallow capabilities\n'],
    ['CommandFailed', 'fatal: fetch-pack: invalid index-pack output\n'],
    ['CommandFailed', 'remote: fatal: Could not resolve host\nfatal: protocol error: unexpected thing\n'],
    ['CommandFailed', ''],
  ])('classifies a git message as %s: %j', (type, stderr) => {
    expect(said(stderr)).toMatchObject({ type })
  })

  it('quotes git from its first error, since the others follow from it', () => {
    expect(said('error: RPC failed; curl 18\nfatal: early EOF\n').message).toBe(
      'astro/stars cannot be cloned: its host cannot be reached, or closed the connection (git says: error: RPC failed; curl 18).',
    )
  })

  it('quotes no user and password', () => {
    const { message } = said('fatal: bad thing at https://somebody:secret@proxy.example.org/x\n')
    expect(message).toContain('https://proxy.example.org/x')
    expect(message).not.toContain('secret')
  })

  it('accepts an empty message if something else ended git', () => {
    expect(said('', null).message).toBe('astro/stars cannot be cloned: git was ended by SIGKILL.')
  })
})
