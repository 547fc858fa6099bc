// From CommonJS: Node requires ES modules that await nothing at their top level.
const { readFileSync } = require("node:fs");
const { load } = require("endcap");

load(new Uint8Array(readFileSync("model.endcap"))).then((recommender) => {
  console.log(JSON.stringify({ endcap: JSON.stringify(JSON.parse(readFileSync("requests.json", "utf8")).map((request) => recommender.recommend(request))) }));
});
