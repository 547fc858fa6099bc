import { createHandler, kvSink, r2Source, r2Store } from "endcap/edge";

let handler;

export default {
  fetch(request, env, context) {
    handler ??= createHandler({
      // Beside the overlays: a new model is published by putting it there, without a deployment.
      bundle: r2Source(env.BUCKET, "model.endcap"),
      store: r2Store(env.BUCKET),
      auth: { overlay: env.OVERLAY_TOKEN ?? [] },
      hooks: {
        ...(env.SHOPIFY_SECRET && { shopify: { secret: env.SHOPIFY_SECRET } }),
        ...(env.WOOCOMMERCE_SECRET && { woocommerce: { secret: env.WOOCOMMERCE_SECRET } }),
      },
      events: kvSink(env.EVENTS),
      // Under it units are hashed before they are written: the log never holds one.
      eventKey: env.EVENT_KEY,
      cors: "*",
      // One visitor's requests to one route, counted by the platform.
      limit: async ({ request, route }) =>
        env.LIMITER === undefined || (await env.LIMITER.limit({ key: `${request.headers.get("cf-connecting-ip")} ${route}` })).success,
    });
    return handler.fetch(request, context);
  },
};
