// Short messages in the corner. The server asks for one with crm.htmx.toast(); Django's messages stand there already.
import { onLoad } from './dom.js'

const SHOWN_FOR = { success: 5000, info: 6000, warning: 9000 }
const container = document.getElementById('toasts')

/** Show a message; level: success, info, warning or danger (which stays until it is closed). `undo` takes it back. */
export function toast (text, level = 'success', undo = null) {
  const element = document.getElementById('toast-template').content.cloneNode(true).firstElementChild
  element.dataset.level = level
  element.querySelector('p').textContent = text
  const back = element.querySelector('[data-toast-undo]')
  back.hidden = !undo
  back.addEventListener('click', () => { element.remove(); undo() })
  // An open dialog covers everything that is not in it.
  const dialog = [...document.querySelectorAll('dialog[open]')].at(-1)
  if (container.parentElement !== (dialog ?? document.body)) (dialog ?? document.body).append(container)
  rise()
  container.append(element)
  setUp(element)
}

function rise () {
  if (container.matches(':popover-open')) container.hidePopover()
  container.showPopover()
}

function setUp (element) {
  const close = () => element.remove()
  element.querySelector('[data-toast-close]').addEventListener('click', close)
  const time = SHOWN_FOR[element.dataset.level]
  if (!time) return
  let timer = setTimeout(close, time)
  element.addEventListener('mouseenter', () => clearTimeout(timer))
  element.addEventListener('focusin', () => clearTimeout(timer))
  element.addEventListener('mouseleave', () => { timer = setTimeout(close, time) })
}

onLoad('#toasts [data-toast]', setUp)
if (container.children.length) rise()

// Said before this page was loaded.
const notice = sessionStorage.getItem('lejek.notice')
if (notice) {
  sessionStorage.removeItem('lejek.notice')
  toast(notice, 'warning')
}

document.addEventListener('lejek:toast', (event) => {
  for (const { text, level } of event.detail.toasts) toast(text, level)
})

// crm.htmx.trigger('lejek:undo'): the message has a button that posts `ids` to `url`.
document.addEventListener('lejek:undo', ({ detail: { text, url, ids } }) => {
  toast(text, 'success', () => window.htmx.ajax('POST', url, { values: { ids }, swap: 'none' }))
})

document.addEventListener('close', (event) => {
  if (event.target.contains?.(container) && event.target.tagName === 'DIALOG') {
    document.body.append(container)
    if (container.children.length) rise()
  }
}, true)
