// data-hotkey="f6" | "ctrl+s" | "n" | "/": clicks the element (a field gets the focus instead). Keys without Ctrl, Alt
// or F rest while somebody types. "g-l": g, then l. crm/shortcuts.py lists them all for the help sheet. Shown to screen readers through aria-keyshortcuts.
import { onLoad } from './dom.js'

function name (event) {
  const parts = []
  if (event.ctrlKey || event.metaKey) parts.push('ctrl')
  if (event.altKey) parts.push('alt')
  if (event.shiftKey && event.key.length > 1) parts.push('shift')
  return [...parts, event.key.toLowerCase()].join('+')
}

function isTyping (element) {
  return element.closest?.('input:not([type="checkbox"], [type="radio"], [type="button"], [type="submit"]), textarea, select, trix-editor, [contenteditable="true"]')
}

// Within a dialog only its own keys work.
function find (pressed) {
  const scope = [...document.querySelectorAll('dialog[open]')].at(-1) ?? document
  return [...scope.querySelectorAll('[data-hotkey]')].find((candidate) =>
    candidate.dataset.hotkey.split(' ').includes(pressed) && !candidate.disabled &&
    (candidate.checkVisibility() || candidate.matches('[data-hotkey-hidden], [data-hotkey^="g-"]')))
}

// g, then a letter: the pages of the navigation.
const PATIENCE = 1500
let begun = -PATIENCE

document.addEventListener('keydown', (event) => {
  if (event.isComposing || !event.key || event.defaultPrevented) return
  let pressed = name(event)
  const plain = pressed.length === 1 || pressed === 'escape'
  if (plain && isTyping(event.target)) {
    if (pressed === 'escape') leaveField(event)
    return
  }
  if (pressed === 'escape' && document.querySelector('.dropdown-menu.show')) return
  if (pressed.length === 1) {
    const follows = event.timeStamp - begun < PATIENCE
    begun = pressed === 'g' && !follows ? event.timeStamp : -PATIENCE
    if (follows) pressed = `g-${pressed}`
  }
  const element = find(pressed)
  if (!element) return
  event.preventDefault()
  if (element.matches('input:not([type="checkbox"], [type="radio"]), textarea, select')) {
    element.focus()
    element.select?.()
  } else if (event.target.closest?.('trix-editor')) requestAnimationFrame(() => element.click()) // it writes its field then
  else element.click()
})

// From a field back to the page, where single keys work again. A dialog, and a list that is open, close themselves.
function leaveField ({ target }) {
  if (target.closest('dialog, .ts-wrapper') || (target.type === 'search' && target.value)) return
  target.blur()
}

const ARIA = { ctrl: 'Control', alt: 'Alt', shift: 'Shift', escape: 'Escape', enter: 'Enter' }
onLoad('[data-hotkey]', (element) => {
  if (element.dataset.hotkey.startsWith('g-')) return // ARIA has no word for one key after another
  const keys = element.dataset.hotkey.split(' ').map((key) => key.split('+').map((part) => ARIA[part] ?? part.toUpperCase()).join('+'))
  element.setAttribute('aria-keyshortcuts', keys.join(' '))
})

// Rows of a table: arrows move (from the page or its search box into the first one), Enter opens what a double click opens.
document.addEventListener('keydown', (event) => {
  if (event.defaultPrevented || event.target.closest?.('dialog')) return
  const row = event.target.closest?.('tr[data-href]')
  const isOutside = event.target === document.body || event.target.matches?.('input[data-hotkey~="f"]')
  if (event.key === 'ArrowDown' && isOutside) go(document.querySelector('main tr[data-href]'), event)
  if (!row || event.target !== row) return
  if (event.key === 'Enter') open(row, event)
  const rows = [...row.closest('table').querySelectorAll('tr[data-href]')]
  const place = rows.indexOf(row)
  go({ ArrowDown: rows[place + 1], ArrowUp: rows[place - 1], Home: rows[0], End: rows.at(-1) }[event.key], event)
})

function go (row, event) {
  if (!row) return
  event.preventDefault()
  row.focus()
}

document.addEventListener('dblclick', (event) => {
  const row = event.target.closest('tr[data-href]')
  if (row && !event.target.closest('a, button, input, select, textarea, .ts-wrapper')) open(row, event)
})

function open (row, event) {
  if (event.ctrlKey || event.metaKey) window.open(row.dataset.href, '_blank')
  else window.location.assign(row.dataset.href)
}
