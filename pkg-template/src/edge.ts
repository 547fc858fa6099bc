// `endcap/edge`: a fetch handler that answers where the shop's pages come from.

export { createHandler, type Context, type Handler, type HandlerOptions } from "./edge/handler.js";
export { type EventKey, type EventSink, fetchSink, fileSink, kvSink, type ReceivedEvent } from "./edge/events.js";
export type { Hooks } from "./edge/hooks.js";
export { EDGE_ERRORS, type EdgeErrorCode } from "./edge/http.js";
export { renderBlock, type RenderContext } from "./edge/markup.js";
export type { FreshSource, ModelState } from "./edge/model.js";
export type { Origin } from "./edge/origin.js";
export { PAGE_OUTCOMES, type PageBlock, type PageOptions, type PageOutcome } from "./edge/pages.js";
export { type Assets, assetsSource, type BucketToRead, fetchSource, fileSource, kvSource, type NamespaceToRead, r2Source, type TaggedSource } from "./edge/sources.js";
export type { Place } from "./edge/splice.js";
export { type Bucket, fileStore, type KeyValueNamespace, kvStore, r2Store, type Store, type Stored } from "./edge/store.js";
