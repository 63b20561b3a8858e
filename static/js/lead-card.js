// The card of a lead: tabs that load when they are opened, the name that follows the product, answers to saves and actions.
import { onLoad } from './dom.js'
import { hasUnsavedChanges, markSaved } from './unsaved.js'

const form = () => document.getElementById('lead-form')

// --- Tabs: the open one stands in the address; Historia and Zmiany statusu are read again whenever they are shown.

document.addEventListener('shown.bs.tab', ({ target }) => {
  window.history.replaceState(window.history.state, '', `#${target.id.replace('tab-', '')}`)
  refresh(document.querySelector(target.dataset.bsTarget))
})

function refresh (panel) {
  if (panel?.matches('[hx-get]')) window.htmx.trigger(panel, 'lead:show')
}

onLoad('#lead-form', (loaded) => {
  // They stand outside of the form that came anew.
  for (const id of ['panel-files', 'panel-calls', 'panel-emails']) document.getElementById(id)?.classList.remove('active')
  const wrong = loaded.querySelector('[aria-invalid="true"]')
  const panel = wrong?.closest('.tab-pane')
  const wanted = panel ? panel.getAttribute('aria-labelledby') : `tab-${window.location.hash.slice(1)}`
  const tab = loaded.querySelector(`[role="tab"]#${CSS.escape(wanted)}:not(.active)`)
  tab?.click()
  tab?.blur()
  // Selects and the editor take over their fields first.
  if (wrong) setTimeout(() => (wrong.tomselect ?? wrong.parentElement.querySelector('trix-editor') ?? wrong).focus())
})

// --- What one field means for another.

document.addEventListener('change', ({ target }) => {
  const name = document.getElementById('id_name')
  if (target.id !== 'id_product' || !target.value || !name || name.value.trim()) return
  name.value = target.selectedOptions[0].textContent.trim()
})

document.addEventListener('click', ({ target }) => {
  const pick = target.closest('[data-pick-partner]')
  if (!pick) return
  const { tomselect } = document.getElementById('id_partner')
  tomselect.addOption({ id: pick.dataset.pickPartner, text: pick.dataset.name })
  tomselect.setValue(pick.dataset.pickPartner)
  document.getElementById('id_name').dispatchEvent(new Event('input', { bubbles: true }))
})

// --- Answers. An action changes the card around the form; what is typed in the form stays typed, and unsaved if it was.

let wasClean = false
let sent = new FormData()

document.addEventListener('htmx:beforeSend', ({ detail }) => {
  if (detail.elt === form()) sent = new FormData(form())
})

document.addEventListener('lead:changed', ({ detail }) => {
  wasClean = !hasUnsavedChanges(form())
  for (const [name, stored] of Object.entries(detail.values)) {
    const field = form().elements[name]
    if (field.value === sent.get(name)) field.value = stored // else somebody types on
  }
})

// The form stays after a save, so what was wrong before is taken away.
document.addEventListener('htmx:afterRequest', ({ detail }) => {
  if (detail.elt !== form() || detail.xhr.status !== 200) return
  for (const told of form().querySelectorAll('.lj-errors, .lead-tab-error')) told.remove()
  for (const field of form().querySelectorAll('.has-errors')) field.classList.remove('has-errors')
  for (const control of form().querySelectorAll('[aria-invalid]')) control.removeAttribute('aria-invalid')
})

document.addEventListener('htmx:afterRequest', () => {
  if (!wasClean) return
  wasClean = false
  markSaved(form())
})

document.addEventListener('lead:changed', () => {
  refresh(document.querySelector('.tab-pane.active'))
})

// Copying, or making a partner, is meant of what is on screen.
document.addEventListener('htmx:confirm', (event) => {
  const { id } = event.detail.elt
  if (!event.detail.elt.matches('[data-save-first]') || !hasUnsavedChanges(form())) return
  event.preventDefault()
  const goOn = ({ detail }) => {
    if (detail.elt !== form()) return // a request of something inside the form
    form().removeEventListener('htmx:afterRequest', goOn)
    if (detail.xhr.status !== 200) return
    setTimeout(() => { // once the form knows that it is saved
      const button = document.getElementById(id)
      if (!button) return
      window.htmx.process(button) // it came with the answer
      button.click()
    })
  }
  form().addEventListener('htmx:afterRequest', goOn)
  form().requestSubmit()
})

// The lead, or something of it, is gone: the answer to a save says so above what was typed; after others the page asks.
document.addEventListener('htmx:beforeSwap', ({ detail }) => {
  if (![404, 410].includes(detail.xhr.status)) return
  if (!detail.xhr.getResponseHeader('HX-Retarget')) {
    document.dispatchEvent(new CustomEvent('lead:gone'))
    return
  }
  detail.shouldSwap = true
  detail.isError = false
})

onLoad('[data-conflict], #lead-gone', (notice) => {
  notice.focus()
  notice.scrollIntoView({ block: 'center' })
})
