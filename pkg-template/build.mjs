// From the output of wasm-bindgen (`--target web`, out-name `endcap`) to the npm package.
//
//     node pkg-template/build.mjs WASM_BINDGEN_DIR [PKG_DIR]
//
// The folder holds one output an engine, `wasm`, what pages ask, and `studio`, all there is; and the sample shop's bundle. Everything of the first lands in
// one shared file, dist/slim.js; the entries index, workerd and edge-light differ by one statement: where the
// WebAssembly.Module comes from. The studio has a file of its own, which shares nothing but the errors.
// The handler of `endcap/edge` asks the studio by its name.

import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const root = dirname(here);
const tools = createRequire(join(root, "tests/js/package.json"));

const [glueDir, pkg] = [process.argv[2], process.argv[3] ?? join(root, "pkg")].map((path) => path && resolve(path));
if (!glueDir) {
  console.error("usage: node pkg-template/build.mjs WASM_BINDGEN_DIR [PKG_DIR]");
  process.exit(2);
}
const dist = join(pkg, "dist");
const engines = { wasm: join(glueDir, "wasm"), studio: join(glueDir, "studio") };
const wasmOf = (engine) => join(engines[engine], "endcap_bg.wasm");

/** Declarations that the published types reach; those of the inner files stay out of the package. */
const PUBLISHED_TYPES = ["cache", "codes", "edge", "edge/changes", "edge/events", "edge/handler", "edge/hooks", "edge/http", "edge/markup", "edge/model", "edge/origin", "edge/pages", "edge/sources", "edge/splice", "edge/store", "element", "element/types", "entry", "errors", "events", "events/unit", "idle", "index", "loading", "react", "recommender", "sample", "shopify", "shopify/attribute", "shopify/errors", "shopify/types", "slim", "studio", "studio-entry", "studio-recommender", "types"];
/** What is checked against which engine's declarations. */
const ENTRIES = { wasm: ["index", "workerd", "edge-light", "slim"], studio: ["studio", "studio-workerd", "index", "slim", "edge", "element", "events", "react", "sample", "loading", "shopify"] };

async function main() {
  rmSync(pkg, { recursive: true, force: true });
  mkdirSync(dist, { recursive: true });
  for (const engine of Object.keys(ENTRIES)) checkTypes(engine);
  for (const room of ["edge", "element", "events", "shopify"]) mkdirSync(join(dist, room));
  for (const name of PUBLISHED_TYPES) copyFileSync(join(glueDir, "types", `${name}.d.ts`), join(dist, `${name}.d.ts`));
  await bundle();
  copyFileSync(wasmOf("wasm"), join(dist, "endcap_bg.wasm"));
  copyFileSync(wasmOf("studio"), join(dist, "endcap_studio_bg.wasm"));
  writeManifest();
  copyFileSync(join(here, "README.md"), join(pkg, "README.md"));
  for (const name of readdirSync(root)) if (/^LICENSE/.test(name)) copyFileSync(join(root, name), join(pkg, name));
}

// The sources are checked against the declarations that wasm-bindgen made just now, so a drift of the Rust surface
// stops the build.
function checkTypes(engine) {
  const project = join(glueDir, "tsconfig.json");
  writeFileSync(project, JSON.stringify({
    extends: join(here, "tsconfig.json"),
    compilerOptions: { rootDir: join(here, "src"), outDir: join(glueDir, "types"), paths: { "endcap:glue": [join(engines[engine], "endcap.d.ts")], lit: [tools.resolve("lit").replace(/index\.js$/, "development/index.d.ts")], react: [join(dirname(tools.resolve("@types/react/package.json")), "index.d.ts")], endcap: [join(here, "src/index.ts")], "endcap/studio": [join(here, "src/studio.ts")] } },
    files: [join(here, "src/ambient.d.ts"), ...ENTRIES[engine].map((name) => join(here, "src", `${name}.ts`))],
    include: [],
  }));
  rmSync(join(glueDir, "types"), { recursive: true, force: true });
  try {
    execFileSync(process.execPath, [binary("typescript", "tsc"), "-p", project], { stdio: "pipe" });
  } catch (error) {
    console.error(String(error.stdout ?? error));
    process.exit(1);
  }
}

