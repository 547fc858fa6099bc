import { Engine } from "endcap:glue";
import { engineStarted, startEngine } from "./engine.js";
import { EndcapError, withCodes } from "./errors.js";
import { Recommender } from "./recommender.js";
import { everyMs, fetchOverlay, follow } from "./follow.js";
import { fetchBytes } from "./source.js";
import type { EngineSource, LoadOptions, Source } from "./types.js";

/**
 * Loads a bundle with the engine that an entry point brings. The bundle and the engine are fetched side by side.
 *
 * @internal
 */
export async function loadWith(
  ownEngine: (() => EngineSource) | undefined,
  source: Source,
  options: LoadOptions = {},
  make: typeof Recommender = Recommender,
): Promise<Recommender> {
  const engine = options.engine ?? ownEngine;
  if (engine === undefined && !engineStarted()) {
    throw new EndcapError("E_ARGUMENT", "there is no engine yet", {
      advice: "Pass `engine`, call `init` first, or import `endcap`, which brings its own.",
    });
  }
  const { overlay, integrity: _, ...limits } = options;
  const every = everyMs(options);
  const [bytes, , changes] = await Promise.all([
    fetchBytes(source, options),
    startEngine(engine as EngineSource | (() => EngineSource), options),
    overlay === undefined ? undefined : fetchOverlay(overlay, limits),
  ]);
  const recommender = new make(withCodes(() => new Engine(bytes)), options);
  if (changes !== undefined) patched(recommender, changes.bytes);
  if (changes !== undefined && every !== undefined) {
    recommender.follows(follow(overlay as string | URL | Request, changes.tag, every, options, (bytes) => recommender.patch(bytes)));
  }
  return recommender;
}

function patched(recommender: Recommender, changes: Uint8Array): void {
  try {
    recommender.patch(changes);
  } catch (error) {
    recommender.free();
    throw error;
  }
}
