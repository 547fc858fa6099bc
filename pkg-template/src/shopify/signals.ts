// What says that the cart changed: the shop's events, requests of the theme to the Ajax routes, and a page that comes back.

import { wait } from "./ajax.js";
import { attempt } from "./attempt.js";

/** Attributes and discounts change what is read of the cart too. */
const CHANGES = ["shopify:cart:lines-update", "shopify:cart:discount-update", "shopify:cart:attributes-update"];
const ROUTES = /\/cart\/(?:add|change|update|clear)(?:\.js(?:on)?)?$/;

/** Calls `changed` after every change that can be seen from here. Gives a function that ends it. */
export function watchCart(changed: () => void, { observe, timeoutMs }: { observe: boolean; timeoutMs: number }): () => void {
  const over = new AbortController();
  const { signal } = over;
  // The event comes before the change. Whether that succeeds, fails or is never told, the cart is asked afterwards.
  const settled = (event: Event) => {
    const told = () => {
      if (!signal.aborted) changed();
    };
    void Promise.race([attempt(() => (event as { promise?: unknown }).promise), wait(timeoutMs)]).then(told, told);
  };
  for (const name of CHANGES) document.addEventListener(name, settled, { signal });
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && changed(), { signal });
  window.addEventListener("pageshow", ({ persisted }) => persisted && changed(), { signal });
  const observer = observe ? watchRoutes(changed) : undefined;
  return () => {
    over.abort();
    observer?.disconnect();
  };
}

// Themes without events ask the Ajax routes by themselves. The browser tells of every such request when it is over, by whatever
// means it was made, and nothing of the page is patched for it.
function watchRoutes(changed: () => void): PerformanceObserver | undefined {
  // In a browser without it the events and the page that comes back are left.
  return attempt(() => {
    const observer = new PerformanceObserver((list) => {
      if (list.getEntries().some(({ name }) => isChange(name))) changed();
    });
    observer.observe({ type: "resource" });
    return observer;
  });
}

const isChange = (address: string): boolean =>
  attempt(() => {
    const { origin, pathname } = new URL(address);
    return origin === location.origin && ROUTES.test(pathname);
  }, false);
