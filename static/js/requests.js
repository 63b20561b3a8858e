// Every request of a script: CSRF token, progress bar, what is said when it fails, focus kept over swaps.
import { text } from './dom.js'
import { checkSession, signIn } from './session.js'
import { toast } from './toasts.js'

const SLOW = 150
const progress = document.querySelector('[data-progress]')
let running = 0
let timer

/** The CSRF token of this page; signing in again renews it. */
export function csrfToken () {
  return document.body.dataset.csrfToken
}

/**
 * fetch() of our own server: CSRF token, JSON accepted, progress shown; when the session has ended, the user signs in
 * and the request is repeated. Failures are told by a toast and thrown.
 */
export async function request (url, options = {}) {
  const send = () => fetch(url, {
    ...options,
    headers: { Accept: 'application/json', 'X-CSRFToken': csrfToken(), ...options.headers }
  })
  begin()
  try {
    let response = await send()
    if (response.status === 401) {
      await signIn()
      response = await send()
    }
    if (!response.ok) {
      if (!options.quiet) toast(explain(response.status), 'danger')
      throw new Error(`${response.status} ${url}`)
    }
    return response
  } catch (error) {
    if (error instanceof TypeError && !options.quiet) toast(text('network'), 'danger')
    throw error
  } finally {
    end()
  }
}

/** A sentence for a status code. */
export function explain (status) {
  if (status === 403) return text('forbidden')
  if (status === 404 || status === 410) return text('missing')
  if (status === 413) return text('too-large')
  if (status === 429) return text('too-many')
  if (status === 503) return text('unavailable')
  return text('error')
}

function begin () {
  running += 1
  if (running === 1) timer = setTimeout(() => { progress.hidden = false }, SLOW)
}

function end () {
  running = Math.max(0, running - 1)
  if (running) return
  clearTimeout(timer)
  progress.hidden = true
}

document.addEventListener('htmx:configRequest', (event) => {
  event.detail.headers['X-CSRFToken'] = csrfToken()
  if (event.detail.parameters.has?.('csrfmiddlewaretoken')) {
    event.detail.parameters.set('csrfmiddlewaretoken', csrfToken())
  }
})
// HTMX tells of an answer at the element that asked: nobody hears it when that element has been swapped away meanwhile.
// The request itself can be heard, and what the answer says is then told to the page.
document.addEventListener('htmx:beforeSend', ({ detail: { elt, xhr } }) => {
  begin()
  xhr.addEventListener('loadend', end)
  xhr.addEventListener('readystatechange', () => {
    if (xhr.readyState === XMLHttpRequest.DONE && xhr.status && !elt.isConnected) tell(xhr)
  })
})

function tell (xhr) {
  const events = JSON.parse(xhr.getResponseHeader('HX-Trigger') ?? '{}')
  for (const [name, detail] of Object.entries(events)) window.htmx.trigger(document.body, name, detail)
  if (xhr.status >= 400 && !('lejek:toast' in events)) toast(explain(xhr.status), 'danger')
}

document.addEventListener('htmx:sendError', () => toast(text('network'), 'danger'))
document.addEventListener('htmx:timeout', () => toast(text('network'), 'danger'))

document.addEventListener('htmx:responseError', (event) => {
  const { xhr } = event.detail
  if (!xhr.getResponseHeader('HX-Trigger')?.includes('lejek:toast')) toast(explain(xhr.status), 'danger')
})

// The session has ended (401), or the token is of an older one, from before signing in again in another tab: no error,
// the request is sent once more when the user is signed in.
document.addEventListener('htmx:beforeSwap', async (event) => {
  const { xhr, requestConfig, target } = event.detail
  const stale = xhr.getResponseHeader('X-CSRF-Failed') && !('repeated' in requestConfig.elt.dataset)
  if (xhr.status !== 401 && !stale) return
  event.detail.isError = false
  event.detail.shouldSwap = false
  if (stale) requestConfig.elt.dataset.repeated = ''
  if (!stale || !await checkSession()) await signIn()
  const values = requestConfig.formData
  if (values.has('csrfmiddlewaretoken')) values.set('csrfmiddlewaretoken', csrfToken())
  window.htmx.ajax(requestConfig.verb, requestConfig.path, {
    source: requestConfig.elt,
    event: requestConfig.triggeringEvent,
    target,
    values
  })
})

// HTMX keeps the focus of elements with an id; for the others the same control, found by its name, gets it back. A
// control that goes with its row (data-keep-place="what") leaves it to the one that takes its place.
let focused
let place
document.addEventListener('htmx:beforeSwap', (event) => {
  const active = document.activeElement
  const kept = active.dataset.keepPlace
  place = kept && { kept, index: [...document.querySelectorAll(`[data-keep-place="${kept}"]`)].indexOf(active) }
  focused = event.detail.target.contains(active) && !active.id && active.name
    ? { root: event.detail.target.id, name: active.name, value: active.type === 'radio' ? active.value : null }
    : null
})
document.addEventListener('htmx:afterSettle', () => {
  if (place && document.activeElement === document.body) {
    const row = [...document.querySelectorAll(`[data-keep-place="${place.kept}"]`)]
    row[Math.min(place.index, row.length - 1)]?.focus({ preventScroll: true })
  }
  if (!focused) return
  const root = document.getElementById(focused.root) ?? document
  const same = [...root.querySelectorAll(`[name="${CSS.escape(focused.name)}"]`)]
  const control = same.find((element) => focused.value === null || element.value === focused.value)
  control?.focus({ preventScroll: true })
  focused = null
})
