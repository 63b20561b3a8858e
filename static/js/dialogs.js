// #modal shows what HTMX puts into it; data-confirm asks before an action; [data-dialog-close] closes.
import { toast } from './toasts.js'

const modal = document.getElementById('modal')
const question = document.getElementById('confirm')
const title = document.getElementById('confirm-title')
const words = document.getElementById('confirm-text')
const yes = question.querySelector('[data-confirm-yes]')
const no = question.querySelector('[data-confirm-no]')

/** Ask; resolves to true for yes. options: title, action (word on the button), cancel, level ("danger"). */
export function confirm (sentence, options = {}) {
  title.textContent = options.title || title.dataset.default
  words.textContent = sentence
  yes.textContent = options.action || yes.dataset.default
  no.textContent = options.cancel || no.dataset.default
  yes.className = `btn btn-${options.level === 'danger' ? 'danger' : 'primary'}`
  question.returnValue = 'no'
  question.showModal()
  ;(options.level === 'danger' ? no : yes).focus()
  return new Promise((resolve) => {
    question.addEventListener('close', () => resolve(question.returnValue === 'yes'), { once: true })
  })
}

function ask (element) {
  const { confirm: sentence, confirmTitle, confirmAction, confirmLevel } = element.dataset
  return confirm(sentence, { title: confirmTitle, action: confirmAction, level: confirmLevel })
}

document.addEventListener('htmx:confirm', async (event) => {
  const asked = event.detail.triggeringEvent?.submitter?.closest('[data-confirm]') ?? event.detail.elt.closest('[data-confirm]')
  if (!asked || event.detail.question) return
  event.preventDefault()
  if (!await ask(asked)) return
  const { elt } = event.detail
  const drawn = elt.isConnected ? elt : drawnAnew(elt)
  if (drawn === elt) event.detail.issueRequest(true)
  else if (drawn) start(drawn)
  else toast(document.body.dataset.textMissing, 'warning')
})

/** What stands now where `element` stood: its part of the page came again while the question was open. */
function drawnAnew (element) {
  const url = element.getAttribute('hx-post')
  return [...document.querySelectorAll('[hx-post]')].find((other) => other.getAttribute('hx-post') === url)
}

/** Send what `element` sends, without asking once more. */
function start (element) {
  const sentence = element.dataset.confirm
  delete element.dataset.confirm
  window.htmx.process(element)
  if (element.matches('form')) element.requestSubmit()
  else element.click()
  element.dataset.confirm = sentence
}

document.addEventListener('submit', async (event) => {
  const form = event.target
  const asked = event.submitter?.matches('[data-confirm]') ? event.submitter : form.matches('[data-confirm]') ? form : null
  if (!asked || form.matches('[hx-post], [hx-get], [hx-put], [hx-delete]') || asked.dataset.confirmed === 'yes') {
    if (asked) delete asked.dataset.confirmed
    return
  }
  event.preventDefault()
  event.stopImmediatePropagation()
  if (!await ask(asked)) return
  asked.dataset.confirmed = 'yes'
  form.requestSubmit(event.submitter)
}, true)

// --- #modal

document.addEventListener('htmx:afterSwap', (event) => {
  if (event.detail.target !== modal) return
  if (!modal.open) modal.showModal()
  const first = modal.querySelector('[autofocus]') ?? modal.querySelector('[aria-invalid="true"], .lj-dialog-body :is(input:not([type="hidden"]), select, textarea)')
  first?.focus()
})

document.addEventListener('lejek:close-dialog', () => modal.close())

document.addEventListener('click', (event) => {
  if (event.target.closest('[data-dialog-close]')) event.target.closest('dialog').close()
  // The backdrop belongs to the dialog; only what nobody filled in may be closed by a stray click.
  else if (event.target.matches('dialog[open]:not(#session)') && !event.target.querySelector('form[method="post"], form[hx-post]')) event.target.close()
})

modal.addEventListener('close', () => modal.replaceChildren())

