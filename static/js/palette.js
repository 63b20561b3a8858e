// Search everywhere: #palette. HTMX asks (late enough, dropping the question before), this moves the choice through what
// came and opens it. Of what was opened only kind and ID are remembered, in this browser; the server names it again.
import { memory } from './dom.js'

const palette = document.getElementById('palette')
const box = document.getElementById('palette-text')
const results = document.getElementById('palette-results')
const status = document.getElementById('palette-status')
const KEPT = 8
const key = () => `recent.${document.body.dataset.currentUser}`

function remembered () {
  try { return JSON.parse(memory.get(key())) ?? [] } catch { return [] }
}

function remember (opened) {
  if (opened) memory.set(key(), JSON.stringify([opened, ...remembered().filter((other) => other !== opened)].slice(0, KEPT)))
}

if (palette) {
  document.addEventListener('click', (event) => {
    const button = event.target.closest('[data-palette-open]')
    if (!button || event.ctrlKey || event.metaKey || event.shiftKey) return
    event.preventDefault()
    box.value = ''
    tell('')
    palette.showModal()
    box.focus()
    window.htmx.trigger(box, 'palette:ask')
  })

  const options = () => [...results.querySelectorAll('[role="option"]')]
  const chosen = () => results.querySelector('[aria-selected="true"]')

  // A sentence in place of the results.
  function tell (sentence) {
    results.firstElementChild.textContent = sentence
    box.setAttribute('aria-expanded', 'false')
    choose(null)
  }

  function choose (option, { scroll = true } = {}) {
    chosen()?.setAttribute('aria-selected', 'false')
    if (!option) return box.removeAttribute('aria-activedescendant')
    option.setAttribute('aria-selected', 'true')
    box.setAttribute('aria-activedescendant', option.id)
    if (scroll) option.scrollIntoView({ block: 'nearest' })
  }

  document.addEventListener('htmx:configRequest', ({ detail }) => {
    if (detail.elt !== box) return
    if (!box.value.trim()) for (const opened of remembered()) detail.parameters.append('recent', opened)
  })

  document.addEventListener('htmx:afterSwap', ({ detail }) => {
    if (detail.target?.id !== 'search-results') return
    box.setAttribute('aria-expanded', String(options().length > 0))
    for (const [number, option] of options().entries()) option.id = `palette-option-${number}`
    choose(options()[0])
    results.scrollTop = 0
    status.textContent = results.querySelector('[data-told]').textContent
  })

  for (const failure of ['htmx:sendError', 'htmx:responseError']) {
    document.addEventListener(failure, ({ detail }) => {
      if (detail.elt === box) tell(results.dataset.failed)
    })
  }

  box.addEventListener('keydown', (event) => {
    if (event.isComposing) return
    const all = options()
    const place = all.indexOf(chosen())
    const next = {
      ArrowDown: all[(place + 1) % all.length],
      ArrowUp: all[(place - 1 + all.length) % all.length],
      PageDown: all[Math.min(place + 5, all.length - 1)],
      PageUp: all[Math.max(place - 5, 0)]
    }
    if (event.key in next) {
      event.preventDefault()
      choose(next[event.key])
    } else if (event.key === 'Enter') {
      event.preventDefault()
      const option = chosen()
      if (!option) return
      if (event.ctrlKey || event.metaKey) window.open(option.href, '_blank')
      else option.click()
    }
  })

  results.addEventListener('pointermove', (event) => {
    const option = event.target.closest('[role="option"]')
    if (option && option !== chosen()) choose(option, { scroll: false })
  })

  results.addEventListener('click', (event) => {
    const option = event.target.closest('[role="option"]')
    if (!option) return
    remember(option.dataset.key)
    if (!event.ctrlKey && !event.metaKey) palette.close()
  })

  palette.addEventListener('close', () => {
    window.htmx.trigger(box, 'htmx:abort')
    box.removeAttribute('aria-activedescendant')
  })

  // Cards say which they are; opening one, from wherever, is remembered.
  remember(document.querySelector('[data-recent]')?.dataset.recent)
}
