/** Changes that a person asks the server for: a button, its confirmation if it has one, and what came of it. */
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useId, useRef, type ReactNode } from 'react'
import { sendJson, SESSION, useApi } from '../api.ts'
import { useSharedWords } from '../preferences.tsx'
import { Trouble } from './states.tsx'

export interface Change {
  address: string
  body?: object
}

/** Sends a change. Whatever the page shows is then asked for again. */
export function useChange<T>() {
  const queries = useQueryClient()
  return useMutation<T, Error, Change>({
    // The server is often this machine, which needs no network to be reached.
    networkMode: 'always',
    mutationFn: async ({ address, body }) => (await sendJson('POST', address, body)) as T,
    onSuccess: () => queries.invalidateQueries(),
  })
}

/** Whether the reader of the page may change something; true until that is known. */
export const useMayChange = (): boolean =>
  useApi<{ role: 'reader' | 'operator' | null }>(SESSION).data?.role !== 'reader'

/** Says that changes need another token; nothing to whom may change. */
export function ReaderNote() {
  const say = useSharedWords()
  return useMayChange() ? null : <p className="soft">{say('change.readerOnly')}</p>
}

interface ChangeButtonProps extends Change {
  /** What is done, as a verb. */
  label: string
  /** Named to those who hear the button without what stands around it. */
  about?: string
  /** Said after it was done. */
  done: string
  /** Asked before it is done: what exactly is done, and the button that leaves it. */
  confirm?: { title: string; text: ReactNode; leave: string }
}

/** A button that changes something; nothing for a reader. */
export function ChangeButton({ label, about, done, confirm, address, body }: ChangeButtonProps) {
  const change = useChange()
  const dialog = useRef<HTMLDialogElement>(null)
  const mayChange = useMayChange()
  if (!mayChange) return null
  const run = () => {
    change.mutate({ address, ...(body && { body }) })
  }
  return (
    <span className="changing">
      <button
        type="button"
        // Not `disabled`, which would take the focus away.
        aria-disabled={change.isPending}
        aria-label={about === undefined ? undefined : `${label}: ${about}`}
        onClick={() => {
          if (change.isPending) return
          if (confirm === undefined) run()
          else dialog.current?.showModal()
        }}
      >
        {label}
      </button>
      {confirm && <Confirmation {...confirm} label={label} dialog={dialog} run={run} />}
      <Outcome change={change} done={done} />
    </span>
  )
}

/** What came of a change, also said to those who cannot see it. */
function Outcome({ change, done }: { change: ReturnType<typeof useChange>; done: string }) {
  return (
    <>
      <span role="status">{change.isSuccess && done}</span>
      {change.error !== null && <Trouble error={change.error} />}
    </>
  )
}

interface ConfirmationProps {
  title: string
  text: ReactNode
  leave: string
  label: string
  dialog: React.RefObject<HTMLDialogElement | null>
  run: () => void
}

function Confirmation({ title, text, leave, label, dialog, run }: ConfirmationProps) {
  const heading = useId()
  const close = () => {
    dialog.current?.close()
  }
  return (
    <dialog ref={dialog} aria-labelledby={heading}>
      <h2 id={heading}>{title}</h2>
      {text}
      <div className="buttons">
        <button type="button" onClick={close}>
          {leave}
        </button>
        <button
          type="button"
          className="danger"
          onClick={() => {
            close()
            run()
          }}
        >
          {label}
        </button>
      </div>
    </dialog>
  )
}
