// What the suites share: the packed package in an empty project, a bundle to load, a server to load it from.

import { execFile, execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { createServer as createSocket } from "node:net";
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

/** A golden file, by its name. */
export const golden = (name) => new Uint8Array(readFileSync(join(root, "tests/fixtures/golden", name)));

/** A bundle of a small shop: the file that ENDCAP_BUNDLE names, else the golden one with everything but rules. */
export function sampleBundle() {
  return process.env.ENDCAP_BUNDLE ? new Uint8Array(readFileSync(process.env.ENDCAP_BUNDLE)) : golden("v1_complete.endcap");
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

/**
 * A shop of a kettle, what goes with it and what does not, trained with this endcap.toml: the folder holds model.endcap for
 * this audience. `catalog` are lines below `columns`; the first of both is the SKU.
 */
export function trainedShop({ config, catalog, audience = "public", columns = "sku,title,category,price,cost,stock,brand,tags" }) {
  const endcap = nativeBinary();
  if (!endcap) throw new Error("there is no native binary to train with: run `cargo build`, or set ENDCAP");
  const directory = temporary();
  const skus = catalog.map((line) => line.split(",")[0]);
  const lines = Array.from({ length: 240 }, (_, order) => [0, 1 + (order % (skus.length - 1))].map((item) => `o${order},${skus[item]},1,2026-0${1 + (order % 9)}-1${order % 10},c${order % 90}`));
  writeFileSync(join(directory, "catalog.csv"), [columns, ...catalog].join("\n"));
  writeFileSync(join(directory, "orders.csv"), ["order_id,sku,quantity,date,customer_id", ...lines.flat()].join("\n"));
  writeFileSync(join(directory, "endcap.toml"), config);
  const given = ["--catalog", "catalog.csv", "--orders", "orders.csv", "--config", "endcap.toml", "--audience", audience, "--allow-weak", "-o", "model.endcap"];
  execFileSync(endcap, ["train", ...given], { cwd: directory, stdio: ["ignore", "ignore", "pipe"] });
  return { directory, endcap, bundle: () => new Uint8Array(readFileSync(join(directory, "model.endcap"))) };
}

/**
 * A shop whose visitors are dealt to arms: at `cart` against an empty place, at `home` against what the shop shows there, and a
 * tenth held out of everything. `unitOf` finds a visitor of an arm.
 */
export function dealtShop() {
  const { bundle, directory } = trainedShop({
    catalog: ["KETTLE,Kettle,Kettles,39.00,20.00,9,Brew,", "FILTER,Filters,Paper,3.50,1.00,9,Brew,", "CUP,Cup,Cups,9.00,4.00,9,Brew,", "SCALE,Scale,Tools,19.00,9.00,9,Brew,"],
    config: `
[placement.cart]
strategy = "cart_addons"
limit = 2

[placement.home]
strategy = "popular"
limit = 3

[[experiment]]
name = "addons"
placement = "cart"
allocation = { holdout = 0.4, treatment = 0.4 }

[[experiment]]
name = "best"
placement = "home"
allocation = { holdout = 0.4, treatment = 0.4 }
control = "incumbent"

[experiments]
global_holdout = 0.1
`,
  });
  const unitOf = (recommender, placement, variant) => {
    const unit = Array.from({ length: 1_000 }, (_, n) => `u${n}`).find((name) => recommender.recommend({ placement, cart: [{ sku: "KETTLE" }], unit: name }).variant === variant);
    if (unit === undefined) throw new Error(`nobody is in ${variant} of ${placement}`);
    return unit;
  };
  return { bundle: bundle(), directory, unitOf };
}

/** The code of the error that a call ends with; `null` where it ends well. */
export function codeOf(call) {
  try {
    call();
    return null;
  } catch (error) {
    return error.code ?? String(error);
  }
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

/** An answer, or several, without names: those of the same question are others a second later. */
export function nameless(answer) {
  if (Array.isArray(answer)) return answer.map(nameless);
  const { recommendation, ...rest } = answer;
  if (!/^[0-9a-f]{32}$/.test(recommendation)) throw new Error(`an answer without a name: ${JSON.stringify(answer)}`);
  return rest;
}

/** SKUs that the bundle knows: what it calls popular. */
export function knownSkus(recommender) {
  const { items } = recommender.recommend({ placement: recommender.placements()[0] });
  if (items.length < 2) throw new Error("the bundle for the tests must have at least two popular items");
  return items.map(({ sku }) => sku);
}

/** Requests of all kinds that this recommender can be asked, drawn from a seed. */
export function drawn(count, recommender, seed = 5) {
  const [skus, placements] = [knownSkus(recommender), recommender.placements()];
  const dice = (most) => Math.floor(((seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0) / 2 ** 32) * most);
  const some = (most) => Array.from({ length: dice(most + 1) }, () => (dice(9) ? skus[dice(skus.length)] : `UNKNOWN-${dice(9)}`));
  return Array.from({ length: count }, (_, n) => ({
    placement: placements[dice(placements.length)], cart: some(6).map((sku) => ({ sku, quantity: 1 + dice(3) })), recent: some(4), exclude: some(2),
    history: some(4).map((sku) => ({ sku, daysAgo: dice(300) })), ...(dice(2) && { product: skus[dice(skus.length)] }), limit: dice(6), id: `${n}`, now: "2026-11-26T12:00:00Z",
  }));
}

/** A port that nobody listens at. */
export const freePort = () =>
  new Promise((resolve) => {
    const socket = createSocket().listen(0, "127.0.0.1", () => {
      const { port } = socket.address();
      socket.close(() => resolve(port));
    });
  });
