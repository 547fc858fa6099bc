// The cart attribute is read by the package as by the command line: both are held to tests/fixtures/event/attributes.json.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { importIn, installed } from "./support.mjs";

const { project } = installed();
const { formatAttribute, parseAttribute } = await importIn(project, "endcap/shopify");
const vectors = JSON.parse(readFileSync(new URL("../fixtures/event/attributes.json", import.meta.url), "utf8"));

test("what is read of each text is what the vectors say", () => {
  assert.ok(vectors.length > 20);
  for (const { text, found } of vectors) assert.deepEqual(parseAttribute(text), found, text);
});

test("what was read is written so that it is read again", () => {
  for (const { found } of vectors) if (found) assert.deepEqual(parseAttribute(formatAttribute(found)), found);
});
