// Small things that every module needs.

/** Call `setUp(element)` once for every element that matches, now and whenever HTMX brings new ones. */
export function onLoad (selector, setUp) {
  const seen = new WeakSet()
  const visit = (root) => {
    const found = root.matches?.(selector) ? [root] : []
    for (const element of [...found, ...root.querySelectorAll(selector)]) {
      if (seen.has(element)) continue
      seen.add(element)
      try {
        setUp(element)
      } catch (error) { // told, and the rest of the page is set up nevertheless
        window.reportError(error)
      }
    }
  }
  visit(document)
  document.addEventListener('htmx:load', (event) => visit(event.target))
}

/** Put `html` in the place of an element as HTMX does, with its events; `options` are those of htmx.swap (select, …). */
export function put (element, html, options = {}) {
  window.htmx.swap(element, html, { swapStyle: 'outerHTML' }, { eventInfo: { target: element }, ...options })
}

/** A text of the page's language: data-text-<name> of <body>. */
export function text (name) {
  return document.body.getAttribute(`data-text-${name}`) ?? ''
}

/** What the browser remembers for this person; losing it costs nothing. */
export const memory = {
  get (key) {
    try { return localStorage.getItem(`lejek.${key}`) } catch { return null }
  },
  set (key, value) {
    try { localStorage.setItem(`lejek.${key}`, value) } catch { /* a browser that stores nothing */ }
  }
}
