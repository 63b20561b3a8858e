// Short messages in the corner. The server asks for one with crm.htmx.toast(); Django's messages stand there already.
import { onLoad } from './dom.js'

const SHOWN_FOR = { success: 5000, info: 6000, warning: 9000 }
const TO_DECIDE = 12000
const container = document.getElementById('toasts')

/**
 * Show a message; level: success, info, warning or danger (which stays until it is closed). link: { text, url } leads
 * on; undo: { url, values } is what a button posts to take the change back.
 */
export function toast (text, level = 'success', { link, undo } = {}) {
  const element = document.getElementById('toast-template').content.cloneNode(true).firstElementChild
  element.dataset.level = level
  element.querySelector('p').textContent = text
  if (link) offer(element, link)
  if (undo) takeBack(element, undo)
  const same = [...container.children].find((shown) => shown.dataset.level === level && shown.textContent === element.textContent)
  if (same) same.remove() // said once more, not twice
  // An open dialog covers everything that is not in it.
  const dialog = [...document.querySelectorAll('dialog[open]')].at(-1)
  if (container.parentElement !== (dialog ?? document.body)) (dialog ?? document.body).append(container)
  rise()
  container.append(element)
  setUp(element)
}

function offer (element, { text, url }) {
  const way = element.querySelector('.lj-toast-way')
  Object.assign(way, { textContent: text, href: url, hidden: false })
}

function takeBack (element, { url, values }) {
  const button = element.querySelector('[data-toast-undo]')
  button.hidden = false
  button.addEventListener('click', () => {
    element.remove()
    window.htmx.ajax('POST', url, { source: document.body, swap: 'none', values })
  })
}

function rise () {
  if (container.matches(':popover-open')) container.hidePopover()
  container.showPopover()
}

function setUp (element) {
  const close = () => element.remove()
  element.querySelector('[data-toast-close]').addEventListener('click', close)
  const shown = SHOWN_FOR[element.dataset.level]
  if (!shown) return
  const time = element.querySelector('[data-toast-undo]:not([hidden])') ? TO_DECIDE : shown
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
  for (const { text, level, ...ways } of event.detail.toasts) toast(text, level, ways)
})

document.addEventListener('close', (event) => {
  if (event.target.contains?.(container) && event.target.tagName === 'DIALOG') {
    document.body.append(container)
    if (container.children.length) rise()
  }
}, true)
