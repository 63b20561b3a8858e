// Forms: no double submit, the first error gets the focus, a chosen photo is shown, all rows of a table are ticked.
import { onLoad } from './dom.js'

document.addEventListener('submit', (event) => {
  const form = event.target
  if (event.defaultPrevented || form.method !== 'post') return
  if (form.dataset.sent === 'yes') {
    event.preventDefault()
    return
  }
  form.dataset.sent = 'yes'
  form.setAttribute('aria-busy', 'true')
})
// Back from the next page: the form may be sent again.
window.addEventListener('pageshow', () => {
  for (const form of document.querySelectorAll('form[data-sent]')) {
    delete form.dataset.sent
    form.removeAttribute('aria-busy')
  }
})

onLoad('main', (main) => main.querySelector('[aria-invalid="true"]')?.focus())

onLoad('form[data-submit-on-change]', (form) => {
  form.addEventListener('change', () => form.requestSubmit())
})

onLoad('input[type="file"][data-preview]', (input) => {
  input.addEventListener('change', () => {
    const [file] = input.files
    const image = document.querySelector(input.dataset.preview)
    if (!file || !image) return
    const shown = document.createElement('img')
    shown.className = image.className
    shown.id = image.id
    shown.alt = ''
    shown.src = URL.createObjectURL(file)
    shown.addEventListener('load', () => URL.revokeObjectURL(shown.src))
    image.replaceWith(shown)
  })
})

document.addEventListener('click', async (event) => {
  const button = event.target.closest('[data-copy]')
  if (!button) return
  await navigator.clipboard.writeText(document.querySelector(button.dataset.copy).textContent.trim())
  const { toast } = await import('./toasts.js')
  if (button.dataset.copied) toast(button.dataset.copied)
})
document.addEventListener('click', (event) => {
  if (event.target.closest('[data-print]')) window.print()
})
