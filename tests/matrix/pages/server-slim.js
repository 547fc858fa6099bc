// The engine as a file, given by hand.
import { readFileSync } from "node:fs";
import { init, load } from "endcap/slim";

await init(readFileSync("node_modules/endcap/dist/endcap_bg.wasm"));
const recommender = await load(new Uint8Array(readFileSync("model.endcap")));
console.log(JSON.stringify({ "endcap/slim": JSON.stringify(JSON.parse(readFileSync("requests.json", "utf8")).map((request) => recommender.recommend(request))) }));
