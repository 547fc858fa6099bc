// The packed package in each runtime and out of each bundler: the same thousand requests, and Node's answers to the byte. The table is
// in tests/output/matrix.md; README.md says how to read it.

import { answers, hash, requests, VERSION } from "./support.mjs";
import { writeWhenOver } from "./table.mjs";
import "./runtimes.mjs";
import "./bundlers.mjs";

const text = `endcap ${VERSION}, the tarball of \`npm pack\`. In every row that is ok, ${requests.length} requests drawn from a seed got the answers of Node, to the byte: ${hash(answers)}.`;
writeWhenOver({ version: VERSION, requests: requests.length, answers: hash(answers), text });
