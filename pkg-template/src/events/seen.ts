// Whether a block was seen: half of it, or of the window, for a second without a break.

const SEEN_MS = 1_000;
const STEPS = [0, 0.25, 0.5, 0.75, 1];

/** Calls `work` once, when `element` was seen. Gives a function that ends the watch. */
export function onceSeen(element: Element, work: () => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let inView = false;
  const decide = () => {
    clearTimeout(timer);
    if (inView && document.visibilityState !== "hidden") timer = setTimeout(seen, SEEN_MS);
  };
  const observer = new IntersectionObserver(
    (entries) => {
      const entry = entries.at(-1);
      if (entry === undefined) return;
      // A block that is higher than the window can never be half in view.
      const windowHeight = entry.rootBounds?.height ?? Infinity;
      const before = inView;
      inView = entry.isIntersecting && (entry.intersectionRatio >= 0.5 || entry.intersectionRect.height >= windowHeight / 2);
      if (inView !== before) decide();
    },
    { threshold: STEPS },
  );
  const end = () => {
    clearTimeout(timer);
    observer.disconnect();
    document.removeEventListener("visibilitychange", decide);
  };
  const seen = () => {
    end();
    work();
  };
  document.addEventListener("visibilitychange", decide);
  observer.observe(element);
  return end;
}
