// `endcap/react`: recommendations as a hook.

import type { Answer, Card, Recommender, RecommendRequest } from "endcap";
import { useCallback, useEffect, useRef, useState } from "react";
import { enoughCards } from "./enough.js";
import type { Events } from "./events.js";

/** What a block knows. */
export interface Recommendations {
  /**
   * `waiting`: nothing is known yet, on the server always; `shown`: there is something to draw; `left`: there is nothing good
   * to show, the recommender failed, or the visitor sees what the shop itself shows there, so draw what the shop would show
   * without it; `empty`: the visitor is held out, so draw nothing, and keep the room that `waiting` took.
   */
  status: "waiting" | "shown" | "left" | "empty";
  /** What the recommender said; null while waiting, and where it failed. */
  answer: Answer | null;
  /** What is needed to draw, in order; empty unless shown. */
  cards: Card[];
  /** What failed, with its code; null where nothing did. */
  error: unknown;
}

/** When there is something to show, and when to ask again. */
export interface RecommendationOptions {
  /** Fewest products worth showing, by every arm alike: what is kept back counts as if it were shown. Default: 1. */
  min?: number | undefined;
  /** Told which answers are used: of `createEvents`. Default: nobody. */
  events?: Events | null | undefined;
  /** Anything that changes when the same question may have another answer: a count that `onOverlay` raises. Default: nothing. */
  again?: unknown;
}

const WAITING: Recommendations = { status: "waiting", answer: null, cards: [], error: null };

/**
 * Asks for `request` and again whenever it says something else; that it is another object with the same content is no reason.
 * While the next answer is on its way the last one stays. Nothing is asked on the server, without a recommender, or for `null`.
 */
export function useRecommendations(
  recommender: Recommender | Promise<Recommender> | null | undefined,
  request: RecommendRequest | null,
  { min = 1, again, events }: RecommendationOptions = {},
): Recommendations {
  const [found, setFound] = useState(WAITING);
  const asked = JSON.stringify(request);
  // Who is told is no reason to ask again.
  const told = useRef(events);
  told.current = events;
  useEffect(() => {
    let over = false;
    const tell = (next: Recommendations) => {
      if (!over) setFound(next);
    };
    async function ask(): Promise<void> {
      const question = JSON.parse(asked) as RecommendRequest | null;
      if (recommender === null || recommender === undefined || question === null) return tell(WAITING);
      try {
        const asks = await recommender;
        const answer = asks.recommend(question);
        const cards = await enoughCards(asks, answer, min);
        // Nobody waits for this answer any more: it is not used.
        if (over) return;
        if (cards === undefined) return tell({ status: "left", answer, cards: [], error: null });
        // Before anything is drawn, and by every arm alike.
        told.current?.exposed?.(answer, question);
        if (answer.silent === null) tell({ status: "shown", answer, cards, error: null });
        else tell({ status: answer.silent === "holdout" ? "empty" : "left", answer, cards: [], error: null });
      } catch (error) {
        tell({ status: "left", answer: null, cards: [], error });
      }
    }
    void ask();
    return () => {
      over = true;
    };
  }, [recommender, asked, min, again]);
  return found;
}

/**
 * A `ref` for the block that draws `answer`: tells `events` once that it was seen. An answer that is drawn again is the same one.
 */
export function useSeen(events: Events | null | undefined, answer: Answer | null): (element: Element | null) => void {
  const end = useRef<(() => void) | undefined>(undefined);
  return useCallback(
    (element) => {
      end.current?.();
      end.current = element !== null && answer !== null ? events?.watch(answer, element) : undefined;
    },
    [events, answer],
  );
}
