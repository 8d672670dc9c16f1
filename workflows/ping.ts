/** Ends at once: shows that a worker takes work. */
export function pingWorkflow(): Promise<void> {
  return Promise.resolve()
}
