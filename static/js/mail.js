// E-mails: the row that has the focus or is clicked is shown beside the list (on narrow screens it opens a page), and
// what is being read in a card is not folded up by news.
import { onLoad } from './dom.js'
import './mail-frame.js'

const PAUSE = 180
const pane = document.getElementById('mail-pane')
const isBeside = () => pane?.checkVisibility() && window.getComputedStyle(pane).position !== 'static'
let timer
let shown

function mark () {
  for (const row of document.querySelectorAll('[data-mail-preview]')) row.classList.toggle('is-shown', row.dataset.href === shown)
}

function preview (row) {
  if (shown === row.dataset.href) return
  shown = row.dataset.href
  mark()
  window.htmx.ajax('GET', shown, { target: pane, swap: 'innerHTML show:none' })
}

document.addEventListener('focusin', ({ target }) => {
  const row = target.closest('[data-mail-preview]')
  if (!row || !isBeside()) return
  clearTimeout(timer)
  timer = setTimeout(() => row.isConnected && preview(row), PAUSE)
})

document.addEventListener('click', (event) => {
  const row = event.target.closest('[data-mail-preview] .mail-line')?.closest('tr')
  if (!row || !isBeside() || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return
  event.preventDefault()
  row.focus()
  preview(row)
})

onLoad('[data-inbox]', mark)

// The images were asked for: the frame loads anew, and the question goes.
document.addEventListener('click', (event) => {
  const link = event.target.closest('[data-mail-images]')
  if (link) setTimeout(() => { link.closest('p').hidden = true })
})

document.addEventListener('htmx:beforeRequest', (event) => {
  const { elt, requestConfig } = event.detail
  if (elt.matches('#lead-emails, #partner-emails') && requestConfig.elt === elt && elt.querySelector('details[open]')) event.preventDefault()
})

// Opened by whom it is for: it is new no more.
document.addEventListener('mail:opened', ({ detail }) => {
  for (const element of document.querySelectorAll(`[data-message-id="${CSS.escape(detail.id)}"].is-new`)) element.classList.remove('is-new')
})
