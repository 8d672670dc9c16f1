/** Copies a text, or says that the browser does not allow it. */
import { useState } from 'react'
import { useSharedWords } from '../preferences.tsx'

export function CopyButton({ text }: { text: string }) {
  const say = useSharedWords()
  const [told, setTold] = useState<'copied' | 'refused'>()
  const copy = async () => {
    try {
      // Undefined on a page that is neither of this machine nor encrypted.
      await navigator.clipboard.writeText(text)
      setTold('copied')
    } catch {
      setTold('refused')
    }
  }
  return (
    <>
      <span role="status">{told && say(`copy.${told}`)}</span>
      <button type="button" onClick={() => void copy()}>
        {say('copy')}
      </button>
    </>
  )
}
