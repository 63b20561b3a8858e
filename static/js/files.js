// form[data-file-drop]: files chosen in it, or dropped anywhere on the page, are sent one by one with their progress.
// Texts: data-text-large, -empty, -failed, -added (with {name}), -close. What went wrong stays until it is closed.
import { onLoad } from './dom.js'
import { csrfToken } from './requests.js'
import { signIn } from './session.js'
import { toast } from './toasts.js'

const TOGETHER = 2
const isOfFiles = (event) => event.dataTransfer?.types.includes('Files')

onLoad('form[data-file-drop]', (form) => {
  const input = form.querySelector('input[type="file"]')
  const uploads = document.getElementById('file-uploads')
  const waiting = []
  let running = 0

  const say = (name, file) => form.dataset[`text${name}`].replace('{name}', file.name)

  const add = (files) => {
    document.getElementById('tab-files')?.click()
    for (const file of files) {
      const row = progressRow(file)
      uploads.append(row)
      if (!file.size) fail(row, say('Empty', file))
      else if (file.size > Number(form.dataset.maxMegabytes) * 2 ** 20) fail(row, say('Large', file))
      else waiting.push({ file, row })
    }
    next()
  }

  const next = () => {
    while (running < TOGETHER && waiting.length) {
      running += 1
      const { file, row } = waiting.shift()
      send(file, row).finally(() => {
        running -= 1
        next()
      })
    }
  }

  const send = async (file, row) => {
    const answer = await post(form.action, file, row)
    if (answer.status === 401) {
      await signIn()
      return send(file, row)
    }
    if (answer.status === 201) {
      row.remove()
      toast(say('Added', file))
      window.htmx.trigger(document.body, 'files:changed')
    } else fail(row, answer.error || say(answer.status === 413 ? 'Large' : 'Failed', file))
  }

  const fail = (row, sentence) => {
    row.classList.add('is-refused')
    row.querySelector('progress')?.remove()
    const told = row.querySelector('.file-upload-text')
    told.setAttribute('role', 'alert')
    told.textContent = sentence
    const close = document.createElement('button')
    Object.assign(close, { type: 'button', className: 'btn btn-sm', textContent: form.dataset.textClose })
    close.addEventListener('click', () => {
      row.remove()
      input.focus()
    })
    row.append(close)
  }

  input.addEventListener('change', () => {
    add([...input.files])
    input.value = ''
  })
  form.addEventListener('submit', (event) => event.preventDefault())

  // Dropped anywhere, before an editor or the browser takes them.
  let depth = 0
  const over = (is) => {
    document.body.classList.toggle('is-dropping', is)
    form.querySelector('.lj-drop').classList.toggle('is-over', is)
    if (!is) depth = 0
  }
  document.addEventListener('dragenter', (event) => {
    if (!isOfFiles(event) || document.querySelector('dialog[open]')) return
    depth += 1
    over(true)
  })
  document.addEventListener('dragleave', (event) => {
    if (isOfFiles(event) && (depth -= 1) <= 0) over(false)
  })
  document.addEventListener('dragover', (event) => {
    if (isOfFiles(event)) event.preventDefault()
  })
  document.addEventListener('drop', (event) => {
    if (!isOfFiles(event)) return
    event.preventDefault()
    event.stopImmediatePropagation()
    over(false)
    if (!document.querySelector('dialog[open]')) add([...event.dataTransfer.files])
  }, true)
})

function progressRow (file) {
  const row = document.createElement('li')
  const name = document.createElement('span')
  const bar = document.createElement('progress')
  name.className = 'file-upload-text'
  name.textContent = file.name
  Object.assign(bar, { max: 100, value: 0, ariaLabel: file.name })
  row.className = 'file-upload'
  row.append(name, bar)
  return row
}

/** Send one file; fetch() knows no progress of what it sends. */
function post (url, file, row) {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest()
    const data = new FormData()
    data.append('files', file)
    request.open('POST', url)
    request.setRequestHeader('Accept', 'application/json')
    request.setRequestHeader('X-CSRFToken', csrfToken())
    request.upload.addEventListener('progress', (event) => {
      const bar = row.querySelector('progress')
      if (bar && event.lengthComputable) bar.value = event.loaded / event.total * 100
    })
    request.addEventListener('loadend', () => {
      let error = ''
      try { error = JSON.parse(request.responseText).error ?? '' } catch { /* a page, or nothing */ }
      resolve({ status: request.status, error })
    })
    request.send(data)
  })
}
