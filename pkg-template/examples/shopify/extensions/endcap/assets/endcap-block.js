// Connects all blocks of the page, once. It stays small: the rest is imported where there is a block with a bundle.
(async () => {
  const place = document.querySelector('[data-endcap]:not([data-bundle=""])');
  if (place === null || "endcapShop" in window) return;
  window.endcapShop = undefined;
  const { bundle, cards, product, eventsTo, engine, slim, element, events, shopify, add, adding, added, failed } = place.dataset;
  try {
    const [{ load }, blocks, { createEvents, createUnit }, { connectShopify }] = await Promise.all([slim, element, events, shopify].map((file) => import(file)));
    const consent = () => window.Shopify?.customerPrivacy?.analyticsProcessingAllowed() === true;
    const unit = createUnit({ consent });
    const connection = connectShopify({
      element: blocks,
      recommender: load(bundle, { engine, ...(cards && { cards }) }),
      events: createEvents({ consent, unit, dataLayer: window.dataLayer, ...(eventsTo && { endpoint: eventsTo }) }),
      texts: { add, adding, added, failed },
      consent,
      unit,
      ...(product && { product }),
    });
    window.endcapShop = connection;
    // Refused, or taken back, on whatever page that was: what was kept of the visitor goes, in the browser and in the cart.
    const decided = () => {
      if (consent()) return connection.refresh();
      unit.forget();
      return connection.forget();
    };
    document.addEventListener("visitorConsentCollected", decided);
    window.Shopify?.loadFeatures?.([{ name: "consent-tracking-api", version: "0.1" }], (error) => error || decided());
  } catch (error) {
    console.warn("endcap:", error);
  }
})();
