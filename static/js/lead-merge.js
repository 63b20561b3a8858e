// The choice between the values of two leads: one button takes all of one of them.
document.addEventListener('click', ({ target }) => {
  const button = target.closest('[data-merge-take]')
  if (!button) return
  for (const row of document.querySelectorAll('.merge-row[data-field]')) {
    const choice = row.querySelector(`input[type="radio"][value="${CSS.escape(button.dataset.mergeTake)}"]`)
    if (choice) choice.checked = true
  }
})
