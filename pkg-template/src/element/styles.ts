import { css } from "lit";

/** What a shop changes by the custom properties below, by `::part(…)`, or by putting other rules over these. */
export const styles = css`
  :host {
    --endcap-columns: 4;
    --endcap-gap: 1rem;
    --endcap-radius: 0.375rem;
    --endcap-accent: #1f4fbf;
    --endcap-on-accent: #fff;
    --endcap-surface: color-mix(in srgb, currentColor 8%, transparent);
    display: block;
  }
  :host([hidden]) {
    display: none;
  }
  /* Not the host: a container keeps the margins of what stands in it to itself, and the shop's own content would move when the
     element is defined around it. */
  [part="block"] {
    container-type: inline-size;
  }
  [part="heading"] {
    font-size: 1.125em;
    margin: 0 0 var(--endcap-gap);
  }
  [part="list"] {
    display: grid;
    grid-template-columns: repeat(var(--endcap-columns), minmax(0, 1fr));
    gap: var(--endcap-gap);
    list-style: none;
    margin: 0;
    padding: 0;
  }
  @container (max-width: 40rem) {
    [part="list"] {
      grid-template-columns: repeat(2, minmax(0, 1fr));
    }
  }
  [part="item"] {
    display: flex;
    flex-direction: column;
    gap: 0.5rem;
  }
  [part="link"] {
    color: inherit;
    display: block;
    text-decoration: none;
  }
  [part="link"]:hover [part="title"] {
    text-decoration: underline;
  }
  [part="picture"] {
    aspect-ratio: 1;
    background: var(--endcap-surface);
    border-radius: var(--endcap-radius);
    display: block;
    overflow: hidden;
  }
  [part="image"] {
    block-size: 100%;
    display: block;
    inline-size: 100%;
    object-fit: contain;
  }
  /* Two lines, whatever the title: nothing moves when it comes. */
  [part="title"] {
    block-size: 2.8em;
    display: -webkit-box;
    line-height: 1.4;
    margin-block-start: 0.5rem;
    overflow: hidden;
    overflow-wrap: anywhere;
    -webkit-box-orient: vertical;
    -webkit-line-clamp: 2;
  }
  [part="price"] {
    display: block;
    font-variant-numeric: tabular-nums;
    line-height: 1.4;
    margin: 0;
    min-block-size: 1.4em;
  }
  [part="button"] {
    background: var(--endcap-accent);
    border: 0;
    border-radius: var(--endcap-radius);
    color: var(--endcap-on-accent);
    box-sizing: border-box;
    cursor: pointer;
    font: inherit;
    min-block-size: 2.75rem;
    padding: 0.5rem 0.75rem;
  }
  [part="button"]:disabled {
    cursor: default;
    opacity: 0.6;
  }
  :is([part="link"], [part="button"]):focus-visible {
    outline: 0.1875rem solid var(--endcap-accent);
    outline-offset: 0.125rem;
  }
  .waiting {
    background: var(--endcap-surface);
    border-radius: var(--endcap-radius);
    color: transparent;
  }
  /* Not to be seen, heard or reached, and in its room: nothing around it moves. */
  .empty {
    visibility: hidden;
  }
  .said {
    block-size: 1px;
    clip-path: inset(50%);
    inline-size: 1px;
    overflow: hidden;
    position: absolute;
    white-space: nowrap;
  }
`;
