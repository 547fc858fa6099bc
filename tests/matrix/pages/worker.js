// A worker without the handler, as the README has it.
import { load } from "endcap";
import model from "./model.endcap";

const recommender = await load(model);
export default {
  fetch: async (request) => Response.json((await request.json()).map((asked) => recommender.recommend(asked))),
};
