// The board: cards are dragged with the mouse or a finger (SortableJS). What the server is asked and answers is in
// board-moves.js, the keys in board-keys.js, other people's changes in board-live.js.
import Sortable from '../vendor/sortablejs/modular/sortable.esm.js'
import { onLoad } from './dom.js'
import { allows, askReason, putBack, say, send, texts } from './board-moves.js'
import { watch } from './board-live.js'
import { toast } from './toasts.js'
import './board-keys.js'

const statusOf = (list) => list.closest('[data-status-id]')

onLoad('#board:not(.is-readonly)', (board) => {
  const lists = board.querySelectorAll('[data-cards], [data-zone]')
  for (const list of lists) {
    Sortable.create(list, {
      group: { name: 'board', put: (to, from, card) => allows(statusOf(to.el), card) },
      sort: !('zone' in list.dataset),
      draggable: '.board-card',
      filter: '.is-saving',
      preventOnFilter: false,
      delay: 220,
      delayOnTouchOnly: true,
      touchStartThreshold: 6,
      forceFallback: true,
      fallbackOnBody: true,
      fallbackTolerance: 4,
      forceAutoScrollFallback: true,
      scrollSensitivity: 60,
      animation: 140,
      ghostClass: 'is-ghost',
      dragClass: 'is-dragged',
      onStart: (event) => start(board, event),
      onEnd: (event) => end(board, event)
    })
  }
})

let origin

function start (board, { item, from }) {
  origin = { list: from, next: item.nextElementSibling }
  board.classList.add('is-dragging')
  document.documentElement.classList.add('is-dragging-card')
  for (const target of board.querySelectorAll('[data-closed-for]')) target.classList.toggle('is-closed', !allows(target, item))
  say(texts().taken)
}

// The column or closing status under the pointer; undefined: between them.
function under ({ originalEvent: { changedTouches, clientX, clientY } }) {
  const { clientX: x, clientY: y } = changedTouches?.[0] ?? { clientX, clientY }
  const element = document.elementFromPoint(x, y)
  return element?.closest('.board-columns, .board-zone') ? element.closest('.board-column, .board-zone') ?? undefined : null
}

function end (board, event) {
  const { item, from, to } = event
  const over = under(event)
  board.classList.remove('is-dragging')
  document.documentElement.classList.remove('is-dragging-card')
  for (const target of board.querySelectorAll('.is-closed')) target.classList.remove('is-closed')
  const place = origin
  document.dispatchEvent(new CustomEvent('board:dropped'))
  if (over === null || (over && over !== statusOf(to))) {
    putBack(item, place)
    const closed = over && !allows(over, item) ? over.querySelector('.board-closed') : null
    if (closed) toast(closed.textContent.trim(), 'warning')
    say(texts().putBack)
  } else if ('zone' in to.dataset) {
    putBack(item, place)
    if ('lost' in to.dataset) askReason(item)
    else send(item, { status: to.dataset.statusId }, place)
  } else if (to !== from || item.nextElementSibling !== place.next) {
    const [above, below] = [item.previousElementSibling, item.nextElementSibling].map((card) => card?.dataset.leadId ?? '')
    send(item, { status: statusOf(to).dataset.statusId, above, below }, place)
  }
}

watch()
