import { initSync } from "endcap:glue";
import { EndcapError } from "./errors.js";
import { isResponse, obtain, readBody, withLimits } from "./source.js";
import type { EngineSource, LoadOptions, Source } from "./types.js";

type EngineOptions = Pick<LoadOptions, "signal" | "timeoutMs" | "cache">;

/** The bytes of a module with nothing in it: what compiles everywhere that WebAssembly may be compiled at all. */
const EMPTY_MODULE = new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]);

let started: Promise<void> | undefined;

/** Whether an engine runs on this page, or is about to. */
export function engineStarted(): boolean {
  return started !== undefined;
}

/** Starts the page's one engine, unless it runs. A start that failed can be tried again, also by those who waited for it. */
export async function startEngine(source: EngineSource | (() => EngineSource), options: EngineOptions): Promise<void> {
  if (started !== undefined && (await started.then(yes, no))) return;
  started ??= start(source, options).catch((error: unknown) => {
    started = undefined;
    throw error;
  });
  return started;
}

const yes = () => true;
const no = () => false;

async function start(source: EngineSource | (() => EngineSource), options: EngineOptions): Promise<void> {
  if (typeof WebAssembly === "undefined") {
    throw new EndcapError("E_WASM_BLOCKED", "this runtime has no WebAssembly", {
      advice: "Nothing to do: the browser has it switched off.",
    });
  }
  const given = await guarded(Promise.resolve(typeof source === "function" ? source() : source));
  if (isModule(given)) return instantiate(given);
  // What is kept must be whole and must have run, so nothing streams then.
  if (options.cache !== undefined) return obtain(given, options, async ({ bytes }) => instantiate(await guarded(WebAssembly.compile(bytes))));
  return instantiate(await compile(given, options));
}

function instantiate(module: WebAssembly.Module): void {
  // The glue keeps an instance before it has called it, so a foreign module must not get that far.
  const exported = WebAssembly.Module.exports(module).some(({ name }) => name === "engine_new");
  if (!exported) throw foreign("it exports no engine");
  try {
    initSync({ module });
  } catch (cause) {
    throw foreign(cause);
  }
}

function foreign(cause: unknown): EndcapError {
  return new EndcapError("E_ARGUMENT", `\`engine\` is WebAssembly, but not this version's engine: ${cause}`, {
    cause,
    advice: "Take the .wasm file and the JavaScript from the same version of the package.",
  });
}

// Not `instanceof`: a module made outside the realm of the page (edge-runtime, iframes, test runners) would fail it.
function isModule(value: unknown): value is WebAssembly.Module {
  return Object.prototype.toString.call(value) === "[object WebAssembly.Module]";
}

function compile(source: Source, options: EngineOptions): Promise<WebAssembly.Module> {
  return withLimits(source, options, async (opened) =>
    isResponse(opened) && canStream(opened)
      ? guarded(WebAssembly.compileStreaming(opened))
      : guarded(WebAssembly.compile(await readBody(opened))),
  );
}

// Streaming refuses any other type, even with a parameter; such a server is slower by one copy, not wrong.
function canStream(response: Response): boolean {
  const type = response.headers.get("content-type")?.toLowerCase();
  return typeof WebAssembly.compileStreaming === "function" && type === "application/wasm";
}

async function guarded<T>(coming: Promise<T>): Promise<T> {
  try {
    return await coming;
  } catch (cause) {
    if ((cause as Error | null)?.name !== "CompileError") {
      throw new EndcapError("E_FETCH", `the engine's file did not come through: ${cause}`, { cause });
    }
    throw (await mayCompile())
      ? new EndcapError("E_ARGUMENT", `\`engine\` could not be compiled: ${cause}`, {
          cause,
          advice: "Serve the package's endcap_bg.wasm (the export `endcap/wasm`) unchanged.",
        })
      : new EndcapError("E_WASM_BLOCKED", `this page may not compile WebAssembly: ${cause}`, { cause });
  }
}

async function mayCompile(): Promise<boolean> {
  try {
    await WebAssembly.compile(EMPTY_MODULE);
    return true;
  } catch {
    return false;
  }
}
