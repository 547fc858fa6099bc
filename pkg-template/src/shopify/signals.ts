// What says that the cart changed: the shop's events, requests of the theme to the Ajax routes, and a page that comes back.

import { wait } from "./ajax.js";

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
    try {
      void Promise.race([(event as { promise?: unknown }).promise, wait(timeoutMs)]).then(told, told);
    } catch {
      told();
    }
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
  try {
    const observer = new PerformanceObserver((list) => {
      if (list.getEntries().some(({ name }) => isChange(name))) changed();
    });
    observer.observe({ type: "resource" });
    return observer;
  } catch {
    // A browser without it: the events and the page that comes back are left.
    return undefined;
  }
}

function isChange(address: string): boolean {
  try {
    const { origin, pathname } = new URL(address);
    return origin === location.origin && ROUTES.test(pathname);
  } catch {
    return false;
  }
}
