// input[data-date="date|datetime-local"]: text in the user's language, with the calendar of the browser behind a button
// (Alt+Down opens it too). The browser's own field, which writes dates in the browser's language, is only its picker.
import { onLoad } from './dom.js'

onLoad('input[data-date]', (input) => {
  const button = input.parentElement.querySelector('[data-date-open]')
  const picker = document.createElement('input')
  picker.type = input.dataset.date
  picker.className = 'lj-date-picker'
  picker.tabIndex = -1
  picker.setAttribute('aria-hidden', 'true')
  button.before(picker)
  button.hidden = input.disabled || input.readOnly

  const open = () => {
    const moment = toIso(input.value)
    picker.value = picker.type === 'date' ? moment.split('T')[0] : moment
    try { picker.showPicker() } catch { picker.focus() }
  }
  button.addEventListener('click', open)
  input.addEventListener('keydown', (event) => {
    if (event.key !== 'ArrowDown' || !event.altKey) return
    event.preventDefault()
    open()
  })
  picker.addEventListener('input', () => {
    input.value = toTyped(picker.value)
    for (const type of ['input', 'change']) input.dispatchEvent(new Event(type, { bubbles: true }))
  })
  // What happens to the picker is no change of the form; its text is.
  for (const type of ['input', 'change']) picker.addEventListener(type, (event) => event.stopPropagation())
})

function toIso (typed) {
  const found = typed.trim().match(/^(\d{1,2})[./-](\d{1,2})[./-](\d{4})(?:[ ,T]+(\d{1,2})[:.](\d{2}))?/)
  if (!found) return ''
  const [, day, month, year, hour = '0', minute = '00'] = found
  const two = (part) => part.padStart(2, '0')
  const date = `${year}-${two(month)}-${two(day)}`
  return `${date}T${two(hour)}:${minute}`
}

function toTyped (iso) {
  if (!iso) return ''
  const [date, time] = iso.split('T')
  const shown = date.split('-').reverse().join(document.documentElement.lang === 'pl' ? '.' : '/')
  return time ? `${shown} ${time.slice(0, 5)}` : shown
}
