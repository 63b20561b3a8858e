// Other people's changes (live.js): the cards of the leads that it names are fetched as they stand now, a few changes at
// once, and never under the hand that drags one.
import { onLive } from './live.js'

const SOON = 300
const MANY = 100
const waiting = new Set()
let all = false
let timer

/** Listen. */
export function watch () {
  onLive('leads', ({ ids }) => {
    if (ids) for (const id of ids) waiting.add(id)
    else all = true
    later()
  })
  document.addEventListener('board:dropped', later)
}

function later () {
  clearTimeout(timer)
  if (all || waiting.size) timer = setTimeout(refresh, SOON)
}

function refresh () {
  const board = document.getElementById('board')
  if (!board) return
  if (board.matches('.is-dragging') || board.querySelector('.is-saving')) return later()
  const ids = [...waiting]
  const anew = all || ids.length > MANY
  waiting.clear()
  all = false
  if (anew) {
    window.htmx.ajax('GET', board.dataset.address, { source: board, target: '#board', swap: 'outerHTML' }).catch(() => {})
    return
  }
  const url = new URL(board.dataset.changesUrl, window.location.origin)
  for (const id of ids) url.searchParams.append('id', id)
  window.htmx.ajax('GET', url.pathname + url.search, { source: board, target: '#board-inbox', swap: 'none' }).catch(() => {})
}
