import { createServer } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { fileURLToPath } from "node:url";
import { createHandler, fileSink, fileSource, fileStore } from "endcap/edge";

const { OVERLAY_TOKEN, EVENT_KEY, SHOPIFY_SECRET, WOOCOMMERCE_SECRET, PORT = "8787" } = process.env;
const beside = (name) => fileURLToPath(new URL(name, import.meta.url));

const handler = createHandler({
  bundle: fileSource(beside("model.endcap")),
  store: fileStore(beside("store")),
  auth: { overlay: OVERLAY_TOKEN ?? [] },
  hooks: {
    ...(SHOPIFY_SECRET && { shopify: { secret: SHOPIFY_SECRET } }),
    ...(WOOCOMMERCE_SECRET && { woocommerce: { secret: WOOCOMMERCE_SECRET } }),
  },
  events: fileSink(beside("events")),
  // Under it units are hashed before they are written: the log never holds one.
  eventKey: EVENT_KEY,
  cors: "*",
});

// Node's server speaks streams of its own; the handler speaks the web's Request and Response.
const server = createServer({ requestTimeout: 10_000 }, async (incoming, outgoing) => {
  try {
    const { method, headers, url } = incoming;
    const body = method === "GET" || method === "HEAD" ? {} : { body: Readable.toWeb(incoming), duplex: "half" };
    const response = await handler.fetch(new Request(new URL(url, "http://localhost"), { method, headers, ...body }));
    outgoing.writeHead(response.status, Object.fromEntries(response.headers));
    if (response.body === null) outgoing.end();
    else await pipeline(Readable.fromWeb(response.body), outgoing);
  } catch {
    // A request that is none (a method or an address that the web does not know), or a client that went away.
    if (!outgoing.headersSent) outgoing.writeHead(400);
    outgoing.end();
  }
});
server.listen(Number(PORT), "127.0.0.1", () => console.log(`listening on http://127.0.0.1:${server.address().port}`));
