// A table with a row a cell: what ran there, in which version, and whether the answers were those of Node. Each cell is a test;
// the table is written when all are over, also where some failed, so that it says what happened rather than what should have.

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { root } from "../js/support.mjs";

const out = join(root, "tests/output");
const rows = [];

/** A cell cannot run on this machine; the table says why, and the test counts as skipped. */
export class NotRun extends Error {}

/**
 * A cell of the table. `work` gives `{ version, ran, note? }`, `ran` being the names of what was imported and answered; it throws where
 * the cell fails, and {@link NotRun} where it cannot be tried. A cell that is known not to work asserts how, and gives `refused`.
 */
export function cell(kind, name, work) {
  test(`${kind}: ${name}`, async (context) => {
    const start = performance.now();
    const row = { kind, name, version: "", ran: [], ok: false, note: "" };
    rows.push(row);
    try {
      Object.assign(row, await work(), { ok: true });
    } catch (error) {
      row.note = String(error?.message ?? error).split("\n")[0];
      if (!(error instanceof NotRun)) throw error;
      row.skipped = true;
      context.skip(row.note);
    } finally {
      row.seconds = Number(((performance.now() - start) / 1000).toFixed(1));
    }
  });
}

const said = ({ ok, skipped, refused, note }) => (skipped ? `not run: ${note}` : !ok ? `**failed**: ${note}` : [refused ? `refused, as documented: ${refused}` : "ok", note].filter(Boolean).join("; "));
const line = (cells) => `| ${cells.map((text) => String(text).replaceAll("|", "\\|")).join(" | ")} |`;

/** Writes the table as Markdown and JSON once the cells are over. `about` stands above it. */
export function writeWhenOver(about) {
  after(() => {
    mkdirSync(out, { recursive: true });
    writeFileSync(join(out, "matrix.json"), `${JSON.stringify({ ...about, rows }, null, 2)}\n`);
    const head = ["Where", "Version", "What answered there", "Result", "Seconds"];
    const kinds = [...new Set(rows.map(({ kind }) => kind))];
    const tables = kinds.map((kind) => {
      const body = rows.filter((row) => row.kind === kind).map((row) => line([row.name, row.version, row.ran.join(", "), said(row), row.seconds]));
      return [`## ${kind}`, "", line(head), line(head.map(() => "---")), ...body].join("\n");
    });
    const text = `# The packed package, where it runs\n\n${about.text}\n\n${tables.join("\n\n")}\n`;
    writeFileSync(join(out, "matrix.md"), text);
  });
}
