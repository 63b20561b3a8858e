// data-hotkey="f6" | "ctrl+s" | "n" | "/": clicks the element (a field gets the focus instead). Keys without Ctrl, Alt
// or F rest while somebody types. Shown to screen readers through aria-keyshortcuts.
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

document.addEventListener('keydown', (event) => {
  if (event.isComposing || !event.key) return
  const pressed = name(event)
  const plain = pressed.length === 1
  if (plain && isTyping(event.target)) return
  const scope = [...document.querySelectorAll('dialog[open]')].at(-1) ?? document
  const element = [...scope.querySelectorAll('[data-hotkey]')].find((candidate) =>
    candidate.dataset.hotkey.split(' ').includes(pressed) && candidate.checkVisibility() && !candidate.disabled)
  if (!element) return
  event.preventDefault()
  if (element.matches('input:not([type="checkbox"], [type="radio"]), textarea, select')) {
    element.focus()
    element.select?.()
  } else if (event.target.closest?.('trix-editor')) requestAnimationFrame(() => element.click()) // it writes its field then
  else element.click()
})

const ARIA = { ctrl: 'Control', alt: 'Alt', shift: 'Shift', escape: 'Escape', enter: 'Enter' }
onLoad('[data-hotkey]', (element) => {
  const keys = element.dataset.hotkey.split(' ').map((key) => key.split('+').map((part) => ARIA[part] ?? part.toUpperCase()).join('+'))
  element.setAttribute('aria-keyshortcuts', keys.join(' '))
})

// Rows of a table: arrows move, Enter opens what a double click opens.
document.addEventListener('keydown', (event) => {
  const row = event.target.closest?.('tr[data-href]')
  if (!row || event.target !== row) return
  if (event.key === 'Enter') open(row, event)
  const sibling = { ArrowDown: 'nextElementSibling', ArrowUp: 'previousElementSibling' }[event.key]
  if (!sibling) return
  event.preventDefault()
  row[sibling]?.focus()
})
document.addEventListener('dblclick', (event) => {
  const row = event.target.closest('tr[data-href]')
  if (row && !event.target.closest('a, button, input, select, textarea, .ts-wrapper')) open(row, event)
})

function open (row, event) {
  if (event.ctrlKey || event.metaKey) window.open(row.dataset.href, '_blank')
  else window.location.assign(row.dataset.href)
}
