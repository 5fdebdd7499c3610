// What a tap on a button, a card or an area does.

import { element } from "./dom.js";
import { link, safeAddress } from "./texts.js";
import { words } from "./words.js";

const PICKERS = { date: "date", time: "time", datetime: "datetime-local" };

// `phone` offers act(), choose() and say(); see phone.js.
export function tappable(phone, action, properties, ...children) {
  const label = action.label ?? action.text ?? action.data ?? "";
  const filling = children.length ? children : [label];
  if (action.type === "uri") {
    const tapped = () => phone.opens(action);
    return link(action.uri ?? action.linkUri, { ...properties, onclick: tapped, "aria-label": action.label }, filling);
  }
  return element("button", { ...properties, type: "button", "aria-label": action.label, onclick: () => tap(phone, action) }, filling);
}

async function tap(phone, action) {
  switch (action.type) {
    case "datetimepicker":
      return pick(phone, action);
    case "camera":
    case "cameraRoll":
      return phone.choose("image/*");
    case "location":
      return phone.sendLocation();
    case "clipboard":
      await navigator.clipboard.writeText(action.clipboardText);
      phone.say(words.copied);
      return phone.taps(action);
    default:
      return phone.taps(action);
  }
}

function pick(phone, action) {
  const input = element("input", {
    type: PICKERS[action.mode],
    name: "picked",
    required: true,
    "aria-label": action.label,
    min: action.min,
    max: action.max,
    value: action.initial?.replace("t", "T") ?? defaultFor(action.mode),
  });
  const actions = element(
    "div",
    { className: "row" },
    element("button", { type: "button", onclick: () => dialog.close() }, words.cancel),
    element("button", { className: "yes" }, words.pick),
  );
  const taken = () => phone.taps(action, input.value);
  const form = element("form", { method: "dialog", onsubmit: taken }, element("h2", {}, action.label ?? ""), input, actions);
  const dialog = element("dialog", { className: "picker", onclose: () => dialog.remove() }, form);
  phone.root.append(dialog);
  dialog.showModal();
}

function defaultFor(mode) {
  const now = new Date(Date.now() + 9 * 3600 * 1000).toISOString();
  return { date: now.slice(0, 10), time: now.slice(11, 16), datetime: now.slice(0, 16) }[mode];
}

// Areas of a picture: a rich menu's or an imagemap's, whose picture is `width` by `height`.
export function areasOver(phone, areas, { width, height }) {
  return areas.map(({ bounds, action }) => {
    const area = tappable(phone, action, { className: "area" }, "");
    area.setAttribute("aria-label", action.label ?? action.text ?? action.displayText ?? action.data ?? safeAddress(action.uri ?? action.linkUri) ?? "");
    area.style.left = `${(bounds.x / width) * 100}%`;
    area.style.top = `${(bounds.y / height) * 100}%`;
    area.style.width = `${(bounds.width / width) * 100}%`;
    area.style.height = `${(bounds.height / height) * 100}%`;
    return area;
  });
}

