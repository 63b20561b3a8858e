// F6, F7 and F8 of the filter of leads work while its panel is folded too; keyboard.js serves them when it is seen.

document.addEventListener('keydown', (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey || document.querySelector('dialog[open]')) return
  if (!/^F[678]$/.test(event.key)) return
  event.preventDefault()
  document.querySelector(`#lead-filter [data-hotkey="${event.key.toLowerCase()}"]`)?.click()
})
