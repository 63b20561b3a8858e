// form[data-unsaved-guard]: what was typed is not lost by a stray click. Links ask in our dialog, closing the tab in the
// browser's own. Saving through HTMX with a good answer, or a plain submit, ends the guard.
import { onLoad } from './dom.js'
import { confirm } from './dialogs.js'

const texts = document.getElementById('unsaved-texts').dataset
const guarded = new Map()

/** Whether a guarded form of this page, or the given one, holds changes. */
export function hasUnsavedChanges (only = null) {
  return [...guarded].some(([form, first]) => (!only || form === only) && form.isConnected && form.dataset.sent !== 'yes' && state(form) !== first)
}

/** What is in the form now counts as saved. */
export function markSaved (form) {
  if (guarded.has(form)) guarded.set(form, state(form))
}

function state (form) {
  const values = [...new FormData(form)].filter(([name]) => name !== 'csrfmiddlewaretoken')
  return JSON.stringify(values.map(([name, value]) => [name, value instanceof File ? value.name : value]))
}

onLoad('form[data-unsaved-guard]', (form) => {
  for (const old of guarded.keys()) if (!old.isConnected) guarded.delete(old)
  // Selects and editors fill their fields when they are built; errors from the server mean that nothing is saved yet.
  requestAnimationFrame(() => setTimeout(() => {
    guarded.set(form, 'dirty' in form.dataset ? '' : state(form))
    form.dataset.guarded = 'yes'
  }, 50))
})

window.addEventListener('beforeunload', (event) => {
  if (hasUnsavedChanges()) event.preventDefault()
})

document.addEventListener('click', async (event) => {
  const link = event.target.closest('a[href]')
  if (!link || event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey) return
  if (link.target === '_blank' || link.origin !== window.location.origin || link.hasAttribute('download')) return
  if (link.pathname === window.location.pathname && link.hash) return
  if (link.matches('[hx-get]:not([hx-push-url="true"])') || !hasUnsavedChanges()) return
  event.preventDefault()
  event.stopImmediatePropagation()
  const leave = await confirm(texts.text, { title: texts.title, action: texts.leave, cancel: texts.stay, level: 'danger' })
  if (!leave) return
  guarded.clear()
  window.location.assign(link.href)
}, true)

// What was typed while the request was under way is not in the answer: then the form stays unsaved.
const sent = new WeakMap()
document.addEventListener('htmx:beforeSend', ({ detail }) => {
  const form = detail.elt.closest('form')
  if (form) sent.set(detail.xhr, state(form))
})
document.addEventListener('htmx:beforeOnLoad', ({ detail }) => {
  const form = detail.elt.closest('form')
  if (form && sent.get(detail.xhr) === state(form)) sent.delete(detail.xhr)
})
document.addEventListener('htmx:afterRequest', ({ detail }) => {
  const form = detail.elt.closest?.('form')
  if (detail.xhr.status < 400 && detail.requestConfig.verb !== 'get' && form && !sent.has(detail.xhr)) markSaved(form)
})
