// A call that rings the user's phone, shown in the corner of whatever page is open. It takes no focus; it goes when it is
// closed (in all tabs), or a while after the call is over. Pages that are opened meanwhile show it again.
import { onLoad, put } from './dom.js'
import { onLive } from './live.js'
import { request } from './requests.js'

const AFTER_END = 20000
const region = document.getElementById('call-pops')
const channel = region && 'BroadcastChannel' in window ? new BroadcastChannel('lejek.call-pops') : null
const KEY = 'lejek.call-pops'
const CLOSED = 'lejek.call-pops-closed'
const MOST_CLOSED = 50
const ENDS = 'lejek.call-ends'
const pop = (id) => region.querySelector(`[data-call-pop="${id}"]`)

function stored (key, otherwise) {
  try { return JSON.parse(sessionStorage.getItem(key)) ?? otherwise } catch { return otherwise }
}

const open = () => stored(KEY, [])

/** A call that was closed does not come back, whatever is told of it, or was asked for before. */
const isClosed = (id) => stored(CLOSED, []).includes(id)

/** When the call was first seen to be over, on whatever page. */
function endOf (id) {
  const ends = stored(ENDS, {})
  ends[id] ??= Date.now()
  sessionStorage.setItem(ENDS, JSON.stringify(ends))
  return ends[id]
}

function keep (ids) {
  sessionStorage.setItem(KEY, JSON.stringify(ids))
}

async function show (id) {
  const url = region.dataset.url.replace('/0/', `/${id}/`)
  const response = await request(url, { headers: { Accept: 'text/html', 'HX-Request': 'true' }, quiet: true }).catch(() => null)
  const html = response ? (await response.text()).trim() : ''
  if (!html) return close(id) // answered by somebody else, or no longer theirs
  if (isClosed(id)) return
  keep([...new Set([...open(), id])])
  let place = pop(id)
  if (!place) {
    place = document.createElement('div')
    region.append(place)
  }
  put(place, html)
}

function close (id) {
  keep(open().filter((other) => other !== id))
  pop(id)?.remove()
}

function dismiss (id) {
  closeForGood(id)
  channel?.postMessage(id)
}

function closeForGood (id) {
  sessionStorage.setItem(CLOSED, JSON.stringify([...stored(CLOSED, []), id].slice(-MOST_CLOSED)))
  close(id)
}

if (region) {
  onLive('call', ({ id, rings }) => {
    if (id === null) for (const shown of open()) show(shown)
    else if ((rings && !isClosed(id)) || pop(id)) show(id)
  })
  channel?.addEventListener('message', ({ data }) => closeForGood(data))
  region.addEventListener('click', ({ target }) => {
    if (target.closest('[data-call-pop-close]')) dismiss(Number(target.closest('[data-call-pop]').dataset.callPop))
  })
  region.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape') return
    event.preventDefault()
    dismiss(Number(event.target.closest('[data-call-pop]').dataset.callPop))
  })
  document.addEventListener('calls:changed', () => { for (const id of open()) if (pop(id)) show(id) })
  onLoad('[data-call-pop][data-going-on="no"]', (ended) => {
    const id = Number(ended.dataset.callPop)
    const end = () => { if (pop(id) === ended) ended.matches(':hover, :focus-within') ? setTimeout(end, AFTER_END) : close(id) }
    setTimeout(end, Math.max(endOf(id) + AFTER_END - Date.now(), 0))
  })
  for (const id of open()) show(id)
}
