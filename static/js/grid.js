// table[data-grid]: the arrow keys move between the boxes of a table, Home and End to the ends of a row.
import { onLoad } from './dom.js'

onLoad('table[data-grid]', (table) => {
  table.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || !event.target.matches('input')) return
    const rows = [...table.tBodies[0].rows].map((row) => [...row.querySelectorAll('input')])
    const y = rows.findIndex((row) => row.includes(event.target))
    const x = rows[y].indexOf(event.target)
    const next = {
      ArrowUp: rows[y - 1]?.[x],
      ArrowDown: rows[y + 1]?.[x],
      ArrowLeft: rows[y][x - 1],
      ArrowRight: rows[y][x + 1],
      Home: rows[y][0],
      End: rows[y].at(-1)
    }[event.key]
    if (!next) return
    event.preventDefault()
    next.focus()
    next.scrollIntoView({ block: 'nearest', inline: 'nearest' })
  })
})
