// GET /media/<name>?width=…&height=…&fit=…&format=… gives a picture of <folder>/media/<name>, as sharp's documentation
// shows it: one thread, nothing kept.

import { createRequire } from 'node:module';
import { createServer } from 'node:http';
import { join } from 'node:path';

const [modules, folder, port] = process.argv.slice(2);
const sharp = createRequire(`${modules}/`)('sharp');
sharp.concurrency(1);
sharp.cache(false);

async function picture(url) {
  const { searchParams, pathname } = new URL(url, 'http://localhost');
  const number = (name) => Number(searchParams.get(name));
  const size = { fit: searchParams.get('fit'), withoutEnlargement: true };
  const resized = sharp(join(folder, pathname)).rotate().resize(number('width'), number('height'), size);
  const format = searchParams.get('format');
  return [format, await resized.toFormat(format, { quality: 80 }).toBuffer()];
}

createServer(async (request, response) => {
  if (request.url === '/') return response.end();
  try {
    const [format, bytes] = await picture(request.url);
    response.writeHead(200, { 'Content-Type': `image/${format}`, 'Content-Length': bytes.length });
    response.end(bytes);
  } catch (error) {
    response.writeHead(500);
    response.end(String(error));
  }
}).listen(Number(port), '127.0.0.1');
