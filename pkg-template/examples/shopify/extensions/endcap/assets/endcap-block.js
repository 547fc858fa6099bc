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
    window.endcapShop = connectShopify({
      element: blocks,
      recommender: load(bundle, { engine, ...(cards && { cards }) }),
      events: createEvents({ consent, unit, dataLayer: window.dataLayer, ...(eventsTo && { endpoint: eventsTo }) }),
      texts: { add, adding, added, failed },
      consent,
      unit,
      ...(product && { product }),
    });
    window.Shopify?.loadFeatures?.([{ name: "consent-tracking-api", version: "0.1" }], () => window.endcapShop.refresh());
  } catch (error) {
    console.warn("endcap:", error);
  }
})();
