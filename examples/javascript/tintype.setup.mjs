// A tintype server for the tests of an application: Vitest's globalSetup. The binary is `tintype` on
// the PATH, or what TINTYPE_BINARY names.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

export default async function setup(project) {
  const server = spawn(process.env.TINTYPE_BINARY ?? "tintype", ["serve", "--temporary"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = once(server, "exit");
  // The line comes once requests are answered; none comes if the server cannot start.
  const line = once(createInterface(server.stdout), "line").then(([line]) => line);
  const tintype = JSON.parse(
    await Promise.race([line, ended.then(([code]) => Promise.reject(new Error(`tintype ended with ${code}`)))]),
  );
  project.provide("tintype", tintype);
  return async () => {
    server.kill("SIGTERM");
    await ended;
  };
}
