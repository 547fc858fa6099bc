import { createHandler, fileSink, fileSource, fileStore } from "endcap/edge";

const { OVERLAY_TOKEN, EVENT_KEY, SHOPIFY_SECRET, WOOCOMMERCE_SECRET, PORT = "8787" } = process.env;

const handler = createHandler({
  bundle: fileSource(`${import.meta.dir}/model.endcap`),
  store: fileStore(`${import.meta.dir}/store`),
  auth: { overlay: OVERLAY_TOKEN ?? [] },
  hooks: {
    ...(SHOPIFY_SECRET && { shopify: { secret: SHOPIFY_SECRET } }),
    ...(WOOCOMMERCE_SECRET && { woocommerce: { secret: WOOCOMMERCE_SECRET } }),
  },
  events: fileSink(`${import.meta.dir}/events`),
  // Under it units are hashed before they are written: the log never holds one.
  eventKey: EVENT_KEY,
  cors: "*",
});

const server = Bun.serve({ port: Number(PORT), hostname: "127.0.0.1", fetch: (request) => handler.fetch(request) });
console.log(`listening on ${server.url}`);
