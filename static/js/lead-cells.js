// Cells of the list that are changed in their place: by their pencil, or by E on the row. The control comes from the
// server when it is wanted; Enter saves, Escape gives up, Tab goes on to the next cell. A choice made with the mouse is
// saved at once.
import { onLoad } from './dom.js'
import { request } from './requests.js'

const before = new WeakMap() // what a cell showed before it became a control
let byPointer = false
let last // the column that was changed last: E opens it first
let next // the cell to open when the row comes back

function section () {
  return document.getElementById('lead-table')
}

/** The cells of a row that can be changed, by the name of their column, as they stand from left to right. */
function cellsOf (row) {
  const names = section()?.dataset.cells?.split(' ') ?? []
  const found = names.map((name) => [name, row.querySelector(`:scope > .lj-col-${name}`)]).filter(([, cell]) => cell)
  return new Map(found.sort(([, one], [, other]) => one.cellIndex - other.cellIndex))
}

function nameOf (cell) {
  return [...cellsOf(cell.parentElement)].find(([, other]) => other === cell)?.[0]
}

// A row gets its pencils when the mouse or the focus comes to it; where nothing hovers, at once.
const always = matchMedia('(hover: none), (max-width: 767.98px)')

function equip (row) {
  if (row.dataset.equipped) return
  row.dataset.equipped = 'yes'
  for (const cell of cellsOf(row).values()) give(cell)
}

function give (cell) {
  const head = section().querySelector(`th.lj-col-${nameOf(cell)}`).textContent.trim()
  const pencil = document.getElementById('lead-cell-pencil').content.firstElementChild.cloneNode(true)
  pencil.setAttribute('aria-label', `${pencil.dataset.label}: ${head}, ${cell.parentElement.querySelector('.lj-col-name').textContent.trim()}`)
  cell.dataset.head = head
  cell.classList.add('lj-cell-editable')
  cell.append(pencil)
}

function open (cell) {
  if (cell.querySelector('form')) return
  equip(cell.parentElement)
  last = nameOf(cell)
  before.set(cell, [...cell.childNodes])
  const url = section().dataset.cellUrl.replace('/0/', `/${cell.parentElement.dataset.leadId}/`).replace('/name/', `/${last}/`)
  window.htmx.ajax('GET', url, { source: cell, target: cell, swap: 'innerHTML' })
}

async function cancel (form) {
  const cell = form.closest('td')
  const row = cell.parentElement
  const url = form.dataset.outdated ?? form.dataset.renewed
  if (url) { // what the cell showed is not true any more
    const fresh = await request(url, { headers: { 'HX-Request': 'true', Accept: 'text/html' } })
    window.htmx.swap(row, await fresh.text(), { swapStyle: 'outerHTML' })
    document.getElementById(`lead-row-${row.dataset.leadId}`)?.focus()
    return
  }
  cell.replaceChildren(...before.get(cell))
  row.focus()
}

function isChanged (form) {
  return [...form.elements].some((control) => control.tagName === 'SELECT'
    ? [...control.options].some((option) => option.selected !== option.defaultSelected)
    : 'date' in control.dataset && control.value !== control.defaultValue)
}

function askReason (form) {
  const field = form.querySelector('[data-cell-field="lost_reason"]')
  if (field) field.hidden = form.elements.value.value !== form.dataset.lostStatus
  return field && !field.hidden
}

onLoad('#lead-table tr[data-lead-id]', (row) => {
  if (always.matches) equip(row)
  const waiting = next?.id === row.dataset.leadId ? next : null
  if (!waiting) return
  next = undefined
  row.focus()
  const cell = waiting.name && cellsOf(row).get(waiting.name)
  if (cell) open(cell)
})

onLoad('[data-cell-form]', (form) => {
  const control = form.querySelector('[data-cell-field]:not([hidden]) [aria-invalid="true"], [data-cell-focus], select, input:not([type="hidden"])')
  control?.focus()
  form.scrollIntoView({ block: 'nearest', inline: 'nearest' })
})

document.addEventListener('mouseover', (event) => {
  const row = event.target.closest?.('#lead-table tr[data-lead-id]')
  if (row) equip(row)
})
document.addEventListener('focusin', (event) => {
  const row = event.target.closest?.('#lead-table tr[data-lead-id]')
  if (row) equip(row)
})

document.addEventListener('click', (event) => {
  const pencil = event.target.closest('.lj-cell-pencil')
  if (pencil) open(pencil.closest('td'))
  const button = event.target.closest('[data-cell-cancel]')
  if (button) cancel(button.form)
})

document.addEventListener('pointerdown', () => { byPointer = true }, true)
document.addEventListener('keydown', () => { byPointer = false }, true)

document.addEventListener('change', (event) => {
  const form = event.target.closest('[data-cell-form]')
  if (!form) return
  const asks = askReason(form)
  if (asks && event.target.name === 'value') form.elements.lost_reason.focus()
  else if (byPointer && event.target.tagName === 'SELECT') form.requestSubmit()
})

document.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return
  const row = event.target.matches?.('#lead-table tr[data-lead-id]') ? event.target : null
  if (row && event.key.toLowerCase() === 'e') {
    const cells = cellsOf(row)
    const cell = cells.get(last) ?? [...cells.values()][0]
    if (!cell) return
    event.preventDefault()
    open(cell)
  }
  const form = event.target.closest?.('[data-cell-form]')
  if (!form) return
  if (event.key === 'Escape') {
    event.preventDefault()
    cancel(form)
  } else if (event.key === 'Enter' && event.target.matches('select, input:not([type="hidden"])')) {
    event.preventDefault()
    form.requestSubmit()
  } else if (event.key === 'Tab' && event.target.matches('select')) goOn(event, form)
})

/** Tab from a choice: what was changed is saved, and the neighbour of the cell opens. */
function goOn (event, form) {
  const cells = [...cellsOf(form.closest('tr')).values()]
  const neighbour = cells[cells.indexOf(form.closest('td')) + (event.shiftKey ? -1 : 1)]
  const asks = form.querySelector('[data-cell-field="lost_reason"]:not([hidden])')
  if (!neighbour || form.dataset.outdated || (asks && event.target.name === 'value' && !event.shiftKey)) return
  event.preventDefault()
  if (isChanged(form)) {
    form.dataset.next = nameOf(neighbour)
    form.requestSubmit()
    return
  }
  if (form.dataset.renewed) { // the row comes anew, and opens the cell
    next = { id: form.closest('tr').dataset.leadId, name: nameOf(neighbour) }
    cancel(form)
    return
  }
  cancel(form)
  open(neighbour)
}

document.addEventListener('htmx:beforeSend', ({ detail }) => {
  if (!detail.elt.matches('[data-cell-form]')) return
  next = { id: detail.elt.closest('tr').dataset.leadId, name: detail.elt.dataset.next }
})
// Refused, or no answer at all: the cell stays as it is, and may be saved again.
document.addEventListener('htmx:afterRequest', ({ detail }) => {
  if (detail.elt.matches?.('[data-cell-form]') && !detail.successful) next = undefined
})
