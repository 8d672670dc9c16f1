/** The three known markups of a dependents page. No recording exists: they are built from what scrapers select. */
import type { Modpack } from './modpacks.ts'
import type { Mod } from './mods.ts'

/** `listing` and `legacy` are the older site's, `cards` the one since 2024. */
export type Markup = 'listing' | 'legacy' | 'cards'

/** One page; `page` counts from 1. */
export interface DependentsPage {
  mod: Mod
  packs: Modpack[]
  page: number
  pages: number
}

/** A whole HTML page, with the links of navigation that are no packs. */
export function renderDependents(markup: Markup, page: DependentsPage): string {
  return `<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><title>${escape(page.mod.title)} - Minecraft Mods - CurseForge</title></head>
<body>
<nav>
<a href="/minecraft">Minecraft</a> <a href="/minecraft/mc-mods">Mods</a> <a href="/minecraft/modpacks">Modpacks</a>
<a href="/minecraft/modpacks?page=1&amp;sortBy=popularity">Popular</a> <a href="/minecraft/mc-mods/${page.mod.slug}">Back</a>
</nav>
${RENDERERS[markup](page)}
<footer><a href="https://www.curseforge.com/minecraft/modpacks">All modpacks</a> <a href="/minecraft/modpacks/">More</a></footer>
</body>
</html>
`
}

const RENDERERS: Record<Markup, (page: DependentsPage) => string> = {
  listing: (page) => `<ul class="listing listing-project project-listing">
${page.packs.map(listingRow).join('\n')}
</ul>
<div class="pagination pagination-top flex items-center">${pager(page, 'pagination-item')}</div>`,
  legacy: (page) => `<div class="listing-body"><ul>
${page.packs.map(legacyRow).join('\n')}
</ul></div>
<div class="b-pagination"><ul class="b-pagination-list">${pager(page, 'b-pagination-item')}</ul></div>`,
  cards: (page) => `<div id="__next"><main><div class="results-container">
${page.packs.map(card).join('\n')}
</div><ul class="pagination">${pager(page, 'pagination-link')}</ul></main></div>
<script id="__NEXT_DATA__" type="application/json">{"props":{"pageProps":{"page":${page.page}}},"page":"/[game]/[class]/[slug]/relations/dependents"}</script>`,
}

function listingRow({ slug, name }: Modpack): string {
  return `<li class="project-listing-row box py-3 px-4 flex flex-col lg:flex-row lg:items-center">
<div class="project-avatar"><a href="/minecraft/modpacks/${slug}"><img src="https://media.forgecdn.net/avatars/${slug}.png" alt=""></a></div>
<div><a href="/minecraft/modpacks/${slug}" class="my-auto"><h3 class="text-primary-500 font-bold text-lg">${escape(name)}</h3></a>
<a href="/members/someone" class="font-bold">someone</a> <a href="/minecraft/modpacks/${slug}/download" class="button">Download</a></div>
</li>`
}

function legacyRow({ slug, name }: Modpack): string {
  return `<li class="project-list-item">
<div class="avatar"><a href="/minecraft/modpacks/${slug}"><img src="https://media.forgecdn.net/avatars/${slug}.png" alt=""></a></div>
<div class="details"><div class="name-wrapper overflow-tip"><a href="/minecraft/modpacks/${slug}">${escape(name)}</a></div></div>
</li>`
}

function card({ slug, name }: Modpack): string {
  return `<div class="project-card"><a class="overlay-link" href="/minecraft/modpacks/${slug}" aria-label="${escape(name)}"></a>
<a href="/minecraft/modpacks/${slug}"><img src="https://media.forgecdn.net/avatars/${slug}.png" alt=""></a>
<a class="name" href="/minecraft/modpacks/${slug}"><span class="ellipsis">${escape(name)}</span></a>
<a class="download-cta" href="/minecraft/modpacks/${slug}/files/all?page=1">Download</a>
<ul class="categories"><li><a href="/minecraft/search?class=modpacks&amp;categories=tech">Tech</a></li></ul></div>`
}

/** Links to every page but the shown one. */
function pager({ mod, page, pages }: DependentsPage, className: string): string {
  const links: string[] = []
  for (let number = 1; number <= pages; number += 1) {
    const href = `/minecraft/mc-mods/${mod.slug}/relations/dependents?filter-related-dependents=6&amp;page=${number}`
    const text = `<span class="text-primary-500">${number}</span>`
    links.push(
      number === page
        ? `<span class="${className} ${className}-active">${text}</span>`
        : `<a href="${href}" class="${className}">${text}</a>`,
    )
  }
  return links.join('')
}

function escape(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;')
}
