// Mój dzień: arrow keys through the rows, and a focus that stays where the work is when a row goes.
import { onLoad } from './dom.js'

const PAUSE = 1500
const names = (root) => [...root.querySelectorAll('.day-name, .activity-summary')]

document.addEventListener('keydown', (event) => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
  if (!step || event.defaultPrevented) return
  const all = names(document)
  const place = all.indexOf(event.target)
  const next = event.target === document.body && step > 0 ? all[0] : place >= 0 && all[place + step]
  if (!next) return
  event.preventDefault()
  next.focus()
})

// The row that was worked on is gone: the next one of its block takes its place, or the block's heading, or the page.
let place
let isOwn = false
document.addEventListener('focusin', ({ target }) => {
  const block = target.closest('#my-day [data-block]')
  if (block) place = { block: block.dataset.block, row: [...block.querySelectorAll('li')].indexOf(target.closest('li')) }
})
document.addEventListener('htmx:beforeRequest', ({ detail }) => {
  if (detail.requestConfig.verb === 'post') isOwn = true
})
document.addEventListener('htmx:beforeSwap', ({ detail }) => {
  if (detail.target?.id === 'my-day' && !detail.target.contains(document.activeElement) && !isOwn) place = undefined
})
onLoad('#my-day', (day) => {
  isOwn = false
  if (!place) return
  const block = day.querySelector(`[data-block="${place.block}"]`)
  const found = block ? names(block) : []
  ;(found[Math.min(Math.max(place.row, 0), found.length - 1)] ?? document.getElementById('content')).focus()
})

// What others do changes the day too; not while something is open or typed.
let timer
document.addEventListener('lejek:live', ({ detail }) => {
  if (!['leads', 'call', 'mail'].includes(detail.kind)) return
  clearTimeout(timer)
  timer = setTimeout(refresh, PAUSE)
})

function refresh () {
  if (document.querySelector('dialog[open], .dropdown-menu.show')) timer = setTimeout(refresh, PAUSE)
  else window.htmx.trigger(document.body, 'my-day:changed')
}
