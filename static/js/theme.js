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
  if (memory.get('lejek.aside') === 'collapsed') root.dataset.aside = 'collapsed'
})()
