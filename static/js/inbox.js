// Lists of what waits to be processed: [data-inbox] tables (calls, e-mails). Rows are chosen by their boxes (Shift takes
// those between) or by X, and dealt with by U (Utwórz), D (Dołącz), I (Ignorowany) on the row that has the focus; for
// several chosen ones I ignores all of them. Whatever is dealt with, the focus stays where the work is.
import { onLoad } from './dom.js'

const PAUSE = 400
const chosen = new Set()
let anchor
const bar = document.getElementById('inbox-bulk')
const boxes = () => [...document.querySelectorAll('[data-inbox] tbody .lj-cell-check input')]
const rows = () => [...document.querySelectorAll('[data-inbox] tbody tr')]

function show () {
  const here = boxes()
  for (const other of [...chosen]) if (!here.some((box) => box.value === other)) chosen.delete(other)
  for (const box of here) {
    box.checked = chosen.has(box.value)
    box.closest('tr').classList.toggle('is-selected', box.checked)
  }
  const page = document.getElementById('inbox-select-page')
  if (page) {
    page.disabled = here.length === 0
    page.checked = here.length > 0 && chosen.size === here.length
    page.indeterminate = chosen.size > 0 && chosen.size < here.length
  }
  if (!bar) return
  bar.hidden = chosen.size === 0
  bar.querySelector('form').elements.ids.value = [...chosen].join(',')
  bar.querySelector('[data-bulk-count]').textContent = chosen.size.toLocaleString(document.documentElement.lang)
}

function toggle (box, on, range) {
  const here = boxes()
  const from = range && anchor ? here.findIndex((other) => other.value === anchor) : -1
  const to = here.indexOf(box)
  for (const other of from < 0 ? [box] : here.slice(Math.min(from, to), Math.max(from, to) + 1)) {
    if (on) chosen.add(other.value)
    else chosen.delete(other.value)
  }
  anchor = box.value
  show()
}

function clear () {
  chosen.clear()
  anchor = undefined
  show()
}

document.addEventListener('click', (event) => {
  if (event.target.matches('[data-inbox] tbody .lj-cell-check input')) toggle(event.target, event.target.checked, event.shiftKey)
  else if (event.target.id === 'inbox-select-page') {
    for (const box of boxes()) event.target.checked ? chosen.add(box.value) : chosen.delete(box.value)
    show()
  } else if (event.target.closest('[data-bulk-clear]')) {
    clear()
    rows()[0]?.focus()
  }
})

const ACTIONS = { u: '[data-inbox-create]', d: '[data-inbox-attach]', i: '[data-inbox-ignore]' }

document.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || !event.target.matches?.('[data-inbox] tbody tr')) return
  const key = event.key.toLowerCase()
  const box = event.target.querySelector('.lj-cell-check input')
  if (key === 'x' && box) toggle(box, event.shiftKey || !box.checked, event.shiftKey)
  else if (key === 'i' && chosen.size > 0) bar.querySelector('form').requestSubmit()
  else if (key in ACTIONS) event.target.querySelector(ACTIONS[key])?.click()
  else if (key === 'escape' && chosen.size > 0) clear()
  else return
  event.preventDefault()
})

// The row that was dealt with goes; the next one takes its place.
let place = -1
document.addEventListener('focusin', ({ target }) => {
  const row = target.closest('[data-inbox] tbody tr')
  if (row) place = rows().indexOf(row)
})
let hadFocus = false
document.addEventListener('htmx:beforeSwap', ({ detail }) => {
  if (detail.target?.matches?.('[data-inbox]')) hadFocus = place >= 0 && (detail.target.contains(document.activeElement) || document.activeElement === document.body)
})
onLoad('[data-inbox]', () => {
  show()
  if (!hadFocus || document.querySelector('dialog[open]')) return
  hadFocus = false
  const here = rows()
  here[Math.min(place, here.length - 1)]?.focus()
})

// What comes in, and what others do, is shown while nobody is in the middle of something here.
let timer
document.addEventListener('lejek:live', ({ detail }) => {
  const live = [...document.querySelectorAll(`[data-live="${detail.kind}"]`)].filter((element) => !element.dataset.liveId || !detail.id || element.dataset.liveId === String(detail.id))
  if (!live.length) return
  clearTimeout(timer)
  timer = setTimeout(() => refresh(detail.kind), PAUSE)
})

function refresh (kind) {
  if (document.hidden || document.querySelector('dialog[open], .dropdown-menu.show')) timer = setTimeout(() => refresh(kind), PAUSE * 5)
  else window.htmx.trigger(document.body, `${kind}s:changed`)
}
