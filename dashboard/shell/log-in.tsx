/** Asks for a token where the server wants one: everywhere but on its own machine. */
import { useQueryClient } from '@tanstack/react-query'
import { useId, useState, type ReactNode } from 'react'
import { ApiProblem, sendJson, SESSION, useApi } from '../api.ts'
import { Trouble } from '../blocks/states.tsx'
import { useSharedWords } from '../preferences.tsx'

interface Session {
  role: 'reader' | 'operator' | null
  needs_token: boolean
}

/** Shows its children to who may see them, and a form to everybody else. */
export function Guarded({ children }: { children: ReactNode }) {
  const session = useApi<Session>(SESSION)
  return session.data?.role === null ? <LogIn /> : children
}

function LogIn() {
  const say = useSharedWords()
  const queries = useQueryClient()
  const field = useId()
  const [error, setError] = useState<unknown>(undefined)
  const logIn = async (token: string) => {
    try {
      await sendJson('POST', SESSION, { token })
      await queries.invalidateQueries()
    } catch (refusal) {
      if (!(refusal instanceof ApiProblem) && !(refusal instanceof TypeError)) throw refusal
      setError(refusal)
    }
  }
  return (
    <form
      className="panel log-in"
      onSubmit={(event) => {
        event.preventDefault()
        const token = new FormData(event.currentTarget).get('token')
        void logIn(typeof token === 'string' ? token : '')
      }}
    >
      <h1>{say('logIn.title')}</h1>
      <p>{say('logIn.text')}</p>
      <label htmlFor={field}>{say('logIn.token')}</label>
      <input id={field} name="token" type="password" autoComplete="current-password" required />
      <button type="submit" className="primary">
        {say('logIn.send')}
      </button>
      {error !== undefined && <Trouble error={error} />}
    </form>
  )
}

/** Ends the session, if there is one to end. */
export function LogOut() {
  const say = useSharedWords()
  const queries = useQueryClient()
  const session = useApi<Session>(SESSION).data
  if (session?.needs_token !== true || session.role === null) return null
  const logOut = async () => {
    await sendJson('DELETE', SESSION)
    await queries.resetQueries()
  }
  return (
    <button
      type="button"
      onClick={() => {
        void logOut()
      }}
    >
      {say('logIn.out')}
    </button>
  )
}
