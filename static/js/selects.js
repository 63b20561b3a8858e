// select[data-select]: search in the options. select[data-select-url]: search on the server, which answers ?q=… with
// [{id, text, hint?, colour?}]. data-placeholder, data-none (nothing found), data-clear (word of the clearing button),
// data-create (offer to add what was typed: "Add" word). The <select> stays the form's field.
import { onLoad } from './dom.js'
import { request } from './requests.js'

let library
const load = () => {
  library ??= import('../vendor/tom-select/js/tom-select.complete.min.js').then(() => window.TomSelect)
  return library
}

onLoad('select[data-select], select[data-select-url]', async (select) => {
  const TomSelect = await load()
  if (!select.isConnected || select.tomselect) return
  const { selectUrl, placeholder = '', none = '', clear = '', create } = select.dataset
  const required = select.required
  const plugins = select.multiple ? { remove_button: { title: clear } } : required ? {} : { clear_button: { title: clear } }
  const control = new TomSelect(select, {
    plugins,
    placeholder,
    valueField: 'id',
    labelField: 'text',
    searchField: selectUrl ? [] : ['text'],
    maxOptions: 200,
    create: create !== undefined,
    allowEmptyOption: false,
    closeAfterSelect: !select.multiple,
    hidePlaceholder: true,
    openOnFocus: true,
    refreshThrottle: 0,
    loadThrottle: 200,
    score: selectUrl ? () => () => 1 : undefined,
    preload: selectUrl ? 'focus' : false,
    load: selectUrl && ((query, done) => {
      const url = new URL(selectUrl, window.location.origin)
      url.searchParams.set('q', query)
      request(url, { quiet: true }).then((response) => response.json()).then((found) => {
        control.clearOptions((option) => control.items.includes(String(option.id)))
        done(found)
      }, () => done())
    }),
    shouldLoad: () => true,
    render: {
      option: (data, escape) => `<div class="option">${badge(data, escape)}${data.hint ? `<small>${escape(data.hint)}</small>` : ''}</div>`,
      item: (data, escape) => `<div class="item${colour(data) ? ` lj-c-${escape(colour(data))}` : ''}">${escape(data.text)}</div>`,
      no_results: () => `<div class="no-results">${none}</div>`,
      option_create: (data, escape) => `<div class="create">${escape(create ?? '')} <strong>${escape(data.input)}</strong></div>`
    }
  })
  if (select.autofocus && document.activeElement === select) control.focus() // the browser gave it the focus with the page
  select.setAttribute('aria-hidden', 'true') // its label belongs to the control that stands for it
  const label = select.id && document.querySelector(`label[for="${CSS.escape(select.id)}-ts-control"], label[for="${CSS.escape(select.id)}"]`)
  for (const name of ['aria-describedby', 'aria-invalid']) {
    if (select.hasAttribute(name)) control.control_input.setAttribute(name, select.getAttribute(name))
  }
  if (!label && select.getAttribute('aria-label')) control.control_input.setAttribute('aria-label', select.getAttribute('aria-label'))
})

function colour (data) {
  return data.colour ?? data.$option?.dataset.colour
}

function badge (data, escape) {
  return colour(data) ? `<span class="lj-badge lj-c-${escape(colour(data))}">${escape(data.text)}</span>` : escape(data.text)
}

// A swapped-out select gives its listeners and dropdown back.
document.addEventListener('htmx:beforeCleanupElement', (event) => {
  const select = event.target
  if (select.tagName === 'SELECT' && select.tomselect) select.tomselect.destroy()
})
