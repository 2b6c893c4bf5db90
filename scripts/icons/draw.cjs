'use strict'
/** `electron draw.cjs -- SVG SIZE... FOLDER`: draws a picture with Chromium, on nothing, as FOLDER/<size>x<size>.png. */
const { app, BrowserWindow } = require('electron')
const fs = require('node:fs')
const path = require('node:path')

/**
 * Runs in a page: on a canvas, since what a window shows depends on when one looks.
 * @param {string} address
 * @param {number} size
 */
async function paint(address, size) {
  const picture = new Image(size, size)
  picture.src = address
  await picture.decode()
  const canvas = document.createElement('canvas')
  canvas.width = canvas.height = size
  const context = canvas.getContext('2d')
  if (context === null) throw new Error('There is no canvas.')
  context.drawImage(picture, 0, 0, size, size)
  return canvas.toDataURL('image/png')
}

async function draw() {
  const [svg = '', ...rest] = process.argv.slice(process.argv.indexOf('--') + 1)
  const folder = rest.pop() ?? ''
  const address = JSON.stringify(`data:image/svg+xml;base64,${fs.readFileSync(svg, 'base64')}`)
  const window = new BrowserWindow({ show: false })
  await window.loadURL('data:text/html,<title>icon</title>')
  for (const size of rest) {
    const drawn = /** @type {string} */ (await window.webContents.executeJavaScript(`(${paint.toString()})(${address}, ${size})`))
    fs.writeFileSync(path.join(folder, `${size}x${size}.png`), Buffer.from(drawn.slice(drawn.indexOf(',') + 1), 'base64'))
  }
}

app.disableHardwareAcceleration()
app.whenReady().then(draw).then(
  () => app.exit(0),
  (error) => {
    console.error(error)
    app.exit(1)
  },
)
