// Placeholders for stickers, of our own drawing: a round fellow in many moods.

import { drawn } from "./dom.js";

const COLOURS = ["#f7c95c", "#f29c9c", "#8fc7a9", "#8db7e8", "#c3a6e6", "#f2b27a"];
const EYES = [
  ["M35 44v6", "M65 44v6"],
  ["M30 48q5-7 10 0", "M60 48q5-7 10 0"],
  ["M30 44l9 4-9 4", "M70 44l-9 4 9 4"],
  ["M30 46h10", "M60 46h10"],
];
const MOUTHS = ["M38 62q12 13 24 0z", "M40 64q10 8 20 0", "M42 68q8-8 16 0", "M46 62a4 5 0 108 0 4 5 0 10-8 0"];
const HANDS = ["M14 62q-9-10-3-18M86 62q9-10 3-18", "M16 70q-10 2-12 10M84 70q10 2 12 10", "M30 84q20-16 40 0"];

export const PALETTE = [
  { packageId: "446", stickerId: "1988", name: "こんにちは", keywords: ["hello", "hi"], look: [0, 1, 0, 0] },
  { packageId: "446", stickerId: "1989", name: "OK", keywords: ["OK", "good"], look: [2, 0, 1, 0] },
  { packageId: "446", stickerId: "1990", name: "ありがとう", keywords: ["thank you", "thanks"], look: [1, 1, 1, 2] },
  { packageId: "446", stickerId: "1991", name: "うれしい", keywords: ["happy", "yay"], look: [5, 2, 0, 0] },
  { packageId: "446", stickerId: "1992", name: "お願いします", keywords: ["please"], look: [3, 3, 1, 2] },
  { packageId: "446", stickerId: "1993", name: "ごめんなさい", keywords: ["sorry"], look: [4, 3, 2, 2] },
  { packageId: "446", stickerId: "1994", name: "びっくり", keywords: ["surprised"], look: [0, 0, 3, 1] },
  { packageId: "446", stickerId: "1995", name: "困った", keywords: ["trouble", "sad"], look: [3, 2, 2, 1] },
];

const KNOWN = new Map(PALETTE.map((each) => [`${each.packageId}/${each.stickerId}`, each]));

export function stickerName(message) {
  const known = KNOWN.get(`${message.packageId}/${message.stickerId}`);
  return message.text ?? known?.name ?? `${message.packageId}-${message.stickerId}`;
}

export function drawSticker(message) {
  const known = KNOWN.get(`${message.packageId}/${message.stickerId}`);
  const number = Number.parseInt(message.stickerId, 10) || 0;
  const [colour, eyes, mouth, hands] = known?.look ?? [number % 6, number % 4, (number >> 2) % 4, number % 3];
  const line = { fill: "none", stroke: "#4a3b32", "stroke-width": 3.5, "stroke-linecap": "round", "stroke-linejoin": "round" };
  return drawn(
    "svg",
    { viewBox: "0 0 100 118", class: "sticker", "aria-hidden": "true" },
    drawn("path", { d: HANDS[hands], ...line, stroke: COLOURS[colour], "stroke-width": 10 }),
    drawn("circle", { cx: 50, cy: 54, r: 36, fill: COLOURS[colour] }),
    drawn("ellipse", { cx: 50, cy: 24, rx: 7, ry: 4, fill: "#fff", opacity: 0.5 }),
    EYES[eyes].map((d) => drawn("path", { d, ...line, "stroke-width": 5 })),
    drawn("path", { d: MOUTHS[mouth], ...line, fill: mouth === 0 || mouth === 3 ? "#9c4a4a" : "none" }),
    [28, 72].map((cx) => drawn("ellipse", { cx, cy: 59, rx: 5, ry: 3, fill: "#e66", opacity: 0.35 })),
    drawn("text", { x: 50, y: 110, "text-anchor": "middle", class: "sticker-words" }, stickerName(message)),
  );
}
