// [data-chart="id of its JSON"]: the chart of a report, drawn by ECharts in the colours of the theme.
import { onLoad } from './dom.js'

const FRACTION = { money: 2, percent: 1, days: 1, count: 0 }
// Where a column has no colour of its own.
const COLOURS = ['indigo', 'teal', 'orange', 'pink', 'azure', 'lime', 'purple', 'yellow', 'cyan', 'red', 'green', 'blue', 'gray']

let library
const load = () => {
  library ??= import('../vendor/echarts/echarts.esm.min.js')
  return library
}

onLoad('[data-chart]', async (canvas) => {
  const data = JSON.parse(document.getElementById(canvas.dataset.chart).textContent)
  const echarts = await load()
  if (!canvas.isConnected) return
  let chart
  const draw = () => {
    chart?.dispose()
    chart = echarts.init(canvas, null, { renderer: 'canvas' })
    chart.setOption(options(data, canvas))
  }
  draw()
  const resized = new ResizeObserver(() => {
    chart.resize()
    chart.setOption(options(data, canvas))
  })
  resized.observe(canvas)
  const themed = new MutationObserver(draw)
  themed.observe(document.documentElement, { attributeFilter: ['data-bs-theme'] })
  document.addEventListener('htmx:beforeCleanupElement', function end (event) {
    if (event.target !== canvas) return
    document.removeEventListener('htmx:beforeCleanupElement', end)
    resized.disconnect()
    themed.disconnect()
    chart.dispose()
  })
})

function options (data, canvas) {
  const text = colour('--lj-text-2', canvas)
  const line = colour('--lj-line', canvas)
  const font = { color: text, fontFamily: getComputedStyle(canvas).fontFamily, fontSize: 12 }
  const isLine = data.kind === 'line'
  const hasLegend = data.series.length > 1
  const show = formatter(data)
  const points = pointLabels(data, canvas)
  return {
    animation: !window.matchMedia('(prefers-reduced-motion: reduce)').matches,
    textStyle: font,
    grid: { left: 24, right: 24, top: hasLegend ? 68 : 36, bottom: data.x ? 28 : 8, containLabel: true },
    legend: { show: hasLegend, type: 'scroll', top: 4, icon: 'roundRect', itemWidth: 12, itemHeight: 12, textStyle: font, inactiveColor: line, pageTextStyle: font, pageIconColor: text },
    tooltip: {
      trigger: 'axis',
      renderMode: 'richText', // the policy of the page allows no styles inside HTML
      confine: true,
      axisPointer: { type: isLine ? 'line' : 'shadow' },
      backgroundColor: colour('--lj-raised', canvas),
      borderColor: colour('--lj-line-strong', canvas),
      textStyle: { ...font, color: colour('--lj-text', canvas) },
      valueFormatter: (value) => value === null || value === undefined ? '–' : show(value)
    },
    xAxis: { type: 'category', data: data.points, name: data.x, nameLocation: 'middle', nameGap: points.lines * 16 + 14, nameTextStyle: font, axisLabel: { ...font, ...points.look }, axisLine: { lineStyle: { color: line } }, axisTick: { show: false } },
    yAxis: { type: 'value', name: data.y + unit(data), nameTextStyle: { ...font, align: 'left' }, minInterval: data.unit === 'count' ? 1 : 0, axisLabel: { ...font, formatter: (value) => short(value) }, splitLine: { lineStyle: { color: line } } },
    series: data.series.map((series, place) => ({
      name: series.name,
      type: isLine ? 'line' : 'bar',
      stack: data.kind === 'stacked' ? 'all' : undefined,
      barMaxWidth: 36,
      smooth: false,
      symbolSize: 6,
      connectNulls: false,
      itemStyle: { color: shade(series.colour || (hasLegend ? COLOURS[place % COLOURS.length] : 'indigo'), canvas), borderRadius: data.kind === 'bar' ? [3, 3, 0, 0] : 0 },
      data: series.figures
    }))
  }
}

/** How the names under the axis look: all of them, in two lines at most, as long as each has room; else some. */
function pointLabels (data, canvas) {
  const width = Math.floor((canvas.clientWidth - 90) / data.points.length) - 8
  if (width < 56) return { lines: 1, look: { hideOverlap: true, width: 110, overflow: 'truncate' } }
  const isLong = data.points.some((name) => name.length * 7 > width)
  return { lines: isLong ? 2 : 1, look: { interval: 0, width, overflow: 'break', lineHeight: 16, height: 32 } }
}

/** The unit of the figures, behind the name of their axis. */
function unit (data) {
  if (data.unit === 'percent') return ', %'
  return data.unit === 'money' ? `, ${data.currency}` : ''
}

function formatter (data) {
  const fraction = FRACTION[data.unit]
  const style = data.unit === 'money' ? { style: 'currency', currency: data.currency } : { minimumFractionDigits: fraction, maximumFractionDigits: fraction }
  const format = new Intl.NumberFormat(document.documentElement.lang, style)
  return (value) => format.format(value) + (data.unit === 'percent' ? '%' : '')
}

function short (value) {
  return new Intl.NumberFormat(document.documentElement.lang, { notation: 'compact', maximumFractionDigits: 1 }).format(value)
}

/** A colour of the theme as the canvas knows it. */
function colour (name, within) {
  return resolved(within, (probe) => { probe.style.color = `var(${name})` })
}

/** A colour of the palette. */
function shade (name, within) {
  return resolved(within, (probe) => {
    probe.className = `lj-c-${name}`
    probe.style.color = 'var(--lj-colour)'
  })
}

const pixel = document.createElement('canvas').getContext('2d', { willReadFrequently: true })

function resolved (within, prepare) {
  const probe = document.createElement('span')
  prepare(probe)
  within.append(probe)
  pixel.fillStyle = getComputedStyle(probe).color
  probe.remove()
  pixel.clearRect(0, 0, 1, 1)
  pixel.fillRect(0, 0, 1, 1)
  const [red, green, blue] = pixel.getImageData(0, 0, 1, 1).data
  return `rgb(${red}, ${green}, ${blue})`
}
