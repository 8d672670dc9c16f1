/** Gives a text to the reader as a file. */
export function downloadText(name: string, text: string, type: string): void {
  download(name, URL.createObjectURL(new Blob([text], { type })))
}

/** Gives a file to the reader, under a name that every system takes. */
export function download(name: string, address: string): void {
  const link = document.createElement('a')
  link.href = address
  link.download = name.replaceAll(/[^\p{L}\p{N}._-]+/gu, '-')
  link.click()
  // After the browser has taken it.
  if (address.startsWith('blob:'))
    setTimeout(() => {
      URL.revokeObjectURL(address)
    }, 0)
}
