// The side tree, the right panel and the theme.
import { memory, onLoad } from './dom.js'
import { request } from './requests.js'

const root = document.documentElement
const narrow = matchMedia('(max-width: 991.98px)')

function drawer (name) {
  if (name) root.dataset.drawer = name
  else delete root.dataset.drawer
  for (const button of document.querySelectorAll('[data-sidebar-toggle]')) button.setAttribute('aria-expanded', String(name === 'sidebar'))
  if (name) document.getElementById(name)?.querySelector('a, button, input, select')?.focus()
}

function toggleStored (key, remembered = key) {
  const collapsed = root.dataset[key] !== 'collapsed'
  if (collapsed) root.dataset[key] = 'collapsed'
  else delete root.dataset[key]
  memory.set(remembered, collapsed ? 'collapsed' : '')
}

document.addEventListener('click', (event) => {
  if (event.target.closest('[data-sidebar-toggle]')) drawer(root.dataset.drawer ? '' : 'sidebar')
  else if (event.target.closest('[data-sidebar-collapse]')) toggleStored('sidebar')
  else if (event.target.closest('[data-aside-toggle]')) {
    if (narrow.matches) drawer(root.dataset.drawer ? '' : 'aside')
    else toggleStored('aside', `aside.${root.dataset.panel}`)
    reflect()
  } else if (event.target.closest('[data-scrim], [data-drawer-close]')) drawer('')
})

// Tabs of one section keep the filter that stands in the address, also when it changed after the page was loaded.
document.addEventListener('pointerdown', keepFilter, true)
document.addEventListener('focusin', keepFilter, true)

function keepFilter (event) {
  const link = event.target.closest?.('a[data-keep-filter]')
  if (!link) return
  const query = new URLSearchParams(window.location.search)
  for (const name of ['after', 'before', 'sort']) query.delete(name)
  link.search = query.toString()
}

document.addEventListener('keydown', (event) => {
  if (event.key !== 'Escape' || !root.dataset.drawer) return
  event.preventDefault()
  drawer('')
})
narrow.addEventListener('change', () => drawer(''))

function reflect () {
  const open = narrow.matches ? root.dataset.drawer === 'aside' : root.dataset.aside !== 'collapsed'
  for (const button of document.querySelectorAll('[data-aside-toggle]')) button.setAttribute('aria-expanded', String(open))
}
onLoad('[data-aside-toggle]', reflect)

onLoad('[data-branch]', (branch) => {
  const key = `branch.${branch.dataset.branch}`
  if (memory.get(key) === 'closed' && !branch.querySelector('[aria-current]')) branch.open = false
  branch.addEventListener('toggle', () => memory.set(key, branch.open ? '' : 'closed'))
})

onLoad('[data-theme-choice]', (choice) => {
  choice.addEventListener('click', (event) => {
    const button = event.target.closest('button')
    if (!button) return
    event.stopPropagation()
    root.dataset.theme = button.value
    for (const other of choice.querySelectorAll('button')) other.setAttribute('aria-pressed', String(other === button))
    request(choice.dataset.url, { method: 'POST', body: new URLSearchParams({ theme: button.value }) }).catch(() => {})
  })
})

// On a narrow screen the tabs scroll: the open one is in sight.
onLoad('.lj-tabs [aria-current]', (tab) => tab.scrollIntoView({ block: 'nearest', inline: 'center' }))
