// A page that counts bytes: the engine is streamed beside the bundle.
import { load } from "endcap/slim";

async function report() {
  const requests = await (await fetch("/requests.json")).json();
  const recommender = await load("/model.endcap", { engine: "/endcap_bg.wasm" });
  return { answers: JSON.stringify(requests.map((request) => recommender.recommend(request))) };
}
window.report = report();
