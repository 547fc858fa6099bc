// The packed package in each runtime and out of each bundler: the same thousand requests, and Node's answers to the byte. The table is
// in tests/output/matrix.md; README.md says how to read it.

import { answers, hash, packed, requests } from "./support.mjs";
import { writeWhenOver } from "./table.mjs";
import "./runtimes.mjs";
import "./bundlers.mjs";

const { version } = JSON.parse((await import("node:fs")).readFileSync(`${packed.project}/node_modules/endcap/package.json`, "utf8"));
const text = `endcap ${version}, the tarball of \`npm pack\`. In every row that is ok, ${requests.length} requests drawn from a seed got the answers of Node, to the byte: ${hash(answers)}.`;
writeWhenOver({ version, requests: requests.length, answers: hash(answers), text });
