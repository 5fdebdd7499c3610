// A small menu beside what opened it; arrows move, Escape and a click elsewhere close.

import { element } from "./dom.js";

export function openPopup(root, opener, choices) {
  root.querySelector(".popup")?.close();
  const items = choices.map(({ label, run }) =>
    element("button", { type: "button", role: "menuitem", onclick: () => close(run) }, label),
  );
  const popup = element("div", { className: "popup", role: "menu", onkeydown: steer }, items);
  popup.close = close;

  function close(then) {
    document.removeEventListener("pointerdown", elsewhere, true);
    popup.remove();
    opener.focus({ preventScroll: true });
    then?.();
  }

  function elsewhere(event) {
    if (!popup.contains(event.target)) close();
  }

  function steer(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === "Escape") close();
    if (!step) return;
    event.preventDefault();
    const next = items.indexOf(document.activeElement) + step;
    items.at(next % items.length).focus();
  }

  root.append(popup);
  settle(root, opener, popup);
  document.addEventListener("pointerdown", elsewhere, true);
  items[0].focus();
}

function settle(root, opener, popup) {
  const frame = root.getBoundingClientRect();
  const from = opener.getBoundingClientRect();
  const left = Math.min(from.left - frame.left, frame.width - popup.offsetWidth - 8);
  const below = from.bottom - frame.top + 4;
  const fits = below + popup.offsetHeight < frame.height - 8;
  popup.style.left = `${Math.max(8, left)}px`;
  popup.style.top = `${Math.max(8, fits ? below : from.top - frame.top - popup.offsetHeight - 4)}px`;
}
