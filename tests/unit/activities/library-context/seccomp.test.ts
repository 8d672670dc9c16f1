/** What the sandbox's filter of system calls returns, computed as the kernel does. */
import { describe, expect, it } from 'vitest'
import { keyFilter } from '../../../../activities/library-context/contextmaker/seccomp.ts'

const ALLOW = 0x7fff0000
const EPERM = 0x00050001
const X86_64 = 0xc000003e
const I386 = 0x40000003
const AARCH64 = 0xc00000b7

/** Runs the program on one call. */
function verdict(filter: Buffer, architecture: number, call: number): number {
  let loaded = 0
  for (let at = 0; at < filter.length; at += 8) {
    const [code, value] = [filter.readUInt16LE(at), filter.readUInt32LE(at + 4)]
    const skip = (isTrue: boolean) => 8 * filter.readUInt8(at + (isTrue ? 2 : 3))
    if (code === 0x20) loaded = value === 4 ? architecture : call
    else if (code === 0x15) at += skip(loaded === value)
    else if (code === 0x35) at += skip(loaded >= value)
    else return value
  }
  throw new Error('the program has no end')
}

describe('the filter', () => {
  it.each([
    ['x64', X86_64, [248, 249, 250]],
    ['arm64', AARCH64, [217, 218, 219]],
  ])('denies the calls for keys on %s, and allows the others', (machine, architecture, keyCalls) => {
    const filter = keyFilter(machine)
    for (let call = 0; call < 500; call++)
      expect(verdict(filter, architecture, call), String(call)).toBe(keyCalls.includes(call) ? EPERM : ALLOW)
  })

  it('denies every call of another architecture or convention', () => {
    expect(verdict(keyFilter('x64'), I386, 1)).toBe(EPERM)
    expect(verdict(keyFilter('x64'), AARCH64, 1)).toBe(EPERM)
    expect(verdict(keyFilter('x64'), X86_64, 0x40000000 + 250)).toBe(EPERM)
  })

  it('is refused by name on a machine without one', () => {
    expect(() => keyFilter('riscv64')).toThrow('no filter for riscv64')
  })
})
