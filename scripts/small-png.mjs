// Pictures of a page in few colours: the commonest 255 of them are kept exactly, and edges of letters get the nearest.
import { crc32, deflateSync } from 'node:zlib';
import { PNG } from 'pngjs';

/** The last colour of a palette, which no pixel has. */
const coloursMost = 255;

/** The pixels of a PNG, four bytes each. */
export function pixelsOf(png) {
  const { data, width, height } = PNG.sync.read(png);
  return { pixels: new Uint32Array(data.buffer, data.byteOffset, data.byteLength / 4), width, height };
}

/** The commonest colours of a picture, and a function that finds the index of a colour. */
export function paletteOf(pixels) {
  const counts = new Map();
  for (const colour of pixels) counts.set(colour, (counts.get(colour) ?? 0) + 1);
  const common = [...counts].sort((a, b) => b[1] - a[1]).slice(0, coloursMost);
  const palette = common.map(([colour]) => channels(colour));
  while (palette.length <= coloursMost) palette.push([0, 0, 0]);
  const known = new Map(common.map(([colour], i) => [colour, i]));
  const nearest = (colour) => {
    const [r, g, b] = channels(colour);
    const far = palette
      .slice(0, common.length)
      .map(([x, y, z]) => (x - r) ** 2 + (y - g) ** 2 + (z - b) ** 2);
    return far.indexOf(Math.min(...far));
  };
  const indexOf = (colour) => {
    if (!known.has(colour)) known.set(colour, nearest(colour));
    return known.get(colour);
  };
  return { palette, indexOf };
}

/** The same picture with a palette, which is less than half as large. https://www.w3.org/TR/png-3/#11Critical-chunks */
export function smallPng(png) {
  const { pixels, width, height } = pixelsOf(png);
  const { palette, indexOf } = paletteOf(pixels);
  const rows = Buffer.alloc((width + 1) * height);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) rows[y * (width + 1) + 1 + x] = indexOf(pixels[y * width + x]);
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  // Eight bits a pixel, which are indexes of the palette.
  head.set([8, 3, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', head),
    chunk('PLTE', Buffer.from(palette.flat())),
    chunk('IDAT', deflateSync(rows, { level: 9, memLevel: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(type, data) {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}

/** Red, green and blue of four bytes in the order of memory. */
function channels(colour) {
  return [colour & 255, (colour >> 8) & 255, (colour >> 16) & 255];
}
