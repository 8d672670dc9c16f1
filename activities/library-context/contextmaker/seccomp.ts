/**
 * The filter of system calls inside the sandbox. The kernel's keys follow neither namespaces nor users: without it a
 * program inside reads those of our session.
 */
import { Failure } from '../../../core/failures.ts'

interface Architecture {
  /** AUDIT_ARCH_… of linux/audit.h. */
  audit: number
  /** Numbers of add_key, request_key and keyctl. */
  keyCalls: readonly number[]
}

/** contextmaker's packages exist for these two. */
const ARCHITECTURES: Record<string, Architecture> = {
  x64: { audit: 0xc000003e, keyCalls: [248, 249, 250] },
  arm64: { audit: 0xc00000b7, keyCalls: [217, 218, 219] },
}

/** From this number on a call is one of x86's third calling convention, with numbers of its own. */
const OTHER_CONVENTION = 0x40000000

/** Instructions of classic BPF (linux/bpf_common.h), and what they load (struct seccomp_data). */
const LOAD = 0x20
const JUMP_IF_EQUAL = 0x15
const JUMP_IF_AT_LEAST = 0x35
const RETURN = 0x06
const CALL_NUMBER = 0
const CALL_ARCHITECTURE = 4
/** SECCOMP_RET_ALLOW; SECCOMP_RET_ERRNO with EPERM. */
const ALLOW = 0x7fff0000
const DENY = 0x00050001

/** Code, the number of instructions skipped if true and if false, value. */
type Instruction = readonly [code: number, ifTrue: number, ifFalse: number, value: number]

/**
 * The filter, as bubblewrap's `--seccomp` reads it: calls for keys are denied, and all calls of another architecture or
 * convention. Throws `Misconfigured` on a machine without one.
 */
export function keyFilter(machine: string = process.arch): Buffer {
  const known = ARCHITECTURES[machine]
  if (known === undefined)
    throw new Failure('Misconfigured', `The sandbox has no filter for ${machine}: use x86_64 or arm64.`)
  const { audit, keyCalls } = known
  const denied: Instruction[] = [
    [JUMP_IF_AT_LEAST, keyCalls.length + 1, 0, OTHER_CONVENTION],
    ...keyCalls.map((call, at): Instruction => [JUMP_IF_EQUAL, keyCalls.length - at, 0, call]),
  ]
  return assembled([
    [LOAD, 0, 0, CALL_ARCHITECTURE],
    [JUMP_IF_EQUAL, 0, denied.length + 2, audit],
    [LOAD, 0, 0, CALL_NUMBER],
    ...denied,
    [RETURN, 0, 0, ALLOW],
    [RETURN, 0, 0, DENY],
  ])
}

function assembled(program: readonly Instruction[]): Buffer {
  return Buffer.concat(
    program.map(([code, ifTrue, ifFalse, value]) => {
      const bytes = Buffer.alloc(8)
      bytes.writeUInt16LE(code, 0)
      bytes.writeUInt8(ifTrue, 2)
      bytes.writeUInt8(ifFalse, 3)
      bytes.writeUInt32LE(value, 4)
      return bytes
    }),
  )
}
