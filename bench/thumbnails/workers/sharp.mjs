// sharp, in one of two ways: `pipelines`, as its documentation shows it, or `cascade`, as fast as it can be written by hand.
// The protocol is in ../README.md.

import { createRequire } from 'node:module';
import { writeFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';

const [way, modules] = process.argv.slice(2);
const sharp = createRequire(`${modules}/`)('sharp');
sharp.concurrency(1);
sharp.cache(false);

const EDGES = [1080, 512, 128, 64];
const QUALITY = 82;
const FIT = { fit: 'inside', withoutEnlargement: true };

const encoded = (image, edge, extension, png) =>
  extension === 'png'
    ? image.png(png)
    : image.jpeg({ quality: QUALITY, chromaSubsampling: edge > 128 ? '4:2:0' : '4:4:4' });

async function pipelines(path, extension) {
  const made = [];
  for (const edge of EDGES) {
    const small = sharp(path).rotate().resize(edge, edge, FIT);
    made.push([edge, await encoded(small, edge, extension, {}).toBuffer()]);
  }
  return made;
}

async function cascade(path, extension) {
  const made = [];
  let image = sharp(path).rotate();
  for (const edge of EDGES) {
    const { data, info } = await image
      .resize(edge, edge, FIT)
      .toColourspace('srgb')
      .raw()
      .toBuffer({ resolveWithObject: true });
    const pixels = () => sharp(data, { raw: { width: info.width, height: info.height, channels: info.channels } });
    made.push([edge, await encoded(pixels(), edge, extension, { compressionLevel: 2 }).toBuffer()]);
    image = pixels();
  }
  return made;
}

const make = { pipelines, cascade }[way];
const cpuNanoseconds = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) * 1000;
};

console.log(`ready\tsharp ${sharp.versions.sharp}, libvips ${sharp.versions.vips}`);
for await (const line of createInterface({ input: process.stdin })) {
  const [iterations, path, folder, extension] = line.split('\t');
  try {
    let made;
    const start = cpuNanoseconds();
    for (let i = 0; i < iterations; i += 1) made = await make(path, extension);
    const nanoseconds = Math.round((cpuNanoseconds() - start) / iterations);
    if (folder !== '-') {
      await Promise.all(made.map(([edge, bytes]) => writeFile(`${folder}/${edge}.${extension}`, bytes)));
    }
    console.log(`ok\t${nanoseconds}`);
  } catch (error) {
    console.log(`error\t${String(error.message).replace(/[\n\t]/g, ' ')}`);
  }
}
