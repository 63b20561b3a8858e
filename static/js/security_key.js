// What went wrong with a security key, in words: allauth's scripts only announce it.
import { text } from './dom.js'
import { toast } from './toasts.js'

document.addEventListener('allauth.error', (event) => {
  event.preventDefault()
  toast(text(window.PublicKeyCredential ? 'key-failed' : 'key-unsupported'), 'danger')
})
