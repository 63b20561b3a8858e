// The editor of an e-mail template: [data-insert-field] puts its field where the caret was last, in the subject or the text.
const subject = document.getElementById('id_subject')
const editor = () => document.querySelector('#template-form trix-editor')
let isInSubject = false

document.addEventListener('focusin', ({ target }) => {
  if (target === subject) isInSubject = true
  else if (target.matches('trix-editor')) isInSubject = false
})

document.addEventListener('click', ({ target }) => {
  const button = target.closest('[data-insert-field]')
  if (!button) return
  const text = button.dataset.insertField
  if (isInSubject) {
    subject.setRangeText(text, subject.selectionStart, subject.selectionEnd, 'end')
    subject.dispatchEvent(new Event('input', { bubbles: true }))
    subject.focus()
  } else if (editor()) {
    editor().editor.insertString(text)
    editor().focus()
  }
})
