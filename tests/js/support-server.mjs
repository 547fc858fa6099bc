/**
 * Serves a folder for the page's tests: by `endcap serve` when the environment names the binary
 * (`ENDCAP=target/debug/endcap`), else by a few lines of Node with the same policy.
 */

import { spawn } from "node:child_process";
import { createReadStream, existsSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, normalize, resolve } from "node:path";
import { createInterface } from "node:readline";

export const POLICY =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data:; " +
  "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const TYPES = {
  ".html": "text/html; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".svg": "image/svg+xml",
  ".wasm": "application/wasm",
};

async function byBinary(binary, dir) {
  const child = spawn(resolve(binary), ["serve", dir, "--port", "0"], { stdio: ["ignore", "pipe", "inherit"] });
  const origin = await new Promise((done, fail) => {
    createInterface(child.stdout).once("line", done);
    child.once("error", fail);
    child.once("exit", (code) => fail(new Error(`${binary} serve ended with ${code}`)));
  });
  return { origin: origin.replace(/\/$/, ""), by: binary, stop: () => child.kill() };
}

function answer(dir, request, response) {
  const path = normalize(decodeURIComponent(new URL(request.url, "http://x").pathname));
  const file = join(dir, path.endsWith("/") ? `${path}index.html` : path);
  if (!existsSync(file) || !statSync(file).isFile()) return response.writeHead(404, { "content-type": "text/html" }).end("<p>not here");
  const packed = /\bbr\b/.test(request.headers["accept-encoding"] ?? "") && existsSync(`${file}.br`);
  response.writeHead(200, {
    "content-type": TYPES[extname(file)] ?? "application/octet-stream",
    "content-security-policy": POLICY,
    "cache-control": "no-cache",
    ...(packed ? { "content-encoding": "br" } : {}),
  });
  createReadStream(packed ? `${file}.br` : file).pipe(response);
}

async function byNode(dir) {
  const server = createServer((request, response) => answer(dir, request, response));
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  return { origin: `http://127.0.0.1:${server.address().port}`, by: "Node", stop: () => (server.closeAllConnections(), server.close()) };
}

/** @param {string} dir @returns {Promise<{ origin: string, by: string, stop: () => void }>} */
export function serve(dir) {
  const binary = process.env.ENDCAP;
  return binary ? byBinary(binary, dir) : byNode(dir);
}
