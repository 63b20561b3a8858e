// A move is one POST. The answer brings the heads of both columns and, in #board-inbox, the card as it stands now; each card
// finds its place by the column and the key that it carries. When there is no answer, the card goes back to where it was.

const origins = new WeakMap()
const inbox = '#board-inbox'

/** The texts of this page's language. */
export function texts () {
  return document.getElementById('board-status').dataset
}

/** Let screen readers hear it. */
export function say (sentence) {
  document.getElementById('board-status').textContent = sentence
}

/** Whether a column or closing status may take the card. */
export function allows (target, card) {
  const { typeId } = card.dataset
  return !typeId || !target.dataset.closedFor.split(' ').includes(typeId)
}

/** The card of a lead, if it is shown. */
export function cardOf (id) {
  return document.querySelector(`#board .board-card[data-lead-id="${id}"]`)
}

/** Post a move: `values` are status and either above and below (IDs of leads) or where. */
export function send (card, values, origin) {
  if (card.classList.contains('is-saving')) return
  card.classList.add('is-saving')
  card.setAttribute('aria-busy', 'true')
  origins.set(card, origin)
  window.htmx.ajax('POST', card.dataset.moveUrl, {
    source: card, target: inbox, swap: 'none', values: { version: card.dataset.version, ...values }
  }).catch(() => {}) // told by the events
}

/** Porażka asks for its reason; the dialog posts the move. */
export function askReason (card) {
  const url = `${card.dataset.moveUrl}?lost&version=${card.dataset.version}`
  window.htmx.ajax('GET', url, { source: card, target: '#modal', swap: 'innerHTML' }).catch(() => {})
}

/** Put a card where it was taken from. */
export function putBack (card, { list, next }) {
  if (next?.parentElement === list) next.before(card)
  else place(card)
}

/** Put a card into its column, by its key. What lies beyond the loaded cards comes when they are scrolled to. */
export function place (card) {
  const list = document.querySelector(`#board .board-column[data-status-id="${card.dataset.statusId}"] [data-cards]`)
  if (!list) return card.remove()
  const next = [...list.children].find((other) => other !== card && other.matches('.board-card') && stands(card, other))
  const more = list.querySelector('.board-more')
  if (next) next.before(card)
  else if (more) card.remove()
  else list.append(card)
}

function stands (card, other) {
  const [mine, theirs] = [card.dataset.rank, other.dataset.rank]
  return mine === theirs ? Number(card.dataset.leadId) > Number(other.dataset.leadId) : mine < theirs
}

// --- Answers

document.addEventListener('htmx:afterRequest', ({ detail }) => {
  const card = detail.requestConfig.elt
  const origin = origins.get(card)
  if (!origin || waitsForSession(detail.xhr)) return
  origins.delete(card)
  card.classList.remove('is-saving')
  card.removeAttribute('aria-busy')
  if (!card.isConnected || detail.successful) return
  putBack(card, origin)
  say(texts().putBack)
})

// The user signs in and the request is repeated: requests.js.
function waitsForSession (xhr) {
  return xhr.status === 401 || Boolean(xhr.status && xhr.getResponseHeader('X-CSRF-Failed'))
}

document.addEventListener('htmx:oobAfterSwap', ({ detail }) => {
  if (detail.target?.id !== inbox.slice(1)) return
  for (const arrived of [...detail.target.children]) receive(arrived)
})

function receive (arrived) {
  const old = cardOf(arrived.dataset.leadId)
  const held = old?.contains(document.activeElement) ? document.activeElement.dataset.act : null
  const list = old?.parentElement
  if ('gone' in arrived.dataset) {
    const near = old?.nextElementSibling ?? old?.previousElementSibling
    old?.remove()
    arrived.remove()
    if (held) (near?.querySelector('[data-act]') ?? list)?.focus()
    return
  }
  old?.remove()
  place(arrived)
  if (held) arrived.querySelector(`[data-act="${held}"]`)?.focus()
}

document.addEventListener('board:moved', ({ detail }) => say(detail.text))
document.addEventListener('board:gone', ({ detail }) => cardOf(detail.lead)?.remove())

// The next cards of a column may bring one that stands there already, moved meanwhile.
document.addEventListener('htmx:afterSwap', ({ detail }) => {
  if (!detail.target?.closest?.('[data-cards]') && !detail.elt?.matches?.('.board-more')) return
  const seen = new Map()
  for (const card of document.querySelectorAll('#board .board-card')) {
    seen.get(card.dataset.leadId)?.remove()
    seen.set(card.dataset.leadId, card)
  }
})
