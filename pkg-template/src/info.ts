// What a bundle says about itself, out of the engine's text.

import { FIELD } from "./flat.js";
import type { Info } from "./types.js";

/** Reads the engine's text: a line of the whole, then a line a section and a relation. */
export function infoOf(text: string): Info {
  const [first = "", ...lines] = text.split("\n");
  const [model = "", generator = "", currency = "", items, bytes, audience, revision, second] = first.split(FIELD);
  const parts = lines.map((line) => line.split(FIELD));
  const sections = parts.filter(([kind]) => kind === "s");
  const relations = parts.filter(([kind]) => kind === "r");
  const madeAt = second ? new Date(Number(second) * 1000).toISOString() : null;
  return {
    model,
    items: Number(items),
    currency,
    generator,
    audience: audience === "edge" ? "edge" : "public",
    overlay: revision ? { revision: Number(revision), made_at: madeAt } : null,
    sections: sections.map(([, name = "", size]) => ({ name, bytes: Number(size) })),
    relations: relations.map(([, kind = "", how = "", verdict, loaded]) => ({
      kind,
      model: how,
      verdict: verdict as Info["relations"][number]["verdict"],
      loaded: loaded === "1",
    })),
    bytes: Number(bytes),
  };
}
