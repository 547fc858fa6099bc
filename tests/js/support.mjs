// What the suites share: the packed package in an empty project, a bundle to load, a server to load it from.

import { execFile, execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";

export const here = dirname(fileURLToPath(import.meta.url));
export const root = join(here, "../..");
export const pkg = join(root, "pkg");
export const run = promisify(execFile);

/** A directory that is gone after the tests of this file. */
export function temporary() {
  const directory = mkdtempSync(join(tmpdir(), "endcap-"));
  after(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** Packs `pkg/` as `npm publish` would and installs the tarball into an empty project. */
export function installed() {
  if (!existsSync(join(pkg, "package.json"))) throw new Error("there is no pkg/ to test: run `make pack` first");
  const project = temporary();
  const quiet = { cwd: project, stdio: ["ignore", "pipe", "pipe"], encoding: "utf8" };
  const [{ filename, files }] = JSON.parse(execFileSync("npm", ["pack", pkg, "--json", "--silent"], quiet));
  writeFileSync(join(project, "package.json"), '{ "name": "shop", "private": true, "type": "module" }');
  execFileSync("npm", ["install", `./${filename}`, "--offline", "--silent", "--no-audit", "--no-fund"], quiet);
  return { project, tarball: join(project, filename), files: files.map(({ path }) => path) };
}

/** Imports from inside the project, so that the package's own `exports` decide. */
export function importIn(project, specifier) {
  const script = join(project, `${specifier.replaceAll("/", "-")}.mjs`);
  writeFileSync(script, `export * from "${specifier}";`);
  return import(pathToFileURL(script).href);
}

/**
 * A bundle of a small shop: the file that ENDCAP_BUNDLE names, else the newest golden one, else one trained from the
 * sample shop by the native binary.
 */
export function sampleBundle() {
  const golden = join(root, "tests/fixtures/golden");
  const found = [
    process.env.ENDCAP_BUNDLE,
    ...(existsSync(golden) ? readdirSync(golden).filter((name) => name.endsWith(".endcap")).sort().reverse() : []).map((name) => join(golden, name)),
  ].find(Boolean);
  return new Uint8Array(readFileSync(found ?? join(sampleShop().directory, "model.endcap")));
}

/** The native binary: what ENDCAP names, else the newest one built here, else undefined. */
export function nativeBinary() {
  if (process.env.ENDCAP) return process.env.ENDCAP;
  const target = process.env.CARGO_TARGET_DIR ?? join(root, "target");
  return ["release", "debug"]
    .map((profile) => join(target, profile, process.platform === "win32" ? "endcap.exe" : "endcap"))
    .filter(existsSync)
    .sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs)[0];
}

let shop;

/** The sample shop, trained: its directory holds model.endcap. */
export function sampleShop() {
  if (shop) return shop;
  const endcap = nativeBinary();
  if (!endcap) throw new Error("there is no bundle to test with: run `cargo build --release`, or set ENDCAP_BUNDLE");
  const directory = temporary();
  const quiet = { stdio: ["ignore", "ignore", "pipe"] };
  execFileSync(endcap, ["sample", directory], quiet);
  const given = ["catalog", "orders", "events"].flatMap((kind) => {
    const name = readdirSync(directory).find((file) => file.startsWith(`${kind}.`));
    return name ? [`--${kind}`, join(directory, name)] : [];
  });
  execFileSync(endcap, ["train", ...given, "-o", join(directory, "model.endcap")], quiet);
  shop = { directory, endcap };
  return shop;
}

/** A server on loopback. `routes` maps a path to bytes, or to a function of request and response. */
export async function serve(routes) {
  const server = createServer((request, response) => {
    const route = routes[new URL(request.url, "http://localhost").pathname];
    if (typeof route === "function") route(request, response);
    else response.writeHead(route ? 200 : 404).end(route ?? "not here");
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${server.address().port}`;
}

/** SKUs that the bundle knows: what it calls popular. */
export function knownSkus(recommender) {
  const { items } = recommender.recommend({ placement: recommender.placements()[0] });
  if (items.length < 2) throw new Error("the bundle for the tests must have at least two popular items");
  return items.map(({ sku }) => sku);
}
