// What others do with leads, on an open list and on an open card. In the list, changed rows are renewed in their place:
// the focus, the place on the page, ticks and open cells stay. Deleted ones are marked. New ones are only told of. The
// card says that it is out of date; what is typed in it stays.
import { put } from './dom.js'
import { onLive } from './live.js'
import { request } from './requests.js'

const TOGETHER = 400
const MOST_NAMED = 100

const table = () => document.getElementById('lead-table')
const rowsOf = () => [...(table()?.querySelectorAll('tr[data-lead-id]') ?? [])]
const html = (url) => request(url, { quiet: true, headers: { Accept: 'text/html', 'HX-Request': 'true' } })

const changed = new Set()
const news = new Set()
let isEverything = false
let areMany = false
let byOthers = false
let timer

onLive('leads', ({ ids, by, new: isNew }) => {
  if (!table() && !card()) return
  if (String(by) !== document.body.dataset.currentUser) byOthers = true
  if (!ids) isEverything = true
  for (const id of ids ?? []) changed.add(String(id))
  if (isNew && ids) for (const id of ids) news.add(String(id))
  if (isNew && !ids) areMany = true
  clearTimeout(timer)
  timer = setTimeout(settle, TOGETHER)
})

function settle () {
  const ids = isEverything ? null : new Set(changed)
  changed.clear()
  isEverything = false
  if (table()) Promise.all([renew(ids), tellNews()]).catch(() => {}) // the next event asks again
  if (card()) warn(ids).catch(() => {})
}

// --- The list

async function renew (ids) {
  const rows = rowsOf().filter((row) => (!ids || ids.has(row.dataset.leadId)) && !row.classList.contains('is-gone'))
  if (!rows.length) return
  const url = new URL(table().dataset.rowsUrl, window.location.href)
  for (const row of rows) url.searchParams.append('id', row.dataset.leadId)
  const template = document.createElement('template')
  template.innerHTML = await (await html(url)).text()
  for (const row of rows) {
    if (!row.isConnected) continue
    const fresh = template.content.querySelector(`tr[data-lead-id="${row.dataset.leadId}"]`)
    if (fresh) renewRow(row, fresh)
    else bury(row)
  }
}

function renewRow (row, fresh) {
  if (fresh.cells.length !== row.cells.length) { // other columns were chosen in another tab
    window.htmx.trigger(document.body, 'lead-columns:changed')
    return
  }
  const stripe = (name) => name.startsWith('lj-priority-')
  row.classList.remove(...[...row.classList].filter(stripe))
  row.classList.add(...[...fresh.classList].filter(stripe))
  for (const [index, cell] of [...row.cells].entries()) {
    if (cell.matches('.lj-cell-check')) continue // its tick is the user's
    const form = cell.querySelector('[data-cell-form]')
    if (form) form.dataset.renewed = `${table().dataset.rowsUrl}&id=${row.dataset.leadId}`
    else replace(cell, fresh.cells[index])
  }
}

/** What a cell shows, in place of what it showed; its pencil stays. */
function replace (cell, fresh) {
  const old = [...cell.childNodes].filter((node) => !node.matches?.('.lj-cell-pencil'))
  const shown = document.createElement('td')
  shown.append(...old.map((node) => node.cloneNode(true)))
  if (shown.innerHTML === fresh.innerHTML) return
  const hadFocus = old.some((node) => node.contains(document.activeElement))
  for (const node of old) node.remove()
  cell.prepend(...fresh.childNodes)
  cell.classList.remove('is-fresh')
  void cell.offsetWidth // the highlight begins anew
  cell.classList.add('is-fresh')
  if (hadFocus) (cell.querySelector('a') ?? cell.parentElement).focus({ preventScroll: true })
}

function bury (row) {
  row.classList.add('is-gone')
  row.dataset.equipped = 'no more'
  const tick = row.querySelector('.lj-cell-check input')
  if (tick?.checked) tick.click()
  if (tick) tick.disabled = true
  for (const pencil of row.querySelectorAll('.lj-cell-pencil')) pencil.remove()
  const note = document.createElement('span')
  note.className = 'lj-gone'
  note.textContent = table().dataset.textGone
  row.querySelector('.lj-col-name')?.append(note)
}

async function tellNews () {
  const place = document.getElementById('lead-news')
  for (const row of rowsOf()) news.delete(row.dataset.leadId)
  if (!place || (!news.size && !areMany)) return
  const url = new URL(place.dataset.url, window.location.href)
  url.search = window.location.search
  if (areMany || news.size > MOST_NAMED) url.searchParams.set('many', '1')
  for (const id of [...news].slice(0, MOST_NAMED)) url.searchParams.append('id', id)
  const answer = await (await html(url)).text()
  if (place.isConnected) put(place, answer)
}

// The table is new: so is what it shows.
document.addEventListener('htmx:load', ({ target }) => {
  if (target.id !== 'lead-table') return
  news.clear()
  areMany = false
})

// --- The card

const card = () => document.querySelector('.lead-card[data-lead-id]')
const versionOf = () => document.querySelector('#lead-version [name="version"]')?.value

async function warn (ids) {
  const { leadId, noticeUrl } = card().dataset
  if (ids && !ids.has(leadId)) return
  if (byOthers && !document.getElementById('lead-gone')) renewBlocks().catch(() => {})
  byOthers = false
  if (document.querySelector('.htmx-request')) { // perhaps it is our own change, whose answer is on its way
    changed.add(leadId)
    timer = setTimeout(settle, TOGETHER)
    return
  }
  const version = versionOf()
  if (!noticeUrl || !version || document.getElementById('lead-gone')) return
  const answer = await fetch(`${noticeUrl}?version=${version}`, { headers: { 'HX-Request': 'true' } })
  if (answer.status === 204 || version !== versionOf() || (!answer.ok && answer.status !== 410)) return
  const place = document.getElementById(answer.status === 410 ? 'lead-conflict' : 'lead-notice')
  put(place, await answer.text())
}

document.addEventListener('lead:gone', () => { if (card()) warn(null).catch(() => {}) })

/** What stands beside the form: activities, comments, files. What is being written there stays. */
async function renewBlocks () {
  for (const event of ['activity:changed', 'files:changed', 'mails:changed']) window.htmx.trigger(document.body, event)
  await renewComments()
}

let written = 0 // comments that were added, changed or taken away here
document.addEventListener('htmx:beforeSend', ({ detail }) => {
  if (detail.requestConfig.verb !== 'get' && detail.elt.closest('#comments')) written += 1
})

/** The list as it is now. One that was asked for before the user wrote here does not know of it: it is asked again. */
async function renewComments () {
  const list = document.getElementById('comment-list')
  if (!list || list.querySelector('form')) return
  const isOurs = () => document.querySelector('#comments .htmx-request')
  const before = written
  const answer = isOurs() ? '' : await (await html(card().dataset.commentsUrl)).text()
  if (isOurs() || written !== before) setTimeout(() => renewComments().catch(() => {}), TOGETHER)
  else if (list.isConnected && !list.querySelector('form')) {
    put(list, answer, { select: '#comment-list', selectOOB: '#comment-count' })
  }
}
