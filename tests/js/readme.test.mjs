// The first five minutes of the package's README, typed into an empty folder as they stand there: what is shown must come.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { importIn, installed, pkg, root, temporary } from "./support.mjs";

const { project, tarball } = installed();
const [, section] = /\n## Five minutes\n([^]*?)\nFail open/.exec(readFileSync(join(pkg, "README.md"), "utf8"));
const blocks = [...section.matchAll(/```(\w*)\n([^]*?)```/g)].map(([, kind, text]) => ({ kind, text: text.trim() }));
const folder = temporary();
const cli = join(root, "pkg-cli");
if (!existsSync(join(cli, "endcap.wasm"))) throw new Error("there is no pkg-cli/ to test: run `make pack` first");
const transcript = [];

function typed(command) {
  const [{ filename }] = cliTarball;
  // The registry's packages are these tarballs here; everything else is typed as it stands.
  const real = command.replace(/^npm install endcap$/, `npm install --offline --no-audit --no-fund ${tarball}`).replace(/^npx endcap-cli/, "npx --offline --no-install endcap-cli");
  if (real.startsWith("npx") && !existsSync(join(folder, "node_modules/endcap-cli"))) execFileSync("npm", ["install", "--offline", "--silent", "--no-audit", "--no-fund", join(folder, "..", filename)], { cwd: folder });
  const out = execFileSync("sh", ["-c", `${real} 2>&1`], { cwd: folder, encoding: "utf8" });
  transcript.push(`$ ${command}\n${out}`);
  return out;
}
const cliTarball = JSON.parse(execFileSync("npm", ["pack", cli, "--json", "--silent", "--pack-destination", join(folder, "..")], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }));

test("install, the first snippet, and what it prints", () => {
  const [install, snippet, shown] = blocks;
  typed(install.text);
  const [name] = /\S+\.mjs/.exec(snippet.text);
  writeFileSync(join(folder, name), snippet.text);
  transcript.push(`$ cat ${name}\n${snippet.text}\n`);
  const [command, ...lines] = shown.text.split("\n");
  assert.equal(typed(command.replace("$ ", "")).trimEnd(), lines.join("\n"));
});

test("a shop of one's own: the commands, and the second snippet on what they made", async () => {
  const [, , , commands, snippet] = blocks;
  for (const line of commands.text.split("\n")) typed(line.replace(/\s+#.*/, ""));
  const { load } = await importIn(project, "endcap");
  const bundle = new Uint8Array(readFileSync(join(folder, "public/models/cart.endcap")));
  // A page has an address where Node has a file.
  const body = snippet.text.replace(/^import .*$/m, "").replace(/load\("[^"]*"\)/, "load(bundle)");
  const items = await new Function("load", "bundle", `return (async () => { ${body}; return items; })()`)(load, bundle);
  assert.equal(items.length, 4);
  assert.ok(items.some(({ because }) => because.includes("TEA-ASSAM")), JSON.stringify(items));
  mkdirSync(join(root, "tests/output"), { recursive: true });
  writeFileSync(join(root, "tests/output/five-minutes.txt"), transcript.join("\n"));
});
