// What the cells share: the packed package in empty projects, the thousand requests and Node's answers to them, the programs that a
// shop would write, and the two browsers.

import assert from "node:assert/strict";
import { execFile, execFileSync, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, readFileSync, realpathSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, extname, join } from "node:path";
import { after } from "node:test";
import { fileURLToPath } from "node:url";
import puppeteer from "puppeteer-core";
import { drawn, golden, here as jsSuite, importIn, installed, serve, temporary } from "../js/support.mjs";

export const here = fileURLToPath(new URL(".", import.meta.url));
/** Tools that tests/js has already: esbuild, Miniflare, Deno, Bun. */
export const shared = createRequire(join(jsSuite, "package.json"));
export const versionOf = (name, from = createRequire(import.meta.url)) => JSON.parse(readFileSync(from.resolve(`${name}/package.json`), "utf8")).version;
export const tool = (name) => [join(here, "node_modules/.bin", name), join(jsSuite, "node_modules/.bin", name)].find(existsSync);

export const packed = installed();
export const VERSION = JSON.parse(readFileSync(join(packed.project, "node_modules/endcap/package.json"), "utf8")).version;
export const bundle = golden("v1_complete.endcap");
const recommender = await (await importIn(packed.project, "endcap")).load(bundle);
export const requests = drawn(1_000, recommender);
/** The answers as text: what every cell must say, to the byte. */
export const answers = JSON.stringify(requests.map((request) => recommender.recommend(request)));
export const KETTLE = { placement: "cart", cart: [{ sku: "KETTLE" }] };
/** What a block beside the kettle shows. */
export const shown = recommender.recommend(KETTLE).items.map(({ sku }) => sku);
export const hash = (text) => `sha256 ${createHash("sha256").update(text).digest("hex").slice(0, 16)}`;

/** Fails with the first request whose answer is another. */
export function assertAnswers(found, where) {
  if (found === answers) return;
  const [mine, others] = [JSON.parse(answers), typeof found === "string" ? JSON.parse(found) : found];
  for (const [at, answer] of mine.entries()) assert.deepEqual(others?.[at], answer, `${where}: request ${at} of ${mine.length}`);
  assert.fail(`${where}: the same answers in other words`);
}

/** An empty project with the package, what the cells ask, React beside it, and these files. `parent` has a React of its own. */
export function projectWith(files, parent) {
  const project = join(parent ?? temporary(), "shop");
  mkdirSync(join(project, "node_modules"), { recursive: true });
  cpSync(join(packed.project, "node_modules/endcap"), join(project, "node_modules/endcap"), { recursive: true });
  for (const name of parent ? [] : ["react", "react-dom"]) symlinkSync(realpathSync(join(here, "node_modules", name)), join(project, "node_modules", name));
  write(project, { "package.json": '{ "name": "shop", "private": true, "type": "module" }', "model.endcap": bundle, "requests.json": JSON.stringify(requests), ...files });
  return project;
}

/** Writes files into a folder. */
export function write(folder, files) {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
}
export const page = (name) => readFileSync(join(here, "pages", name), "utf8");
export const PAGES = ["main", "slim", "react"];
const html = (script) => `<!doctype html><html lang="en"><meta charset="utf-8"><title>shop</title><div id="root"></div><script type="module" src="${script}"></script></html>`;
/** The pages of a shop, each with its script: `name.html` and `name.js`. */
export const pages = (script = (name) => `/${name}.js`) =>
  Object.fromEntries(PAGES.flatMap((name) => [[`${name}.html`, html(script(name))], [`${name}.js`, page(`${name}.js`)]]));

// A program that a shop starts knows nothing of the test that starts it, nor of the tools that were run in its process.
const { NODE_ENV: _, NODE_TEST_CONTEXT: __, ...environment } = process.env;
// Tools that keep notes of their user keep them in a folder that is gone afterwards.
Object.assign(environment, { NO_COLOR: "1", XDG_CONFIG_HOME: temporary() });

/** Runs a program and gives what it prints; what it says against itself comes with the error. */
export function printed(command, args, { cwd, env = {} }) {
  return new Promise((resolve, reject) => {
    execFile(command, args, { cwd, env: { ...environment, ...env }, maxBuffer: 1 << 28, timeout: 120_000 }, (error, stdout, stderr) =>
      error ? reject(new Error(`${command.split("/").at(-1)} ${args.join(" ")}: ${why(stderr || stdout || String(error))}`)) : resolve({ stdout, stderr }),
    );
  });
}

/** What a program said last, without the line of a minified file that it may have quoted. */
const why = (said) => said.trim().split("\n").filter((line) => line.length < 400).join("\n").slice(-2000);

