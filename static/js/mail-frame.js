// A message is as high as its text, so that nothing scrolls inside of something that scrolls. Nothing runs in its frame
// (communications/html/frame.py): it is measured from here, again whenever its width or its images change it.
import { onLoad } from './dom.js'

const HIGHEST = 20000 // what is longer scrolls in its frame

onLoad('.mail-frame', (frame) => {
  const fit = () => {
    const inside = frame.contentDocument
    const text = inside?.body && Math.max(inside.documentElement.offsetHeight, inside.body.scrollHeight)
    if (!text) return
    const bar = frame.contentWindow.innerHeight - inside.documentElement.clientHeight
    const border = frame.offsetHeight - frame.clientHeight
    frame.style.height = `${Math.min(text + bar + border, HIGHEST)}px`
  }
  const observer = new ResizeObserver(fit)
  const watch = () => {
    observer.disconnect()
    const root = frame.contentDocument?.documentElement
    if (!root) return // refused: its height stays the one of the style sheet
    observer.observe(root)
    fit()
  }
  frame.addEventListener('load', watch)
  watch()
})
