// Other people's changes: `lejek:live` (detail: {kind: "leads", ids, by}) happens in every open page; the cards it names are
// fetched as they stand now, a few changes at once, and never under the hand that drags one.

const SOON = 300
const MANY = 100
const waiting = new Set()
let timer

/** Listen. */
export function watch () {
  window.addEventListener('lejek:live', ({ detail }) => {
    if (detail?.kind !== 'leads') return
    for (const id of detail.ids ?? []) waiting.add(String(id))
    later()
  }, true)
  document.addEventListener('board:dropped', later)
  document.addEventListener('visibilitychange', later)
}

function later () {
  clearTimeout(timer)
  if (waiting.size) timer = setTimeout(refresh, SOON)
}

function refresh () {
  const board = document.getElementById('board')
  if (document.hidden || !board) return
  if (board.matches('.is-dragging') || board.querySelector('.is-saving')) return later()
  const ids = [...waiting]
  waiting.clear()
  if (ids.length > MANY) {
    window.htmx.ajax('GET', board.dataset.address, { source: board, target: '#board', swap: 'outerHTML' }).catch(() => {})
    return
  }
  const url = new URL(board.dataset.changesUrl, window.location.origin)
  for (const id of ids) url.searchParams.append('id', id)
  window.htmx.ajax('GET', url.pathname + url.search, { source: board, target: '#board-inbox', swap: 'none' }).catch(() => {})
}
