// What others do, told to this page while it is open: `lejek:live` on the document, with
//   detail.kind 'leads': ids (null: too many to name, look again at all that is shown), by (user ID or null), new (just made)
//   detail.kind 'notifications': the bell is out of date
//   detail.kind 'call': id (null: look at all calls again), rings (the user's own phone rings)
// One stream serves all tabs of the browser: the tab that holds the lock reads it and passes everything on; when it is
// closed, the next one takes over where it stopped. Without streams, or without locks, it is polled.

const START_AFTER = 1500
const POLL = 10000
const RETRY_STREAM = 60000
const READY_WITHIN = 10000

const { currentUser: user, liveUrl: url, changesUrl, liveSince } = document.body.dataset
const channel = user && 'BroadcastChannel' in window ? new BroadcastChannel(`lejek.live.${user}`) : null
let since = liveSince

function state (name) {
  document.documentElement.dataset.live = name
}

/** Tell this page. */
function happen (told, place) {
  if (place) since = place
  const many = { kind: 'leads', ids: null, by: null, new: false }
  if (told.kind === 'resync') for (const detail of [many, { kind: 'notifications' }, { kind: 'call', id: null, rings: false }]) dispatch(detail)
  else if (told.kind === 'leads') dispatch({ ...many, by: told.by, new: told.new, ids: told.many ? null : told.ids })
  else if (told.kind !== 'ready') dispatch(told)
}

function dispatch (detail) {
  document.dispatchEvent(new CustomEvent('lejek:live', { detail }))
}

/** Tell all tabs. */
function share (told, place) {
  happen(told, place)
  channel?.postMessage({ told, place })
}

// --- The stream

function openStream () {
  state('opening')
  const source = new EventSource(`${url}?since=${since}`)
  const giveUp = () => {
    clearTimeout(timer)
    source.close()
    poll()
    setTimeout(openStream, RETRY_STREAM)
  }
  // Something between us and the server may keep the stream to itself.
  const timer = setTimeout(giveUp, READY_WITHIN)
  source.addEventListener('message', ({ data, lastEventId }) => {
    clearTimeout(timer)
    stopPolling()
    state('stream')
    share(JSON.parse(data), lastEventId)
  })
  source.addEventListener('error', () => {
    if (source.readyState === EventSource.CLOSED) giveUp() // else the browser tries again by itself
    else state('opening')
  })
}

// --- Polling

let polling

async function poll () {
  stopPolling()
  polling = setTimeout(poll, POLL)
  state('poll')
  if (document.hidden && !channel) return
  const response = await fetch(`${changesUrl}?since=${since}`, { headers: { Accept: 'application/json' } }).catch(() => null)
  // Signed out, or no connection: nothing to say about it here, whatever the user does next will.
  if (!response?.ok) return
  const answer = await response.json()
  for (const told of answer.events) share(told, '')
  share({ kind: 'ready' }, answer.since)
}

function stopPolling () {
  clearTimeout(polling)
}

// --- Who does it

if (user && navigator.locks && channel) {
  state('follow')
  channel.addEventListener('message', ({ data }) => happen(data.told, data.place))
  navigator.locks.request(`lejek.live.${user}`, () => {
    setTimeout(openStream, START_AFTER) // not for pages that are only passed through
    return new Promise(() => {}) // until the tab is closed
  })
} else if (user) {
  setTimeout(poll, START_AFTER)
  document.addEventListener('visibilitychange', () => { if (!document.hidden) poll() })
}

/** Call `act(detail)` for each thing of this kind that happens; while the page is hidden, once it is seen again. */
export function onLive (kind, act) {
  const waiting = []
  document.addEventListener('lejek:live', ({ detail }) => {
    if (detail.kind !== kind) return
    if (document.hidden) waiting.push(detail)
    else act(detail)
  })
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden) for (const detail of waiting.splice(0)) act(detail)
  })
}
