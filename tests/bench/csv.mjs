// Rows of the data sets' files.

import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";

/** Rows of a CSV file, plain or gzipped, as objects; quotes may stand around a field and be doubled in it. */
export function rows(file) {
  const bytes = readFileSync(file);
  const text = (file.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString();
  const lines = [];
  let line = [];
  for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/g)) {
    line.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    if (end === ",") continue;
    if (line.length > 1 || line[0] !== "") lines.push(line);
    line = [];
  }
  const [names, ...rest] = lines;
  return rest.map((fields) => Object.fromEntries(names.map((name, at) => [name, fields[at] ?? ""])));
}
