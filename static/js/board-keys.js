// Keys on the board: arrows go from card to card, with Alt they move the card. F6 serves a folded filter panel too.
import { allows, send } from './board-moves.js'

const cards = (column) => [...column.querySelectorAll('.board-card')]
const columns = () => [...document.querySelectorAll('#board .board-column')]

document.addEventListener('keydown', (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || document.querySelector('dialog[open]')) return
  if (event.key === 'F6' && !event.altKey) {
    event.preventDefault()
    document.getElementById('filter-mine')?.click()
    return
  }
  const card = event.target.closest?.('.board-card')
  const step = { ArrowUp: 'up', ArrowDown: 'down', ArrowLeft: -1, ArrowRight: 1 }[event.key]
  if (!step) return
  if (!card) {
    const first = document.querySelector('#board .board-card [data-act="open"]')
    if (event.key !== 'ArrowDown' || !first || !(event.target === document.body || event.target.id === 'lead-search-text')) return
    event.preventDefault()
    first.focus()
    return
  }
  event.preventDefault()
  if (event.altKey) move(card, step)
  else go(card, step)
})

function go (card, step) {
  const next = typeof step === 'string' ? beside(card, step) : across(card, step)
  next?.querySelector('[data-act="open"]').focus()
  next?.scrollIntoView({ block: 'nearest', inline: 'nearest' })
}

function beside (card, step) {
  const next = step === 'up' ? card.previousElementSibling : card.nextElementSibling
  return next?.matches('.board-card') ? next : null
}

// The card at the same height in the next column that has any.
function across (card, step) {
  const all = columns()
  const height = card.getBoundingClientRect().top
  for (let at = all.indexOf(card.closest('.board-column')) + step; all[at]; at += step) {
    const found = cards(all[at])
    if (found.length) return found.find((other) => other.getBoundingClientRect().bottom > height) ?? found.at(-1)
  }
}

function move (card, step) {
  if (document.querySelector('#board.is-readonly')) return
  const all = columns()
  const column = card.closest('.board-column')
  const origin = { list: card.parentElement, next: card.nextElementSibling }
  if (typeof step === 'string') {
    send(card, { status: column.dataset.statusId, where: step }, origin)
    return
  }
  let at = all.indexOf(column) + step
  while (all[at] && !allows(all[at], card)) at += step
  if (all[at]) send(card, { status: all[at].dataset.statusId, where: 'top' }, origin)
}
