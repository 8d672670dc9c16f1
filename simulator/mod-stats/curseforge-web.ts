/** CurseForge's website: the pages of a mod's dependents. Their markup is in dependents-markup.ts. */
import * as z from 'zod'
import { hex, textHash } from '../chance.ts'
import { renderDependents, type Markup } from './dependents-markup.ts'
import { ownFault } from '../own-fault.ts'
import { html, type Reply, type SimulatedRequest, type Upstream } from '../upstream.ts'
import type { ModWorld } from './mod-world.ts'

const ROWS_PER_PAGE = 20
/** `filter-related-dependents`: 6 is "included", that is modpacks. */
const INCLUDED = '6'

export interface CurseForgeWebOptions {
  world: ModWorld
  /** The markup of the site without a fault. */
  markup: Markup
  /** The page past the last one: a 404, or a page without packs. */
  pastTheEnd: '404' | 'empty'
}

const markupFields = {
  markup: z.enum(['listing', 'legacy', 'cards']),
  pastTheEnd: z.enum(['404', 'empty']).optional(),
}
/** Another markup of the website, and its response past the last page. */
const MARKUP = ownFault('markup', markupFields)

/** The upstream `curseforge-web`. */
export function createCurseForgeWeb(options: CurseForgeWebOptions): Upstream {
  const answer = (request: SimulatedRequest): Reply => {
    const reply = page(options, request)
    const ray = hex(16, textHash(request.url))
    return {
      ...reply,
      headers: {
        server: 'cloudflare',
        'cf-cache-status': 'DYNAMIC',
        'cf-ray': `${ray}-CDG`,
        ...reply.headers,
      },
    }
  }
  return { name: 'curseforge-web', prefix: '/curseforge-web', answer, faults: [MARKUP] }
}

function page(options: CurseForgeWebOptions, { path, query, method, fault }: SimulatedRequest): Reply {
  const { world } = options
  const slug = /^\/minecraft\/mc-mods\/([^/]+)(\/relations\/dependents)?$/.exec(path)
  const mod = slug?.[1] === undefined ? undefined : world.curseforgeMod(slug[1])
  if (mod === undefined || method !== 'GET')
    return html(404, '<!DOCTYPE html><title>Not found - CurseForge</title>')
  if (slug?.[2] === undefined) return html(200, `<!DOCTYPE html><title>${mod.title} - CurseForge</title>`)
  const asked = query.get('page') ?? '1'
  const number = /^[1-9]\d{0,4}$/.test(asked) ? Number(asked) : 1
  // any other filter shows other kinds of projects: none of them is a modpack
  const isAboutPacks = query.get('filter-related-dependents') === INCLUDED
  const packs = isAboutPacks && fault?.kind !== 'empty' ? world.modpacksOf(mod) : []
  const broken = fault?.kind === MARKUP.kind ? z.object(markupFields).parse(fault) : undefined
  const markup = broken?.markup ?? options.markup
  const pastTheEnd = broken?.pastTheEnd ?? options.pastTheEnd
  const pages = Math.max(1, Math.ceil(packs.length / ROWS_PER_PAGE))
  if (number > pages && pastTheEnd === '404' && fault?.kind !== 'empty') {
    return html(404, '<!DOCTYPE html><title>Not found - CurseForge</title>')
  }
  const shown = packs.slice((number - 1) * ROWS_PER_PAGE, number * ROWS_PER_PAGE)
  return html(200, renderDependents(markup, { mod, packs: shown, page: number, pages }))
}
