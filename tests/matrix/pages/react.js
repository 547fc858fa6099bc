// The hook, in a page of React's.
import { load } from "endcap";
import { useRecommendations } from "endcap/react";
import { createElement, useEffect } from "react";
import { createRoot } from "react-dom/client";

const recommender = load("/model.endcap", { cards: async (skus) => skus.map((sku) => ({ sku, title: sku, url: null, image: null, cartId: null, price: null })) });
window.report = new Promise((resolve, reject) => {
  function Addons() {
    const { status, cards, error } = useRecommendations(recommender, { placement: "cart", cart: [{ sku: "KETTLE" }] });
    useEffect(() => {
      if (status === "shown") resolve({ react: cards.map(({ sku }) => sku) });
      if (status === "left") reject(error ?? new Error("nothing to show"));
    });
    return createElement("ul", null, cards.map(({ sku }) => createElement("li", { key: sku }, sku)));
  }
  createRoot(document.querySelector("#root")).render(createElement(Addons));
});
