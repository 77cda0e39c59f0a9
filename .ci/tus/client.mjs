// Uploads one file after another by tus-js-client or Uppy, until standard input ends; see
// .ci/prove-tus. `node client.mjs CLIENT NAME BYTES AHEAD FOLDER`; TINTYPE_URL and TINTYPE_TOKEN
// say where. Prints a line of JSON for each file that arrived and each request that was broken.

import { createHash, randomBytes } from "node:crypto";
import { createReadStream } from "node:fs";
import { rm, writeFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";

import Uppy from "@uppy/core";
import Tus from "@uppy/tus";
import * as tus from "tus-js-client";

const [client, name, bytes, ahead, folder] = process.argv.slice(2);
const headers = { Authorization: `Token ${process.env.TINTYPE_TOKEN}` };
const endpoint = `${process.env.TINTYPE_URL}/api/media/uploads`;
const say = (line) => console.log(JSON.stringify(line));

let isOver = false;
process.stdin.on("end", () => (isOver = true)).resume();

const options = {
  endpoint,
  headers,
  retryDelays: Array(1000).fill(100),
  onShouldRetry: (error) => {
    say({ broken: 1 });
    const status = error.originalResponse?.getStatus() ?? 0;
    return status < 400 || status >= 500 || [408, 409, 423].includes(status);
  },
  // Both clients begin anew where the server does not know the upload any more, which would hide a
  // loss.
  onAfterResponse: (request, response) => {
    if (request.getMethod() === "HEAD" && [403, 404, 410].includes(response.getStatus())) {
      fail(new Error(`${request.getURL()} answered ${response.getStatus()}`));
    }
  },
};

function fail(error) {
  say({ problem: String(error) });
  process.exit(1);
}

// From a file, in one request unless it is broken.
async function byTusJsClient(filename, content) {
  const path = `${folder}/${filename}`;
  await writeFile(path, content);
  const url = await new Promise((resolve, reject) => {
    const upload = new tus.Upload(createReadStream(path), {
      ...options,
      metadata: { filename },
      onError: reject,
      onSuccess: () => resolve(upload.url),
    });
    upload.start();
  });
  await rm(path);
  return url;
}

// From memory, in pieces of 8 MiB.
async function byUppy(filename, content) {
  const uppy = new Uppy({ debug: false }).use(Tus, { ...options, chunkSize: 8 << 20 });
  // It expects a Blob, for which tus-js-client outside a browser has no reader.
  content.size = content.length;
  uppy.addFile({ name: filename, type: "application/octet-stream", data: content });
  const { successful, failed } = await uppy.upload();
  if (failed.length > 0) throw failed[0].error;
  const url = successful[0].uploadURL;
  uppy.destroy();
  return url;
}

class Refused extends Error {}

async function file(url) {
  for (;;) {
    try {
      // A request whose server dies while this process is busy may otherwise wait for minutes.
      const answer = await fetch(url, { headers, signal: AbortSignal.timeout(10_000) });
      const body = await answer.text();
      // 408: on a busy machine, the head of a request may take longer than the server waits for it.
      if (answer.status < 500 && answer.status !== 408) {
        if (answer.status !== 200) throw new Refused(`${url} answered ${answer.status} ${body}`);
        if (JSON.parse(body).file) return JSON.parse(body).file;
      }
    } catch (error) {
      if (error instanceof Refused) throw error;
    }
    await sleep(100);
  }
}

const waiting = new Set();
const upload = client === "uppy" ? byUppy : byTusJsClient;
for (let turn = 1; !isOver || turn === 1; turn++) {
  const content = randomBytes(Number(bytes));
  const sha256 = createHash("sha256").update(content).digest("hex");
  try {
    const url = await upload(`${name}-${turn}.bin`, content);
    const arrival = file(url).then((file) => say({ file, sha256 }), fail);
    waiting.add(arrival);
    arrival.finally(() => waiting.delete(arrival));
  } catch (error) {
    fail(error);
  }
  if (waiting.size >= Number(ahead)) await Promise.race(waiting);
}
await Promise.all(waiting);
