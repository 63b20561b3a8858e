// The bell: its number is renewed when something is told or read, in any tab; its menu when it is opened, or is open.
import { put } from './dom.js'
import { onLive } from './live.js'
import { request } from './requests.js'

const bell = document.getElementById('bell')

async function renew () {
  const count = document.getElementById('notification-count')
  const answer = await request(count.dataset.bellUrl, { quiet: true, headers: { Accept: 'text/html', 'HX-Request': 'true' } })
  put(count, await answer.text())
  if (bell.getAttribute('aria-expanded') === 'true') window.htmx.trigger(bell, 'bell:renew')
}

if (bell) onLive('notifications', () => { renew().catch(() => {}) })
