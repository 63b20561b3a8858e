// textarea[data-mentions="url"]: @ and the beginning of a name offer people (url answers ?q=… with [{text, hint, mention}]);
// arrows, Enter or Tab choose, Escape closes. Texts: data-mentions-label, -count ("… %(count)s …"), -none.
import { onLoad } from './dom.js'
import { request } from './requests.js'

const TYPED = /(?:^|[^\p{L}\p{N}_@.])@([\p{L}\p{N}_.'’-]*(?: [\p{L}'’-]*)?)$/u
const PAUSE = 120
let number = 0

onLoad('textarea[data-mentions]', (textarea) => {
  const id = `mentions-${number += 1}`
  const list = document.createElement('ul')
  Object.assign(list, { id, className: 'mention-list', hidden: true, role: 'listbox', ariaLabel: textarea.dataset.mentionsLabel })
  const status = document.createElement('div')
  Object.assign(status, { className: 'visually-hidden', role: 'status' })
  const place = document.createElement('div')
  place.className = 'mention-place'
  textarea.replaceWith(place)
  place.append(textarea, list, status)
  textarea.setAttribute('aria-autocomplete', 'list')
  textarea.setAttribute('aria-controls', id)

  let people = []
  let active = 0
  let asked = 0
  let timer

  const typed = () => textarea.selectionStart === textarea.selectionEnd
    ? TYPED.exec(textarea.value.slice(Math.max(0, textarea.selectionEnd - 60), textarea.selectionEnd))
    : null

  const close = () => {
    clearTimeout(timer)
    asked += 1
    people = []
    list.hidden = true
    list.replaceChildren()
    textarea.removeAttribute('aria-activedescendant')
  }

  const point = (index) => {
    active = (index + people.length) % people.length
    for (const [place, option] of [...list.children].entries()) option.setAttribute('aria-selected', String(place === active))
    textarea.setAttribute('aria-activedescendant', `${id}-${active}`)
    list.children[active].scrollIntoView({ block: 'nearest' })
  }

  const show = (found) => {
    people = found
    list.replaceChildren(...found.map((person, index) => {
      const option = document.createElement('li')
      const name = document.createElement('span')
      const hint = document.createElement('small')
      name.textContent = person.text
      hint.textContent = person.hint
      Object.assign(option, { id: `${id}-${index}`, role: 'option' })
      option.append(name, hint)
      option.addEventListener('mousedown', (event) => {
        event.preventDefault() // the text keeps the focus
        pick(person)
      })
      return option
    }))
    list.hidden = !found.length
    status.textContent = found.length ? textarea.dataset.mentionsCount.replace('%(count)s', found.length) : textarea.dataset.mentionsNone
    if (found.length) point(0)
    else textarea.removeAttribute('aria-activedescendant')
  }

  const pick = (person) => {
    const at = textarea.selectionEnd - typed()[1].length
    textarea.setRangeText(`${person.mention} `, at, textarea.selectionEnd, 'end')
    textarea.dispatchEvent(new Event('input', { bubbles: true }))
    close()
  }

  textarea.addEventListener('input', () => {
    const match = typed()
    if (!match) {
      if (!list.hidden || timer) close()
      return
    }
    clearTimeout(timer)
    const mine = asked += 1
    timer = setTimeout(async () => {
      const url = new URL(textarea.dataset.mentions, window.location.origin)
      url.searchParams.set('q', match[1])
      try {
        const found = await (await request(url, { quiet: true })).json()
        if (mine === asked) show(found.slice(0, 8))
      } catch { if (mine === asked) close() }
    }, PAUSE)
  })

  textarea.addEventListener('keydown', (event) => {
    if (list.hidden || event.isComposing) return
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (step) point(active + step)
    else if ((event.key === 'Enter' && !event.ctrlKey && !event.metaKey) || event.key === 'Tab') pick(people[active])
    else if (event.key === 'Escape') close()
    else return
    event.preventDefault()
    event.stopPropagation()
  })
  textarea.addEventListener('blur', close)
})
