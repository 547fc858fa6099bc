// A shop's cart page: the answers to all requests, the element beside the kettle, and what it tells.
import { load } from "endcap";
import { connect } from "endcap/element";
import { createEvents } from "endcap/events";

async function report() {
  const requests = await (await fetch("/requests.json")).json();
  const recommender = await load("/model.endcap", { cards: async (skus) => skus.map((sku) => ({ sku, title: sku, url: null, image: null, cartId: null, price: null })) });
  const answers = JSON.stringify(requests.map((request) => recommender.recommend(request)));

  const dataLayer = [];
  const events = createEvents({ consent: () => true, dataLayer });
  const seen = new Promise((resolve) => {
    const { push } = dataLayer;
    dataLayer.push = (...entries) => (entries.some(({ event }) => event === "view_item_list") && resolve(), push.apply(dataLayer, entries));
  });
  const block = document.createElement("endcap-recommendations");
  block.setAttribute("placement", "cart");
  const drawn = new Promise((resolve) => block.addEventListener("endcap-shown", ({ detail }) => resolve(detail.answer), { once: true }));
  connect({ recommender, context: () => ({ cart: [{ sku: "KETTLE" }] }), events });
  document.querySelector("#root").append(block);
  const answer = await drawn;
  const element = [...block.shadowRoot.querySelectorAll("[part=title]")].map(({ textContent }) => textContent.trim());
  await seen;
  events.selected(answer, answer.items[0].sku);
  return { answers, element, events: dataLayer.map(({ event }) => event).filter(Boolean) };
}
window.report = report();
