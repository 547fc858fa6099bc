import { createHandler, kvSink, r2Store } from "endcap/edge";
import bundle from "./model.endcap";

let handler;

export default {
  fetch(request, env, context) {
    handler ??= createHandler({
      bundle,
      store: r2Store(env.BUCKET),
      auth: { overlay: env.OVERLAY_TOKEN ?? [] },
      hooks: {
        ...(env.SHOPIFY_SECRET && { shopify: { secret: env.SHOPIFY_SECRET } }),
        ...(env.WOOCOMMERCE_SECRET && { woocommerce: { secret: env.WOOCOMMERCE_SECRET } }),
      },
      events: kvSink(env.EVENTS),
      cors: "*",
      // One visitor's requests to one route, counted by the platform.
      limit: async ({ request, route }) =>
        env.LIMITER === undefined || (await env.LIMITER.limit({ key: `${request.headers.get("cf-connecting-ip")} ${route}` })).success,
    });
    return handler.fetch(request, context);
  },
};
