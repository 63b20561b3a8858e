// „Raport leadów”: what stands in rows, columns and measures is dragged or moved by keys; groups of the table fold.
// The new report is asked for through the form of the filter panel, whose hidden fields (in #report) say what it shows.
import { onLoad } from './dom.js'
import './filter-keys.js'

const ZONES = ['rows', 'across', 'measures']
const OTHER = { rows: 'across', across: 'rows' }

onLoad('[data-builder]', async (builder) => {
  const zone = (name) => builder.querySelector(`[data-zone="${name}"]`)
  const list = (name) => zone(name).querySelector('[data-pieces]')
  const names = (name) => [...new Set([...list(name).children].map((piece) => piece.dataset.name))]
  const isFull = (name) => list(name).children.length >= Number(zone(name).dataset.most)

  const add = (select) => {
    const name = select.closest('[data-zone]').dataset.zone
    const piece = document.createElement('li')
    piece.dataset.name = select.value
    list(name).append(piece)
    show(names, `add-${name}`)
  }
  const move = (button, key) => {
    const piece = button.closest('[data-name]')
    const name = piece.closest('[data-zone]').dataset.zone
    const sibling = { ArrowLeft: piece.previousElementSibling, ArrowRight: piece.nextElementSibling }[key]
    if (key === 'ArrowLeft' && sibling) sibling.before(piece)
    else if (key === 'ArrowRight' && sibling) sibling.after(piece)
    else if (['ArrowUp', 'ArrowDown'].includes(key) && OTHER[name] && !isFull(OTHER[name])) list(OTHER[name]).append(piece)
    else return
    show(names, button.id)
  }
  const remove = (piece) => {
    const next = piece.nextElementSibling ?? piece.previousElementSibling
    const name = piece.closest('[data-zone]').dataset.zone
    piece.remove()
    show(names, next ? `piece-${next.dataset.name}` : `add-${name}`)
  }

  builder.addEventListener('change', (event) => {
    if (!event.target.matches('[data-add]')) return
    event.stopPropagation()
    if (event.target.value) add(event.target)
  })
  builder.addEventListener('click', (event) => {
    const button = event.target.closest('[data-remove]')
    if (button) remove(button.closest('[data-name]'))
  })
  builder.addEventListener('keydown', (event) => {
    const button = event.target.closest('[data-piece]')
    if (!button || event.altKey || event.ctrlKey || event.metaKey) return
    if (event.key.startsWith('Arrow')) {
      event.preventDefault()
      move(button, event.key)
    } else if (['Delete', 'Backspace'].includes(event.key)) {
      event.preventDefault()
      remove(button.closest('[data-name]'))
    }
  })

  const { default: Sortable } = await import('../vendor/sortablejs/modular/sortable.esm.js')
  const shared = { animation: 150, ghostClass: 'lj-sortable-ghost', dragClass: 'lj-sortable-drag', filter: '[data-remove]', preventOnFilter: false }
  const stored = JSON.stringify(ZONES.map(names))
  const dropped = ({ item }) => {
    if (JSON.stringify(ZONES.map(names)) !== stored) show(names, `piece-${item.dataset.name}`)
  }
  for (const name of ZONES) {
    const kind = name === 'measures' ? 'measure' : 'dimension'
    const put = (to, from, piece) => from.options.group.name === kind && !isFull(name) && !names(name).includes(piece.dataset.name)
    Sortable.create(list(name), { ...shared, group: { name: kind, put }, onEnd: dropped })
  }
  for (const palette of builder.querySelectorAll('[data-palette]')) {
    Sortable.create(palette, { ...shared, sort: false, group: { name: palette.dataset.palette, pull: 'clone', put: false }, onEnd: ({ item, to }) => {
      if (to === palette) return
      for (const other of builder.querySelectorAll(`[data-pieces] [data-name="${CSS.escape(item.dataset.name)}"]`)) {
        if (other !== item) other.remove()
      }
      dropped({ item })
    } })
  }
})

