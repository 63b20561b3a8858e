// The list of leads: arrow keys into the table, and the export of what is filtered.
import { onLoad } from './dom.js'
import './filter-keys.js'

document.addEventListener('keydown', (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey || document.querySelector('dialog[open]')) return
  if (event.key === 'ArrowDown' && (event.target === document.body || event.target.id === 'lead-search-text')) {
    const row = document.querySelector('#lead-table tr[data-href]')
    if (!row) return
    event.preventDefault()
    row.focus()
  }
})

// Of all rows Tab stops at one: the first, then the last that had the focus.
onLoad('#lead-table', (table) => {
  const row = table.querySelector('tr[data-href]')
  if (row) row.tabIndex = 0
})
document.addEventListener('focusin', (event) => {
  const row = event.target.closest('#lead-table tr[data-href]')
  if (!row) return
  for (const other of row.parentElement.querySelectorAll('tr[tabindex="0"]')) other.tabIndex = -1
  row.tabIndex = 0
})

// What a narrow column cuts is shown whole on pointing at it.
document.addEventListener('mouseover', (event) => {
  const cell = event.target.closest?.('#lead-table :is(.lj-cell-clip, .lj-cell-tags)')
  if (!cell || cell.querySelector('[title]')) return
  const isCut = [cell, ...cell.querySelectorAll('a')].some((box) => box.scrollWidth > box.clientWidth || box.scrollHeight > box.clientHeight)
  const badges = [...cell.querySelectorAll('.lj-badge')].map((badge) => badge.textContent)
  if (isCut) cell.title = badges.join(', ') || cell.textContent.trim()
  else cell.removeAttribute('title')
})

// An export takes the filter and the order that the address has now, and shows that it is being made: the server says by
// a cookie that the file has begun.
const PATIENCE = 120000
onLoad('[data-export]', (link) => {
  link.addEventListener('click', (event) => {
    event.preventDefault()
    const url = new URL(link.href)
    for (const [name, value] of new URLSearchParams(window.location.search)) {
      if (!['after', 'before'].includes(name)) url.searchParams.append(name, value)
    }
    const token = crypto.randomUUID()
    url.searchParams.set('token', token)
    wait(document.getElementById('lead-export'), token)
    window.location.assign(url)
  })
})

function wait (button, token) {
  const started = Date.now()
  button.classList.add('is-busy')
  button.setAttribute('aria-busy', 'true')
  const timer = setInterval(() => {
    const begun = document.cookie.split('; ').includes(`lejek-export=${token}`)
    if (!begun && Date.now() - started < PATIENCE) return
    clearInterval(timer)
    button.classList.remove('is-busy')
    button.removeAttribute('aria-busy')
  }, 250)
}
