// „Napisz e-mail”, form[data-mail-form]: a template fills subject and text, the signature follows the account, chosen files
// are listed, and what was typed is not lost when the dialog is closed by mistake.
import { confirm } from './dialogs.js'
import { onLoad } from './dom.js'
import { request } from './requests.js'
import { hasUnsavedChanges } from './unsaved.js'

const modal = document.getElementById('modal')
const form = () => modal.querySelector('[data-mail-form]')

onLoad('[data-mail-form]', (loaded) => {
  const { account, template, subject, body } = loaded.elements
  const dirty = { subject: subject?.value ?? '', body: body?.value ?? '' }
  template?.addEventListener('change', () => fill(loaded, template.value, dirty))

  const showSignature = () => {
    for (const part of loaded.querySelectorAll('[data-signature-of]')) part.hidden = part.dataset.signatureOf !== account.value
  }
  account?.addEventListener('change', showSignature)
  if (account) showSignature()
  const signed = loaded.elements.with_signature
  for (const tick of loaded.querySelectorAll('[data-with-signature]')) {
    tick.addEventListener('change', () => {
      signed.checked = tick.checked
      for (const other of loaded.querySelectorAll('[data-with-signature]')) other.checked = tick.checked
    })
  }
})

async function fill (loaded, pk, before) {
  if (!pk) return
  const { subject, body } = loaded.elements
  const isTyped = subject.value !== before.subject || (body.value !== before.body && body.value.trim())
  if (isTyped) {
    const { textReplace, textReplaceAction } = loaded.dataset
    if (!await confirm(textReplace, { action: textReplaceAction })) return
  }
  const answer = await request(loaded.dataset.templateUrl.replace('/0/', `/${pk}/`))
  const filled = await answer.json()
  subject.value = filled.subject
  const editor = loaded.querySelector('trix-editor')
  if (editor) editor.editor.loadHTML(filled.body)
  else body.value = filled.body
  const warning = loaded.querySelector('[data-mail-warning]')
  warning.hidden = !filled.warning
  warning.querySelector('p').textContent = filled.warning
  before.subject = subject.value
  before.body = body.value
  subject.dispatchEvent(new Event('input', { bubbles: true }))
}

// --- Files: each time they are chosen they are added, and each can be taken away again.

onLoad('[data-compose-files]', (area) => {
  const input = area.querySelector('input[type="file"]')
  const list = area.querySelector('[data-chosen-files]')
  const drop = area.querySelector('.lj-drop')
  let chosen = []

  const show = () => {
    const transfer = new DataTransfer()
    for (const file of chosen) transfer.items.add(file)
    input.files = transfer.files
    list.replaceChildren(...chosen.map((file) => row(file)))
  }
  const row = (file) => {
    const item = document.createElement('li')
    item.className = 'compose-file'
    const name = document.createElement('bdi')
    name.textContent = file.name
    const remove = document.createElement('button')
    const word = area.closest('form').dataset.textRemove
    Object.assign(remove, { type: 'button', className: 'lj-icon-button', ariaLabel: `${word}: ${file.name}`, title: word, textContent: '×' })
    remove.addEventListener('click', () => {
      chosen = chosen.filter((other) => other !== file)
      show()
      input.focus()
    })
    item.append(name, remove)
    return item
  }
  input.addEventListener('change', () => {
    chosen = [...chosen, ...input.files]
    show()
  })
  for (const type of ['dragenter', 'dragleave', 'drop']) {
    input.addEventListener(type, () => drop.classList.toggle('is-over', type === 'dragenter'))
  }
})

// --- Closing by mistake

async function close () {
  const { textClose: title, textLost: text, textCloseAction: action, textCloseCancel: cancel } = form().dataset
  if (!hasUnsavedChanges(form()) || await confirm(text, { title, action, cancel, level: 'danger' })) modal.close()
}

modal.addEventListener('cancel', (event) => {
  if (event.target !== modal || !form()) return
  event.preventDefault()
  close()
})

document.addEventListener('click', (event) => {
  if (!event.target.closest('[data-dialog-close]') || !modal.contains(event.target) || !form()) return
  event.preventDefault()
  event.stopImmediatePropagation()
  close()
}, true)