/** Ask for the report with what now stands in the zones; `focus` is the ID of the control that has the focus then. */
function show (names, focus) {
  const form = document.getElementById('lead-filter')
  for (const zone of ZONES) {
    let field = form.elements.namedItem(zone)
    if (!field) {
      field = Object.assign(document.createElement('input'), { type: 'hidden', name: zone })
      field.setAttribute('form', form.id)
      document.getElementById('report').prepend(field)
    }
    field.value = names(zone).join('.')
  }
  document.addEventListener('htmx:afterSettle', () => document.getElementById(focus)?.focus(), { once: true })
  form.requestSubmit()
}

// --- On a phone the builder is folded until it is asked for.

const root = document.documentElement
onLoad('[data-builder-toggle]', (button) => {
  const reflect = () => button.setAttribute('aria-expanded', String(root.dataset.builder === 'open'))
  button.addEventListener('click', () => {
    root.dataset.builder = root.dataset.builder === 'open' ? 'folded' : 'open'
    reflect()
  })
  reflect()
})

// --- Folding

// What is folded stands in the address as `fold`, to be shared and kept; EVERY stands for all there is.
const EVERY = '*'
const MOST_IN_ADDRESS = 60
const folded = new Set(new URLSearchParams(location.search).getAll('fold'))

onLoad('#report-table', (table) => {
  for (const part of table.querySelectorAll('[data-key]')) {
    if (folded.has(EVERY) || folded.has(part.dataset.key)) set(part, false)
  }
  folded.delete(EVERY)
  paint(table)
  // The answer's address is pushed after it is swapped in.
  requestAnimationFrame(() => note(table))
  table.addEventListener('click', (event) => {
    const button = event.target.closest('[data-fold]')
    if (!button) return
    set(button.closest('[data-key]'), button.getAttribute('aria-expanded') !== 'true')
    paint(table)
    note(table)
  })
})
document.addEventListener('htmx:pushedIntoHistory', () => {
  const table = document.getElementById('report-table')
  if (table) note(table)
})

document.addEventListener('click', (event) => {
  const button = event.target.closest('[data-fold-all]')
  const table = document.getElementById('report-table')
  if (!button || !table) return
  for (const part of table.querySelectorAll('[data-key]')) set(part, button.dataset.foldAll === 'open')
  paint(table)
  note(table)
})

/** Fold or unfold a row or a head of columns (`part`); it stays so when the report comes anew. */
function set (part, isOpen) {
  part.querySelector('[data-fold]').setAttribute('aria-expanded', String(isOpen))
  if (isOpen) folded.delete(part.dataset.key)
  else folded.add(part.dataset.key)
}

/** Let the address say what is folded in the table. */
function note (table) {
  const keys = [...table.querySelectorAll('[data-key]')].map((part) => part.dataset.key)
  const closed = keys.filter((key) => folded.has(key))
  const url = new URL(location.href)
  url.searchParams.delete('fold')
  const named = closed.length && closed.length === keys.length ? [EVERY] : closed.slice(0, MOST_IN_ADDRESS)
  for (const key of named) url.searchParams.append('fold', key)
  if (url.search !== location.search) history.replaceState(history.state, '', url)
}

/** A row is hidden while one that it lies in is folded; of a folded head of columns only their sum is seen. */
function paint (table) {
  for (const head of table.tHead.querySelectorAll('th[data-inside]')) {
    const isFolded = head.querySelector('[data-fold]').getAttribute('aria-expanded') === 'false'
    const inside = Number(head.dataset.inside)
    const start = Number(head.dataset.start)
    head.dataset.columns ??= head.colSpan
    head.colSpan = Number(head.dataset.columns) - (isFolded ? inside : 0)
    for (const other of table.tHead.querySelectorAll('th[data-start]')) {
      const place = Number(other.dataset.start)
      if (other !== head && place >= start && place < start + inside) other.hidden = isFolded
    }
    for (const row of table.tBodies[0].rows) {
      for (let place = start; place < start + inside; place += 1) row.cells[place + 1].hidden = isFolded
    }
  }
  let closed = Infinity
  for (const row of table.tBodies[0].rows) {
    const depth = Number(row.dataset.depth)
    if (depth <= closed) closed = Infinity
    row.hidden = depth > closed
    if (!row.hidden && row.querySelector('[data-fold][aria-expanded="false"]')) closed = depth
  }
}
