import { flatChange, stocked } from "./change.js";
import { withCodes } from "./errors.js";
import { explanationOf } from "./explanation.js";
import { question, Recommender, toldOf } from "./recommender.js";
import { joined, limitOf } from "./request.js";
import { flattened } from "./rules.js";
import { isBytes } from "./source.js";
import type * as T from "./types.js";
import type { RecommendRequest } from "./types.js";

/** Candidates that an explanation lists where nothing else is said. */
const MOST_REJECTED = 20;

/** A loaded bundle that also explains its answers, and takes rules and changes as objects. Made by the `load` of `endcap/studio`. */
export class StudioRecommender extends Recommender {
  /**
   * Explains the answer to `request`: the list that {@link recommend} gives, with the evidence, the parts of the score and the
   * rules of each item, and why other candidates are not in it. Not for the hot path. The result prints as a text:
   * `console.log(String(recommender.explain(request)))`.
   *
   * @throws {EndcapError} as {@link recommend}.
   */
  explain(request: RecommendRequest, options: T.ExplainOptions = {}): T.Explanation {
    const engine = this.alive();
    const [placement, ...asked] = question(request);
    const most = options.limit === undefined ? MOST_REJECTED : limitOf(options.limit);
    const words = engine.explain(placement, ...asked, limitOf(request.limit), joined(options.about), most);
    if (words[0] !== 0) throw this.unknownPlacement(engine, placement);
    return explanationOf(placement, words, { ...this.names, rule: (number) => engine.rule_name(number) ?? null }, this.model);
  }

  /**
   * Lets what changed since training take effect with the next request, all of it or nothing: the bytes of an overlay, or a
   * {@link T.OverlayChange} as an object. A change without a `revision` is made on the spot, whatever holds, and leaves the
   * revision alone.
   *
   * @throws {EndcapError} the codes of {@link Recommender.patch}, of {@link overlay}.
   */
  override patch(change: ArrayBuffer | Uint8Array | T.OverlayChange): T.Patched {
    if (isBytes(change)) return super.patch(change);
    const engine = this.alive();
    const bytes = this.overlay(change);
    if (change.revision !== undefined) return super.patch(bytes);
    const told = toldOf(withCodes(() => engine.patch_locally(bytes)));
    // An overlay for the public has no names; here they are known, and explanations should tell them.
    if (change.rules !== undefined) this.setRules(change.rules);
    return told;
  }

  /**
   * Makes the overlay that holds a change, for pages and workers that load the same model: what {@link Recommender.patch}
   * takes. Give it a `revision` above the last, and `made_at` where stock goes stale. It is for the public unless it tells a
   * count, a cost or a margin.
   *
   * @throws {EndcapError} `E_UNKNOWN_PLACEMENT`, `E_ARGUMENT`; where it holds rules, the codes of {@link setRules}.
   */
  overlay(change: T.OverlayChange): Uint8Array {
    const engine = this.alive();
    const flat = flatChange(change, this.placements(), engine.experiments().split("\n").filter(Boolean));
    const { rules } = change;
    const { texts, numbers } = flattened(rules ?? []);
    const ruled = rules !== undefined;
    return withCodes(() => engine.overlay(flat.skus, flat.facts, flat.switches, flat.experiments, ruled, texts, numbers, flat.revision, flat.madeAt));
  }

  /**
   * Says whether items can be sold, on the spot: of one SKU, or of many by SKU. A state of stock fits every bundle; a count
   * is for edge bundles, which hold counts.
   *
   * @throws {EndcapError} `E_PUBLIC_BUNDLE` (a count), `E_OTHER_SHOP` (no SKU is known), `E_ARGUMENT`.
   */
  setStock(sku: string, stock: T.Stock): T.Patched;
  setStock(stock: Readonly<Record<string, T.Stock>>): T.Patched;
  setStock(skus: string | Readonly<Record<string, T.Stock>>, stock?: T.Stock): T.Patched {
    const said = typeof skus === "string" ? [[skus, stock] as const] : Object.entries(skus);
    return this.patch({ items: Object.fromEntries(said.map(([sku, one]) => [sku, stocked(one as T.Stock)])) });
  }

  /**
   * Puts these rules in the place of all that hold, as `endcap.toml` writes them. They hold from the next request on, until
   * an overlay brings others. On a public bundle rules match by SKU and price, and by title and category where cards are
   * loaded; their names are told by {@link explain} to whoever asks.
   *
   * @throws {EndcapError} `E_RULE` with the rule and the key, `E_UNKNOWN_PLACEMENT`, `E_PUBLIC_BUNDLE` (brand, tag, group,
   * margin, count), `E_NO_CARDS` (title, category); the rules stay as they were.
   */
  setRules(rules: readonly T.Rule[]): void {
    const engine = this.alive();
    const { texts, numbers } = flattened(rules);
    withCodes(() => engine.set_rules(texts, numbers));
  }
}
