/** Splits an address with `user:password@`: fetch refuses it, and prints it in the error. */
import { Failure } from '../core/failures.ts'

export interface Credentialed {
  /** The address without user and password. */
  baseUrl: string
  /** The `authorization` header, if there is anything to say. */
  headers: Record<string, string>
}

/**
 * A token is sent as Bearer; otherwise user and password of the address as Basic. `name` is the upstream in messages.
 * Throws `Misconfigured` for an invalid address; its text is not repeated, since it may hold a password.
 */
export function credentials(name: string, address: string, token?: string): Credentialed {
  if (!/^https?:\/\//i.test(address) || !URL.canParse(address)) {
    throw new Failure(
      'Misconfigured',
      `The address of ${name} is not an http(s) address: correct the setting.`,
    )
  }
  const url = new URL(address)
  const basic = url.username === '' ? undefined : `${part(name, url.username)}:${part(name, url.password)}`
  url.username = ''
  url.password = ''
  const baseUrl = url.href.replace(/(?<!\/)\/+$/, '')
  if (token !== undefined && token !== '') return { baseUrl, headers: { authorization: `Bearer ${token}` } }
  if (basic === undefined) return { baseUrl, headers: {} }
  return { baseUrl, headers: { authorization: `Basic ${Buffer.from(basic).toString('base64')}` } }
}

function part(name: string, encoded: string): string {
  try {
    return decodeURIComponent(encoded)
  } catch {
    throw new Failure(
      'Misconfigured',
      `The user or password in the address of ${name} holds a bare %: write it as %25.`,
    )
  }
}
