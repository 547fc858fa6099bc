/**
 * The meter in the corner: what the recommendations of this page cost and why each is shown. It is
 * for those who look under the bonnet; the shop does not need it.
 */

import { element } from "./elements.js";
import { titleOf } from "./block.js";
import { LOADED_FROM, watchCalls } from "./recommender.js";

/** @typedef {import("./recommender.js").Call} Call */

/** Calls in a batch: the clock of a page ticks every 5 to 100 µs, a call is shorter than that. */
const BATCH = 50;
/** The median of this many batches is shown. */
const BATCHES = 7;

/**
 * Microseconds a call takes, repeated with the same question: the median over batches.
 * @param {Call} call
 */
function microseconds({ engine, request }) {
  const times = Array.from({ length: BATCHES }, () => {
    const start = performance.now();
    for (let i = 0; i < BATCH; i += 1) engine.recommend(request);
    return ((performance.now() - start) * 1000) / BATCH;
  });
  return times.sort((a, b) => a - b)[BATCHES >> 1] ?? 0;
}

/** What was loaded for recommendations by now. */
function loaded() {
  const all = /** @type {PerformanceResourceTiming[]} */ (performance.getEntriesByType("resource"));
  const base = new URL(".", document.baseURI).pathname;
  const ours = all.filter(({ name }) => {
    const path = new URL(name).pathname;
    return LOADED_FROM.some((folder) => path.startsWith(base + folder));
  });
  const fetched = ours.filter((entry) => entry.transferSize > 0);
  return {
    requests: ours.length,
    cached: ours.length - fetched.length,
    wire: fetched.reduce((sum, entry) => sum + entry.transferSize, 0),
    body: ours.reduce((sum, entry) => sum + entry.encodedBodySize, 0),
  };
}

/** @param {number} bytes */
const kilobytes = (bytes) => `${(bytes / 1000).toLocaleString(document.documentElement.lang, { maximumFractionDigits: 0 })} KB`;

/** @param {number} time */
const duration = (time) => (time < 1 ? "under 1 µs" : `${time.toFixed(time < 10 ? 1 : 0)} µs`);

/** @param {[string, string][]} rows */
const table = (rows) =>
  element("dl", {}, ...rows.flatMap(([term, value]) => [element("dt", {}, term), element("dd", {}, value)]));

/** @param {Call} call */
function reasons({ placement, answer }) {
  const items = answer.items.map(({ sku, reason, because, score }) => {
    const evidence = because.length > 0 ? `: ${because.map(titleOf).join(" + ")}` : "";
    return element("li", {}, element("strong", {}, titleOf(sku)), element("small", {}, `${reason}${evidence}; score ${score.toPrecision(3)}`));
  });
  return [
    element("h3", {}, `Placement ${placement}`),
    element("p", {}, answer.fallback ? `Fallback used: ${answer.fallback} (${answer.fallback_reason})` : "No fallback used"),
    element("ol", {}, ...items),
  ];
}

/** Puts the meter into the page and keeps it true. */
export function startMeter() {
  const summary = element("summary", {}, "Recommendations");
  const body = element("div", { class: "meter-body" });
  document.body.append(element("details", { class: "meter" }, summary, body));
  /** @type {Map<string, Call>} */
  const calls = new Map();
  let waiting = false;

  const show = () => {
    waiting = false;
    const last = [...calls.values()].at(-1);
    if (!last) return;
    const time = microseconds(last);
    const { requests, cached, wire, body: bytes } = loaded();
    summary.replaceChildren(element("span", { class: "unseen" }, "Recommendations: "), `${duration(time)} · ${kilobytes(wire || bytes)}`);
    body.replaceChildren(
      table([
        ["One call", `${duration(time)}, median of ${BATCHES} × ${BATCH} calls`],
        ["Loaded", `${kilobytes(wire)} in ${requests - cached} requests${cached ? `, ${cached} more from the cache` : ""}; ${kilobytes(bytes)} of content`],
        ["Model", last.engine.info().model ?? "unnamed"],
      ]),
      ...[...calls.values()].flatMap(reasons),
    );
  };

  watchCalls((call) => {
    calls.delete(call.placement);
    calls.set(call.placement, call);
    if (waiting) return;
    waiting = true;
    // Cards arrive and pages settle first; then the call is repeated on an idle thread.
    setTimeout(() => (typeof requestIdleCallback === "function" ? requestIdleCallback(show) : show()), 400);
  });
}

