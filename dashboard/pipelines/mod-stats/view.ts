/** The state of the page of mods in its address. */
import * as z from 'zod/mini'
import { period } from '../../period.ts'
import type { Mod } from './rows.ts'

const text = z.catch(z.optional(z.string()), undefined)

export const STYLES = ['lines', 'stacked'] as const

export const modsView = z.object({
  /** As almanac.yaml names it. */
  mod: text,
  days: period,
  style: z.catch(z.enum(STYLES), 'lines'),
  /** A version whose downloads are drawn: platform and id. */
  version: text,
  /** Slug of a modpack whose downloads are drawn. */
  pack: text,
  /** `yes`: only modpacks with downloads. */
  stats: text,
})
export type ModsView = z.infer<typeof modsView>
export type ChangeMods = (change: Partial<Record<keyof ModsView, string | undefined>>) => void

/** What every panel of one mod gets. */
export interface ModPanelProps {
  mod: Mod
  view: ModsView
  change: ChangeMods
}

/** A version in the address. */
export const versionKey = ({ platform, version_id }: { platform: string; version_id: string }) =>
  `${platform}:${version_id}`
