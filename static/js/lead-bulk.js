// Selecting rows of the list: by their boxes (Shift takes the rows between), by X on a row, the whole page, or all that
// match the filter. The selection outlives paging and sorting; another filter ends it.
import { onLoad } from './dom.js'

const bar = document.getElementById('bulk-bar')
const fields = bar?.querySelector('form').elements
const chosen = new Set()
let all = false
let filter
let anchor

const boxes = () => [...document.querySelectorAll('#lead-table tbody .lj-cell-check input')]

function show () {
  const section = document.getElementById('lead-table')
  for (const box of boxes()) reflect(box)
  const here = boxes()
  const ticked = here.filter((box) => box.checked).length
  const page = document.getElementById('lead-select-page')
  if (page) {
    page.checked = here.length > 0 && ticked === here.length
    page.indeterminate = ticked > 0 && ticked < here.length
  }
  const { count } = section.dataset
  bar.hidden = !all && chosen.size === 0
  fields.ids.value = all ? '' : [...chosen].join(',')
  fields.all.value = all ? '1' : ''
  fields.filter.value = section.dataset.filter
  bar.querySelector('[data-bulk-count]').textContent = all ? count : chosen.size.toLocaleString(document.documentElement.lang)
  bar.querySelector('[data-bulk-matching]').textContent = count
  bar.querySelector('[data-bulk-all]').hidden = all || !(page?.checked && section.dataset.more === 'yes')
}

function reflect (box) {
  box.checked = all || chosen.has(box.value)
  box.closest('tr').classList.toggle('is-selected', box.checked)
}

function set (box, on) {
  if (all) { // taking one away from all leaves those of this page
    all = false
    for (const other of boxes()) chosen.add(other.value)
  }
  if (on) chosen.add(box.value)
  else chosen.delete(box.value)
}

/** Tick or untick a box; with `range`, also those between it and the one before. */
function toggle (box, on, range) {
  const here = boxes()
  const from = range && anchor ? here.findIndex((other) => other.value === anchor) : -1
  const to = here.indexOf(box)
  const taken = from < 0 ? [box] : here.slice(Math.min(from, to), Math.max(from, to) + 1)
  for (const other of taken) set(other, on)
  anchor = box.value
  show()
}

function clear () {
  chosen.clear()
  all = false
  anchor = undefined
  show()
}

if (bar) {
  onLoad('#lead-table', (section) => {
    if (filter !== undefined && filter !== section.dataset.filter) {
      chosen.clear()
      all = false
    }
    filter = section.dataset.filter
    show()
  })
  onLoad('#lead-table tbody .lj-cell-check input', reflect)

  document.addEventListener('click', (event) => {
    if (event.target.matches('#lead-table tbody .lj-cell-check input')) toggle(event.target, event.target.checked, event.shiftKey)
    else if (event.target.id === 'lead-select-page') {
      const on = event.target.checked
      for (const box of boxes()) set(box, on)
      show()
    } else if (event.target.closest('[data-bulk-all]')) {
      all = true
      show()
      bar.querySelector('.lj-bulk-actions .btn').focus()
    } else if (event.target.closest('[data-bulk-clear]')) {
      clear()
      document.querySelector('#lead-table tr[data-href][tabindex="0"]')?.focus()
    }
  })

  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || !event.target.matches?.('#lead-table tr[data-lead-id]')) return
    const box = event.target.querySelector('.lj-cell-check input')
    if (event.key.toLowerCase() === 'x' && box) {
      event.preventDefault()
      toggle(box, event.shiftKey || !box.checked, event.shiftKey)
    } else if (event.key === 'Escape' && !bar.hidden) clear()
  })

  // What a bulk change was done to need not be selected any more.
  document.addEventListener('leads:changed', clear)

  // The status marked „Porażka” asks for its reason.
  document.addEventListener('change', (event) => {
    const form = event.target.closest('#bulk-ask[data-lost-status]')
    if (form && event.target.name === 'value') form.querySelector('[data-bulk-field="lost_reason"]').hidden = event.target.value !== form.dataset.lostStatus
  })
}
