import { createHandler, fileSink, fileSource, fileStore } from "endcap/edge";

const { OVERLAY_TOKEN, EVENT_KEY, SHOPIFY_SECRET, WOOCOMMERCE_SECRET, PORT = "8787" } = Deno.env.toObject();

const handler = createHandler({
  bundle: fileSource(new URL("model.endcap", import.meta.url)),
  store: fileStore(new URL("store", import.meta.url).pathname),
  auth: { overlay: OVERLAY_TOKEN ?? [] },
  hooks: {
    ...(SHOPIFY_SECRET && { shopify: { secret: SHOPIFY_SECRET } }),
    ...(WOOCOMMERCE_SECRET && { woocommerce: { secret: WOOCOMMERCE_SECRET } }),
  },
  events: fileSink(new URL("events", import.meta.url).pathname),
  // Under it units are hashed before they are written: the log never holds one.
  eventKey: EVENT_KEY,
  cors: "*",
});

Deno.serve({ port: Number(PORT), hostname: "127.0.0.1" }, (request) => handler.fetch(request));
