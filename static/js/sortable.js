// [data-sortable] with children [data-id]: drag by [data-handle], or its buttons data-move="up" / "down" and the arrow keys
// on the handle. The new order is posted to data-sortable as id=…&id=… ; if the server refuses, the old order comes back.
// The answer is the place of each item by its id, shown in its [data-place]. With an empty data-sortable nothing is posted: the order is that of the fields in the form around it.
import { onLoad } from './dom.js'
import { request } from './requests.js'

onLoad('[data-sortable]', async (list) => {
  const items = () => [...list.children].filter((child) => child.dataset.id)
  let stored = items()
  const post = async () => {
    const body = new URLSearchParams(items().map((child) => ['id', child.dataset.id]))
    try {
      const answer = await request(list.dataset.sortable, { method: 'POST', body })
      stored = items()
      const places = await answer.json()
      for (const item of stored) {
        const place = item.querySelector('[data-place]')
        if (place) place.textContent = places[item.dataset.id]
      }
      list.dispatchEvent(new CustomEvent('lejek:sorted'))
    } catch {
      list.append(...stored)
    }
  }
  let saving = Promise.resolve()
  const save = () => { // one after another: an order that travels slowly must not come after a newer one
    if (list.dataset.sortable) saving = saving.then(post)
  }
  const move = (item, step) => {
    const other = step < 0 ? item.previousElementSibling : item.nextElementSibling
    if (!other?.dataset.id) return false
    if (step < 0) other.before(item)
    else other.after(item)
    return true
  }

  let timer
  const saveSoon = () => {
    clearTimeout(timer)
    timer = setTimeout(save, 300)
  }

  list.addEventListener('click', (event) => {
    const button = event.target.closest('[data-move]')
    if (!button || !move(button.closest('[data-id]'), button.dataset.move === 'up' ? -1 : 1)) return
    button.focus()
    saveSoon()
  })
  list.addEventListener('keydown', (event) => {
    const handle = event.target.closest('[data-handle]')
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key]
    if (!handle || !step) return
    event.preventDefault()
    if (!move(handle.closest('[data-id]'), step)) return
    handle.focus()
    saveSoon()
  })

  const { default: Sortable } = await import('../vendor/sortablejs/modular/sortable.esm.js')
  Sortable.create(list, {
    handle: '[data-handle]',
    draggable: '[data-id]',
    animation: 150,
    ghostClass: 'lj-sortable-ghost',
    dragClass: 'lj-sortable-drag',
    onEnd: (event) => { if (event.oldIndex !== event.newIndex) save() }
  })
})
