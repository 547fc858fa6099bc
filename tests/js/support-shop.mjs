// A storefront on loopback that behaves like Shopify's, as far as its documentation tells: Ajax routes with a cart by cookie, below
// `/` and below `/fr/`, and a back door that stands for the Storefront API behind the actions.

import { serve } from "./support.mjs";

export async function readAll(request) {
  const parts = [];
  for await (const part of request) parts.push(part);
  return Buffer.concat(parts).toString();
}

/** `stock` are `{ id, sku, handle, price }`, prices in hundredths; `routes` are pages and files beside the shop's own. */
export async function fakeShop({ stock, routes = {} }) {
  const carts = new Map();
  const asked = [];
  const shop = { asked, currency: "EUR", answers: {}, hides: false };
  const json = (response, status, value, headers = {}) => response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(value));
  const cartOf = (request) => {
    const token = /\bcart=(\w+)/.exec(request.headers.cookie ?? "")?.[1] ?? `c${carts.size}x${Math.random().toString(36).slice(2)}`;
    if (!carts.has(token)) carts.set(token, { token, lines: new Map(), attributes: {} });
    return carts.get(token);
  };
  const cookie = ({ token }) => ({ "set-cookie": `cart=${token}; Path=/; SameSite=Lax` });
  const lineOf = ([id, quantity]) => {
    const { sku, price, handle } = stock.find((one) => one.id === id);
    return { id, variant_id: id, key: `${id}:0`, sku, handle, quantity, price, final_price: price, line_price: price * quantity, final_line_price: price * quantity };
  };
  const told = ({ token, lines, attributes }) => {
    const items = [...lines].map(lineOf);
    return { token, note: "", attributes: shop.hides ? {} : attributes, currency: shop.currency, item_count: items.length, total_price: items.reduce((sum, line) => sum + line.line_price, 0), items };
  };
  const put = (cart, id, quantity) => (quantity > 0 ? cart.lines.set(id, quantity) : cart.lines.delete(id));
  const changes = {
    add: (cart, { items, id, quantity = 1 }) => {
      for (const one of items ?? [{ id, quantity }]) {
        const found = stock.find((variant) => variant.id === Number(one.id));
        if (found === undefined) return [404, { status: 404, message: "Cart Error", description: "Cannot find variant" }];
        if (found.sold) return [422, { status: 422, message: "Cart Error", description: `The product '${found.handle}' is already sold out.` }];
        put(cart, found.id, (cart.lines.get(found.id) ?? 0) + one.quantity);
      }
      return [200, { items: told(cart).items }];
    },
    change: (cart, { id, quantity }) => (put(cart, Number.parseInt(id, 10), quantity), [200, told(cart)]),
    update: (cart, { attributes = {}, updates = {} }) => {
      for (const [key, value] of Object.entries(attributes)) {
        if (value === "" || value === null) delete cart.attributes[key];
        else cart.attributes[key] = value;
      }
      for (const [id, quantity] of Object.entries(updates)) put(cart, Number(id), quantity);
      return [200, told(cart)];
    },
    clear: (cart) => (cart.lines.clear(), [200, told(cart)]),
  };
  const answered = (name, work) => async (request, response) => {
    const body = request.method === "POST" ? await readAll(request) : "";
    asked.push([request.method, request.url, ...(body ? [body] : [])]);
    const instead = shop.answers[name];
    if (typeof instead === "function") return instead(request, response);
    const cart = cartOf(request);
    const [status, value] = instead ?? work(cart, body && body.startsWith("{") ? JSON.parse(body) : Object.fromEntries(new URLSearchParams(body)));
    // Something on the way may let the browser keep it; whoever asks for a cart must not take what it kept.
    json(response, status, value, request.method === "POST" ? cookie(cart) : { "cache-control": "private, max-age=60" });
  };
  const ajax = (root) => ({
    [`${root}cart.js`]: answered("cart", (cart) => [200, told(cart)]),
    ...Object.fromEntries(Object.entries(changes).flatMap(([name, work]) => ["", ".js"].map((end) => [`${root}cart/${name}${end}`, answered(name, work)]))),
    ...Object.fromEntries(stock.map(({ handle }) => [`${root}products/${handle}.js`, answered("product", () => [200, { handle, variants: stock.filter((one) => one.handle === handle).map(({ id, sku, price, sold }) => ({ id, sku, price, available: !sold })) }])])),
  });
  // The Storefront API: what comes of it holds no SKU and no attribute, as Shopify's standard cart.
  const summary = (cart) => ({ id: `gid://shopify/Cart/${cart.token}`, totalQuantity: [...cart.lines.values()].reduce((sum, one) => sum + one, 0), cost: { totalAmount: { amount: "1.0", currencyCode: shop.currency } }, lines: { nodes: [...cart.lines].map(([id, quantity]) => ({ id: `gid://shopify/CartLine/${id}`, quantity, cost: { totalAmount: { amount: "1.0", currencyCode: shop.currency } } })) }, discountCodes: [] });
  const api = answered("api", (cart, { lines = [], attributes }) => {
    const userErrors = [];
    const warnings = [];
    for (const { merchandiseId, id, quantity } of lines) {
      const found = stock.find((one) => one.id === Number(/\d+$/.exec(merchandiseId ?? id)?.[0]));
      if (found === undefined) userErrors.push({ code: "INVALID", message: "The merchandise does not exist." });
      else if (found.sold) warnings.push({ code: "MERCHANDISE_OUT_OF_STOCK", message: "That product is sold out.", target: id });
      else put(cart, found.id, merchandiseId ? (cart.lines.get(found.id) ?? 0) + quantity : quantity);
    }
    if (attributes) cart.attributes = Object.fromEntries(attributes.map(({ key, value }) => [key, value]));
    return [200, { cart: summary(cart), userErrors, warnings }];
  });
  const origin = await serve({ ...ajax("/"), ...ajax("/fr/"), "/api/storefront": api, ...routes });
  return Object.assign(shop, { origin, posts: () => asked.filter(([method]) => method === "POST").map(([, path]) => path), reads: () => asked.filter(([, path]) => path.endsWith("/cart.js")).length, cartOf: (token) => carts.get(token) });
}

/** What Shopify gives every page since 2026: actions that change the cart and tell of it by events, as a script. */
export const ACTIONS = `
  const back = (body) => fetch("/api/storefront", { method: "POST", body: JSON.stringify(body) }).then((answer) => { if (!answer.ok) throw new Error("HTTP status " + answer.status); return answer.json(); });
  window.tell = (name, payload) => document.body.dispatchEvent(Object.assign(new Event(name, { bubbles: true }), payload));
  Shopify.actions = {
    getCart: () => back({}),
    updateCart: (payload) => {
      const promise = back(payload);
      if (payload.lines) tell("shopify:cart:lines-update", { action: payload.lines[0].merchandiseId ? "add" : "update", context: "standard-action", lines: payload.lines, promise });
      if (payload.attributes) tell("shopify:cart:attributes-update", { context: "standard-action", attributes: payload.attributes, promise });
      return promise;
    },
  };
`;
