// A program on a server: what each entry says. Only what is written at the end is printed.
import { readFileSync } from "node:fs";
import { load } from "endcap";
import { createHandler } from "endcap/edge";
import { createEvents } from "endcap/events";
import { useRecommendations } from "endcap/react";
import { load as loadStudio } from "endcap/studio";
import { createElement } from "react";
import { renderToString } from "react-dom/server";

const bundle = new Uint8Array(readFileSync("model.endcap"));
const requests = JSON.parse(readFileSync("requests.json", "utf8"));
const answersOf = (recommender) => JSON.stringify(requests.map((request) => recommender.recommend(request)));
const handler = createHandler({ bundle, onError() {} });
const asked = async (request) => (await handler.fetch(new Request("https://shop.example/recommendations", { method: "POST", body: JSON.stringify(request), headers: { "content-type": "application/json" } }))).json();
const edge = [];
for (const request of requests) edge.push(await asked(request));
const dataLayer = [];
createEvents({ consent: () => true, dataLayer }).purchased({ transaction_id: "1", value: 1, items: [{ sku: "KETTLE", quantity: 1, price: 1 }] });
const Waits = () => createElement("p", null, useRecommendations(null, { placement: "cart" }).status);
console.log(JSON.stringify({
  endcap: answersOf(await load(bundle)),
  "endcap/studio": answersOf(await loadStudio(bundle)),
  "endcap/edge": JSON.stringify(edge),
  "endcap/events": dataLayer.some(({ event }) => event === "purchase"),
  "endcap/react": renderToString(createElement(Waits)) === "<p>waiting</p>",
}));