/** Starts a server that runs until the tests are over, and waits until it answers; `stop` ends it and all it started. */
export async function started(command, args, { cwd, env = {}, ready }) {
  const child = spawn(command, args, { cwd, env: { ...environment, ...env }, stdio: ["ignore", "pipe", "pipe"], detached: true });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (text) => (said += text));
  const over = new Promise((resolve) => child.once("exit", resolve));
  const stop = async () => {
    if (child.exitCode === null && child.signalCode === null) process.kill(-child.pid, "SIGKILL");
    await over;
  };
  after(stop);
  for (let tries = 0; !(await ready().catch(() => false)); tries++) {
    if (tries >= 600 || child.exitCode !== null) {
      await stop();
      throw new Error(`${command.split("/").at(-1)} never answered: ${said.trim().slice(-2000)}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return { stop, said: () => said };
}

/** A program on the server must say the answers of each entry that it asked, and that the others are there. */
export function assertServer(stdout, where) {
  const report = JSON.parse(stdout);
  const ran = Object.entries(report).map(([name, said]) => {
    if (/^endcap(\/slim|\/studio|\/edge)?$/.test(name)) assertAnswers(said, `${where}, ${name}`);
    else assert.ok(said, `${where}, ${name}`);
    return name;
  });
  assert.ok(ran.length > 0, `${where} said nothing`);
  return ran;
}

const BROWSERS = {
  chromium: { env: "CHROMIUM", places: ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"], how: "apt-get install chromium" },
  firefox: { env: "FIREFOX", places: ["/usr/bin/firefox-esr", "/usr/bin/firefox"], how: "apt-get install firefox-esr" },
};
export const BROWSER_NAMES = { chromium: "Chromium", firefox: "Firefox" };
const open = {};

/** The browser, started once. One that is missing fails its cells, with how to install it. */
export async function browser(name) {
  const { env, places, how } = BROWSERS[name];
  const executablePath = [process.env[env], ...places].find((path) => path && existsSync(path));
  if (!executablePath) throw new Error(`no ${BROWSER_NAMES[name]} found: install one (\`${how}\`), or set ${env} to its path`);
  // Root may start Chromium without its sandbox only.
  const args = name === "chromium" && process.getuid?.() === 0 ? ["--no-sandbox"] : [];
  open[name] ??= puppeteer.launch({ browser: name === "chromium" ? "chrome" : name, executablePath, headless: true, args });
  return open[name];
}
after(async () => {
  for (const one of Object.values(open)) await one.then((found) => found.close(), () => {});
});

/** What `window.report` of a page comes to; whatever the page says against itself is an error, but for what is `expected`. */
export async function reported(name, address, expected) {
  const tab = await (await browser(name)).newPage();
  const wrong = [];
  tab.on("pageerror", (error) => wrong.push(String(error)));
  tab.on("console", (message) => message.type() === "error" && wrong.push(message.text()));
  try {
    await tab.goto(address);
    await tab.waitForFunction("window.report !== undefined", { timeout: 20_000 }).catch(() => assert.fail(`${name}, ${address}: no report; ${wrong.join("; ")}`));
    const report = await tab.evaluate("window.report.then((report) => JSON.stringify(report), (error) => JSON.stringify({ failed: String(error && error.stack || error) }))");
    const found = JSON.parse(report);
    assert.equal(found.failed, undefined, `${name}, ${address}`);
    assert.deepEqual(wrong.filter((text) => !expected?.test(text)), [], `${name}, ${address}`);
    return found;
  } finally {
    await tab.close();
  }
}

/** Opens the pages of a server in the browsers and holds what they say to Node; gives what ran. */
export async function assertPages(origin, names = PAGES, path = (name) => `${origin}/${name}.html`, browsers = Object.keys(BROWSERS)) {
  const ran = [];
  for (const name of browsers) {
    for (const one of names) {
      const where = `${BROWSER_NAMES[name]}, ${one}`;
      const { answers: found, element, react, events } = await reported(name, path(one));
      if (found !== undefined) assertAnswers(found, where);
      if (element !== undefined) assert.deepEqual(element, shown, `${where}: the element`);
      if (react !== undefined) assert.deepEqual(react, shown, `${where}: the hook`);
      if (events !== undefined) assert.deepEqual(events, ["view_item_list", "select_item"], `${where}: the events`);
      if (name === browsers[0]) ran.push(...{ main: ["endcap", "endcap/element", "endcap/events"], slim: ["endcap/slim"], react: ["endcap/react"] }[one]);
    }
  }
  return ran;
}

const TYPES = { ".html": "text/html; charset=utf-8", ".js": "text/javascript", ".mjs": "text/javascript", ".json": "application/json", ".wasm": "application/wasm", ".css": "text/css" };
export const POLICY = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; require-trusted-types-for 'script'; trusted-types lit-html";

/** The policy with a script in the page allowed by its hash. */
export const withHash = (policy, script) => policy.replace("script-src", `script-src 'sha256-${createHash("sha256").update(script).digest("base64")}'`);

/** Serves folders as a static host does, the first that has the file, and what the pages fetch, under a strict policy. */
export async function hosted({ policy = POLICY } = {}, ...folders) {
  const given = { "/model.endcap": bundle, "/requests.json": JSON.stringify(requests), "/endcap_bg.wasm": readFileSync(join(packed.project, "node_modules/endcap/dist/endcap_bg.wasm")) };
  const answer = (request, response) => {
    const path = new URL(request.url, "http://localhost").pathname;
    const file = folders.map((folder) => join(folder, path)).find((one) => existsSync(one) && statSync(one).isFile());
    const content = file ? readFileSync(file) : given[path];
    if (path === "/favicon.ico") return response.writeHead(204).end();
    if (content === undefined) return response.writeHead(404).end();
    response.writeHead(200, { "content-type": TYPES[extname(path)] ?? "application/octet-stream", "content-security-policy": policy }).end(content);
  };
  return serve(new Proxy({}, { get: () => answer }));
}

export const chromiumVersion = async () => (await (await browser("chromium")).version()).replace(/^\w+\//, "");
export const firefoxVersion = async () => (await (await browser("firefox")).version()).replace(/^\w+\//, "");
export const nodeVersion = (binary) => execFileSync(binary, ["--version"], { encoding: "utf8" }).trim();
