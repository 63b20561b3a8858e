// Runs before the first paint: the theme of the profile (for a guest: of this browser) and the folded side tree.
(() => {
  const root = document.documentElement
  const memory = { get: (key) => { try { return localStorage.getItem(key) } catch { return null } } }
  const dark = matchMedia('(prefers-color-scheme: dark)')

  const paint = () => {
    let theme = root.dataset.theme
    if (theme === 'system') theme = dark.matches ? 'dark' : 'light'
    root.dataset.bsTheme = theme
  }

  paint()
  dark.addEventListener('change', paint)
  new MutationObserver(paint).observe(root, { attributeFilter: ['data-theme'] })
  if (memory.get('lejek.sidebar') === 'collapsed') root.dataset.sidebar = 'collapsed'
  // A panel is open until somebody folds it; the filters are folded at first where they would leave the table too little.
  const panel = root.dataset.panel
  const folded = panel === 'filters' && !matchMedia('(min-width: 1360px)').matches ? 'collapsed' : ''
  if ((memory.get(`lejek.aside.${panel}`) ?? folded) === 'collapsed') root.dataset.aside = 'collapsed'
})()
