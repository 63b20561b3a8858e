// textarea[data-rich-text]: edited with Trix (bold, italic, lists, link, undo). The textarea stays the form's field and
// holds HTML, which the server sanitises. data-texts: JSON of the toolbar's words (crm.forms.fields.RichTextWidget).
import { onLoad } from './dom.js'

let library
const load = (texts) => {
  library ??= import('../vendor/trix/trix.esm.min.js').then((module) => {
    const Trix = module.default
    Object.assign(Trix.config.lang, texts)
    Trix.config.toolbar.getDefaultHTML = () => toolbar(Trix.config.lang)
    return Trix
  })
  return library
}

const button = (lang, kind, name, word, key) =>
  `<button type="button" class="trix-button trix-button--icon trix-button--icon-${kind}" data-trix-${name} ${key ? `data-trix-key="${key}"` : ''} title="${lang[word]}" aria-label="${lang[word]}" tabindex="-1"></button>`

function toolbar (lang) {
  return `<div class="trix-button-row">
    <span class="trix-button-group">
      ${button(lang, 'bold', 'attribute="bold"', 'bold', 'b')}
      ${button(lang, 'italic', 'attribute="italic"', 'italic', 'i')}
      ${button(lang, 'link', 'attribute="href" data-trix-action="link"', 'link', 'k')}
    </span>
    <span class="trix-button-group">
      ${button(lang, 'bullet-list', 'attribute="bullet"', 'bullets')}
      ${button(lang, 'number-list', 'attribute="number"', 'numbers')}
      ${button(lang, 'decrease-nesting-level', 'action="decreaseNestingLevel"', 'outdent')}
      ${button(lang, 'increase-nesting-level', 'action="increaseNestingLevel"', 'indent')}
    </span>
    <span class="trix-button-group">
      ${button(lang, 'undo', 'action="undo"', 'undo', 'z')}
      ${button(lang, 'redo', 'action="redo"', 'redo', 'shift+z')}
    </span>
  </div>
  <div class="trix-dialogs" data-trix-dialogs>
    <div class="trix-dialog trix-dialog--link" data-trix-dialog="href" data-trix-dialog-attribute="href">
      <div class="trix-dialog__link-fields">
        <input type="url" name="href" class="trix-input trix-input--dialog" placeholder="${lang.urlPlaceholder}" aria-label="${lang.url}" data-trix-validate-href required data-trix-input>
        <div class="trix-button-group">
          <input type="button" class="trix-button trix-button--dialog" value="${lang.link}" data-trix-method="setAttribute">
          <input type="button" class="trix-button trix-button--dialog" value="${lang.unlink}" data-trix-method="removeAttribute">
        </div>
      </div>
    </div>
  </div>`
}

onLoad('textarea[data-rich-text]', async (textarea) => {
  await load(JSON.parse(textarea.dataset.texts || '{}'))
  if (!textarea.isConnected || textarea.dataset.richText === 'ready') return
  textarea.dataset.richText = 'ready'
  const holder = document.createElement('input')
  holder.type = 'hidden'
  holder.id = `${textarea.id}-trix`
  holder.value = textarea.value
  const editor = document.createElement('trix-editor')
  editor.setAttribute('input', holder.id)
  const label = document.querySelector(`label[for="${CSS.escape(textarea.id)}"]`)
  editor.setAttribute('aria-label', label?.textContent.replace('*', '').trim() ?? '')
  if (textarea.hasAttribute('aria-describedby')) editor.setAttribute('aria-describedby', textarea.getAttribute('aria-describedby'))
  textarea.hidden = true
  textarea.required = false
  textarea.after(holder, editor)
  label?.addEventListener('click', () => editor.focus())
  editor.addEventListener('trix-file-accept', (event) => event.preventDefault())
  editor.addEventListener('trix-change', () => {
    textarea.value = editor.value
    textarea.dispatchEvent(new Event('input', { bubbles: true }))
    textarea.dispatchEvent(new Event('change', { bubbles: true }))
  })
})
