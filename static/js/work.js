// The blocks beside the form of a lead: comments and files.
import './files.js'
import './mentions.js'
import { onLoad } from './dom.js'

// Ctrl+Enter sends a comment.
document.addEventListener('keydown', (event) => {
  const form = event.target.closest?.('[data-comment-form]')
  if (!form || event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return
  event.preventDefault()
  form.requestSubmit()
})

// A comment in its form: the caret stands at the end of what is there.
onLoad('.comment.is-edited textarea', (textarea) => {
  textarea.focus()
  textarea.setSelectionRange(textarea.value.length, textarea.value.length)
})

// The link of a notice leads to a comment, which comes after the page.
onLoad('.comment', (comment) => {
  if (window.location.hash !== `#${comment.id}`) return
  comment.classList.add('is-meant')
  comment.focus()
  comment.scrollIntoView({ block: 'center' })
})
