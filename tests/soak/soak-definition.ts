/** What `npm run soak -- NAME` runs. */
export interface Soak {
  /** Its options beside `--seed`. Each takes a positive number. */
  options: { flags: string; description: string; default: number }[]
  /** Returns how many promises were broken; `option` returns an option's value by its camel-case name. */
  run: (option: (name: string) => number) => Promise<number>
}
