// Forms: no double submit, the first error gets the focus, a chosen file is named and a photo shown, all rows of a table are ticked.
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

// A number that an answer gives the focus to is written over, as after Tab.
document.addEventListener('focusin', ({ target }) => {
  if (!target.matches('input[autofocus].lj-number')) return
  target.removeAttribute('autofocus')
  target.select()
})

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

onLoad('[data-drop]:has([data-drop-text])', (area) => {
  const input = area.querySelector('input')
  const shown = area.querySelector('[data-drop-text]')
  const asked = [...shown.childNodes]
  const show = () => {
    area.parentElement.querySelector('[data-drop-refused]')?.remove()
    if (input.files[0]?.size > Number(input.dataset.maxBytes)) refuse(area, input)
    const [file] = input.files
    area.classList.toggle('has-file', Boolean(file))
    if (!file) return shown.replaceChildren(...asked)
    const name = document.createElement('strong')
    name.textContent = file.name
    shown.replaceChildren(name, ` ${size(file.size)}`)
  }
  input.addEventListener('change', show)
  for (const type of ['dragenter', 'dragleave', 'drop']) {
    input.addEventListener(type, () => area.classList.toggle('is-over', type === 'dragenter'))
  }
  show()
})

/** What is too large is not even sent: the form stays as it is. */
function refuse (area, input) {
  input.value = ''
  const told = document.createElement('p')
  told.className = 'lj-errors'
  told.role = 'alert'
  told.dataset.dropRefused = ''
  told.textContent = input.dataset.tooLarge
  area.after(told)
}

function size (bytes) {
  const unit = bytes < 1e6 ? 'kilobyte' : 'megabyte'
  const value = Math.max(1, bytes / (unit === 'kilobyte' ? 1e3 : 1e6))
  return value.toLocaleString(document.documentElement.lang, { style: 'unit', unit, maximumFractionDigits: unit === 'kilobyte' ? 0 : 1 })
}

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

// button[data-set-field="#id"][data-value]: a quick choice for a field.
document.addEventListener('click', ({ target }) => {
  const choice = target.closest('[data-set-field]')
  if (!choice) return
  const field = document.querySelector(choice.dataset.setField)
  field.value = choice.dataset.value
  field.dispatchEvent(new Event('input', { bubbles: true }))
  field.dispatchEvent(new Event('change', { bubbles: true }))
})
