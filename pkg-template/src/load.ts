import { Engine } from "endcap:glue";
import { engineStarted, startEngine } from "./engine.js";
import { EndcapError, withCodes } from "./errors.js";
import { Recommender } from "./recommender.js";
import { everyMs, follow, tagOf } from "./follow.js";
import { obtain, quiet } from "./source.js";
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
  for (const given of [source, options.engine, options.overlay]) quiet(given);
  const engine = options.engine ?? ownEngine;
  if (engine === undefined && !engineStarted()) {
    throw new EndcapError("E_ARGUMENT", "there is no engine yet", {
      advice: "Pass `engine`, or import `endcap`, which brings its own.",
    });
  }
  const { overlay, integrity: _, ...others } = options;
  const every = everyMs(options);
  const started = startEngine(engine as EngineSource | (() => EngineSource), others);
  const making = obtain(source, options, async ({ bytes }) => {
    await started;
    return new make(withCodes(() => new Engine(bytes)), options);
  });
  const patching = overlay === undefined ? undefined : obtain(overlay, others, async (found) => {
    (await making).patch(found.bytes);
    return tagOf(found);
  });
  try {
    const [recommender, tag] = await Promise.all([making, patching, started]);
    if (tag !== undefined && every !== undefined) {
      recommender.follows(follow(overlay as string | URL | Request, tag, every, options, (bytes) => recommender.patch(bytes)));
    }
    return recommender;
  } catch (error) {
    quiet(making.then((made) => made.free()));
    throw error;
  }
}
