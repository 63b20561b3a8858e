// The session ended while somebody was working: sign in in a dialog, over the page, through the steps of the login page
// (password, second factor), then go on. Forms that navigate are checked before they are sent.

const dialog = document.getElementById('session')
const step = dialog.querySelector('[data-session-step]')
let pending

/** Resolves when the same user is signed in again. Somebody else: the page is loaded again, nothing is sent. */
export function signIn () {
  pending ??= new Promise((resolve) => {
    dialog.resolve = resolve
    open()
  })
  return pending
}

/** Ask the server who is signed in; renews the CSRF token. Returns whether it is still the same user. */
export async function checkSession () {
  const response = await fetch(document.body.dataset.sessionUrl, { headers: { Accept: 'application/json' } })
  return take(await response.json())
}

function take (session) {
  if (!session.authenticated) return false
  if (String(session.user) !== document.body.dataset.currentUser) {
    sessionStorage.setItem('lejek.notice', document.body.dataset.textOtherUser)
    window.location.reload()
    return false
  }
  document.body.dataset.csrfToken = session.csrf
  for (const input of document.querySelectorAll('input[name="csrfmiddlewaretoken"]')) input.value = session.csrf
  return true
}

async function open () {
  dialog.showModal()
  const url = new URL(document.body.dataset.loginUrl, window.location.origin)
  url.searchParams.set('next', document.body.dataset.sessionUrl)
  await show(await fetch(url, { headers: { Accept: 'text/html' } }))
}

async function show (response) {
  if (response.headers.get('Content-Type')?.includes('json')) {
    finish(await response.json())
    return
  }
  const page = new DOMParser().parseFromString(await response.text(), 'text/html')
  const content = page.querySelector('[data-entrance]')
  for (const extra of content.querySelectorAll('h1, script, [data-not-in-dialog]')) extra.remove()
  step.replaceChildren(...content.childNodes)
  for (const form of step.querySelectorAll('form')) {
    form.setAttribute('action', new URL(form.getAttribute('action') || response.url, response.url))
  }
  const control = step.querySelector('[aria-invalid="true"], input:not([type="hidden"]):not([value])') ?? step.querySelector('input:not([type="hidden"])')
  control?.focus()
}

function finish (session) {
  if (!take(session)) return
  step.replaceChildren()
  dialog.close()
  pending = undefined
  dialog.resolve()
}

step.addEventListener('submit', async (event) => {
  event.preventDefault()
  const form = event.target
  const body = new FormData(form, event.submitter)
  await show(await fetch(form.action, { method: 'POST', body: new URLSearchParams(body) }))
})

// Without a session there is nothing behind the dialog to go back to.
dialog.addEventListener('cancel', (event) => event.preventDefault())

// Signed in in another tab meanwhile (a security key needs the whole page).
window.addEventListener('focus', async () => {
  if (!dialog.open) return
  const response = await fetch(document.body.dataset.sessionUrl, { headers: { Accept: 'application/json' } })
  const session = await response.json()
  if (session.authenticated) finish(session)
})

// A plain form, in capture: before anything else decides what a submit means.
document.addEventListener('submit', async (event) => {
  const form = event.target
  if (!form.matches('form[data-guard], form[data-unsaved-guard]') || form.matches('[hx-post]')) return
  if (form.dataset.checked === 'yes') {
    delete form.dataset.checked
    return
  }
  event.preventDefault()
  event.stopImmediatePropagation()
  const submitter = event.submitter
  if (!await checkSession().catch(() => true)) await signIn()
  form.dataset.checked = 'yes'
  form.requestSubmit(submitter)
}, true)