async function bundle() {
  const { build } = tools("esbuild");
  const common = { bundle: true, format: "esm", target: "es2022", platform: "neutral", minify: true, legalComments: "none", logLevel: "warning" };
  await build({ ...common, entryPoints: [join(here, "src/slim.ts")], outfile: join(dist, "slim.js"), plugins: [glue("wasm")] });
  for (const entry of ["index", "workerd", "edge-light"]) {
    const outfile = join(dist, `${entry}.js`);
    await build({ ...common, entryPoints: [join(here, "src", `${entry}.ts`)], outfile, plugins: [inlinedEngine("wasm"), outside(/^\.\/slim\.js$|\.wasm(\?module)?$/)] });
  }
  // The studio by its name: each runtime takes the entry that brings its engine.
  await build({ ...common, entryPoints: [join(here, "src/edge.ts")], outfile: join(dist, "edge.js"), plugins: [outside(/^endcap\/studio$|^node:/)] });
  for (const entry of ["events", "shopify"]) await build({ ...common, entryPoints: [join(here, `src/${entry}.ts`)], outfile: join(dist, `${entry}.js`) });
  await build({ ...common, entryPoints: [join(here, "src/loading.ts")], outfile: join(dist, "loading.js"), define: { ENDCAP_VERSION: JSON.stringify(version()) } });
  await build({ ...common, entryPoints: [join(here, "src/react.ts")], outfile: join(dist, "react.js"), plugins: [outside(/^react$/)] });
  await build({ ...common, entryPoints: [join(here, "src/sample.ts")], outfile: join(dist, "sample.js"), plugins: [sample] });
  // Lit comes along, with its licence.
  await build({ ...common, entryPoints: [join(here, "src/element.ts")], outfile: join(dist, "element.js"), nodePaths: [join(root, "tests/js/node_modules")], legalComments: "eof", conditions: ["production"] });
  for (const entry of ["studio", "studio-workerd"]) {
    const outfile = join(dist, `${entry}.js`);
    await build({ ...common, entryPoints: [join(here, "src", `${entry}.ts`)], outfile, plugins: [glue("studio"), inlinedEngine("studio"), sharedErrors, outside(/\.wasm$/)] });
  }
}

const glue = (engine) => ({
  name: "glue",
  setup(build) {
    build.onResolve({ filter: /^endcap:glue$/ }, () => ({ path: join(engines[engine], "endcap.js") }));
    build.onLoad({ filter: /[\\/]endcap\.js$/ }, ({ path }) => ({ contents: patched(readFileSync(path, "utf8")) }));
  },
});

// What wasm-bindgen writes for others. It tests `instanceof WebAssembly.Module`, which a module of another realm fails;
// src/engine.ts has looked by then. It serves callers of an older glue, and browsers that could not run the engine anyway. (Its stand-in for
// FinalizationRegistry stays: workers of an older compatibility date have none.)
const NOT_FOR_US = {
  "the test for a module": /if \(!\(module instanceof WebAssembly\.Module\)\) \{\s*module = new WebAssembly\.Module\(module\);\s*\}/,
  "the older form of initSync": /(?<=if \(module !== undefined\) \{\s*)if \(Object\.getPrototypeOf\(module\) === Object\.prototype\) \{\s*(?=\(\{module\} = module\))|(?<=\(\{module\} = module\)\s*)\} else \{\s*console\.warn\('using deprecated parameters for `initSync\(\)`[^']*'\)\s*\}/g,
  "a stand-in for encodeInto": /if \(!\('encodeInto' in cachedTextEncoder\)\) \{[^]*?\n\}/,
  "strings that cannot grow": /if \(realloc === undefined\) \{[^}]*\}/,
  // They are texts and typed arrays by then. What may still fail is memory, and an engine without memory is lost anyway.
  "the freeing of arguments where one could not be passed": /try \{(?=\s*ptr0 = )|\} catch \(e\) \{\s*if \(ptr[^]*?throw e;\s*\}/g,
};

// And no default address of the wasm may be left: bundlers would follow `new URL(…, import.meta.url)` and emit a second copy.
function patched(source) {
  if (source.includes("import.meta")) throw new Error("the glue has a default path: run wasm-bindgen with --omit-default-module-path");
  for (const [what, text] of Object.entries(NOT_FOR_US)) {
    const without = source.replace(text, "");
    if (without === source) throw new Error(`the glue of wasm-bindgen changed: ${what} was not found`);
    source = without;
  }
  return source;
}

const inlinedEngine = (engine) => ({
  name: "inlined-engine",
  setup(build) {
    build.onResolve({ filter: /^endcap:engine-base64$/ }, () => ({ path: wasmOf(engine), namespace: "base64" }));
    build.onLoad({ filter: /./, namespace: "base64" }, ({ path }) => ({ contents: readFileSync(path), loader: "base64" }));
  },
});

const sample = {
  name: "sample",
  setup(build) {
    build.onResolve({ filter: /^endcap:sample$/ }, () => ({ path: join(glueDir, "sample.endcap"), namespace: "sample" }));
    build.onLoad({ filter: /./, namespace: "sample" }, ({ path }) => ({ contents: readFileSync(path), loader: "binary" }));
  },
};

const outside = (filter) => ({
  name: "outside",
  setup(build) {
    build.onResolve({ filter }, ({ path }) => ({ path, external: true }));
  },
});

// An error of the studio must be an `EndcapError` to whoever imports that from `endcap`.
const sharedErrors = {
  name: "shared-errors",
  setup(build) {
    build.onResolve({ filter: /^\.\/errors\.js$/ }, () => ({ path: "./slim.js", external: true }));
  },
};

function writeManifest() {
  const text = readFileSync(join(here, "package.json"), "utf8");
  if (JSON.parse(text).version !== version()) throw new Error(`pkg-template/package.json must have the version of Cargo.toml, ${version()}`);
  writeFileSync(join(pkg, "package.json"), text);
}

function version() {
  return /^version = "(.+)"$/m.exec(readFileSync(join(root, "Cargo.toml"), "utf8"))?.[1];
}

function binary(name, bin) {
  const manifest = tools.resolve(`${name}/package.json`);
  return join(dirname(manifest), JSON.parse(readFileSync(manifest, "utf8")).bin[bin]);
}

await main();
