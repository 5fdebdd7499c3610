// One bubble: what was sent, who sent it, when, and whether it was read.

import { button, drawn, element, icon } from "./dom.js";
import { flex } from "./flex.js";
import { drawSticker, stickerName } from "./stickers.js";
import { imagemap, template } from "./templates.js";
import { link, wordsOf } from "./texts.js";
import { timeOf, words } from "./words.js";

const BARE = new Set(["sticker", "image", "video", "template", "flex", "imagemap"]);
const CONTENTS = { text, textV2: text, sticker, image, video, audio, file, location: place };

export function bubble(phone, shown) {
  if (shown.kind === "unsent") return element("li", { className: "notice" }, words.unsent);
  const mine = shown.sender === "customer";
  const body = element(
    "div",
    { className: `content ${BARE.has(shown.kind) ? "bare" : "filled"} ${shown.kind}` },
    shown.quoted ? quotation(phone, shown.quoted) : null,
    contents(phone, shown),
  );
  const meta = element("div", { className: "meta" }, mine ? element("span", { className: "read" }) : null, stamp(shown.at));
  const name = element("span", { className: "hidden" }, `${mine ? words.you : phone.account}: `);
  const avatar = mine ? null : element("span", { className: "avatar", "aria-hidden": "true" }, phone.account.slice(0, 1));
  return element(
    "li",
    { className: `bubble ${mine ? "mine" : "theirs"}`, "data-id": shown.id },
    avatar,
    element("div", { className: "said" }, name, body, meta, options(phone, shown)),
  );
}

export function summary(shown) {
  const message = shown?.message ?? {};
  if (message.type === "sticker") return words.stickerNamed(stickerName(message));
  return message.text ?? message.altText ?? message.fileName ?? message.title ?? words[message.type] ?? "";
}

function contents(phone, shown) {
  if (shown.kind === "template") return template(phone, shown.message);
  if (shown.kind === "flex") return flex(phone, shown.message.contents);
  if (shown.kind === "imagemap") return imagemap(phone, shown.message);
  return (CONTENTS[shown.kind] ?? unknown)(phone, shown);
}

function stamp(at) {
  return element("time", { datetime: new Date(at).toISOString() }, timeOf(at));
}

function quotation(phone, messageId) {
  const quoted = phone.find(messageId);
  const author = quoted?.sender === "customer" ? words.you : phone.account;
  return element("blockquote", {}, element("b", {}, author), summary(quoted) || words.unsent);
}

function options(phone, shown) {
  const open = (event) => phone.openOptions(shown, event.currentTarget);
  return button(words.menuOf, { className: "options", "aria-haspopup": "menu", onclick: open }, icon("more"));
}

function text(_phone, { message }) {
  return element("p", { className: "text" }, wordsOf(message));
}

function sticker(_phone, { message }) {
  const label = words.stickerNamed(stickerName(message));
  return element("span", { role: "img", "aria-label": label }, drawSticker(message));
}

function addressOf(phone, shown, name) {
  return shown.hasContent ? phone.contentUrl(shown.id) : shown.message[name] ?? shown.message.contentProvider?.[name];
}

function image(phone, shown) {
  const preview = element("img", { src: addressOf(phone, shown, "previewImageUrl") ?? addressOf(phone, shown, "originalContentUrl"), alt: words.picture });
  const original = addressOf(phone, shown, "originalContentUrl");
  const full = original && new URL(original, location.href).href;
  return full ? link(full, { className: "photo" }, preview) : element("span", { className: "photo" }, preview);
}

function video(phone, shown) {
  const watched = () => shown.message.trackingId && phone.act({ act: "watches", messageId: shown.id });
  return element("video", {
    src: addressOf(phone, shown, "originalContentUrl"),
    poster: shown.message.previewImageUrl,
    controls: true,
    preload: "metadata",
    onended: shown.sender === "account" ? watched : null,
  });
}

function audio(phone, shown) {
  return element("audio", { src: addressOf(phone, shown, "originalContentUrl"), controls: true, preload: "metadata" });
}

function file(phone, shown) {
  const { fileName, fileSize } = shown.message;
  const size = fileSize < 1024 ? `${fileSize} B` : `${Math.ceil(fileSize / 1024)} KB`;
  const about = element("span", {}, element("b", {}, fileName), element("small", {}, size));
  const properties = { className: "file", href: shown.hasContent ? phone.contentUrl(shown.id) : null, download: fileName };
  return element("a", properties, icon("file"), about);
}

function place(_phone, { message }) {
  const { title, address, latitude, longitude } = message;
  return element(
    "div",
    { className: "place" },
    map(latitude, longitude),
    element("b", {}, title || words.location),
    element("small", {}, address || `${latitude.toFixed(4)}, ${longitude.toFixed(4)}`),
  );
}

function map(latitude, longitude) {
  const tilt = (Math.abs(latitude * 1000) % 30) - 15;
  const turn = `rotate(${tilt} 120 60)`;
  const road = { stroke: "#fff", "stroke-width": 9, fill: "none" };
  const shift = Math.abs(longitude * 1000) % 40;
  return drawn(
    "svg",
    { viewBox: "0 0 240 120", "aria-hidden": "true", class: "map" },
    drawn("rect", { width: 240, height: 120, fill: "#dfe8d8" }),
    drawn("g", { transform: turn }, drawn("path", { d: `M-40 ${30 + shift}H280M-40 ${80 + shift / 2}H280M${40 + shift} -60V180M${150 + shift} -60V180`, ...road })),
    drawn("path", { d: "M-10 110Q70 90 120 120T250 100V130H-10z", fill: "#b9d7ee" }),
    drawn("path", { d: "M120 74c-14-17-18-23-18-32a18 18 0 0136 0c0 9-4 15-18 32z", fill: "#d9483b" }),
    drawn("circle", { cx: 120, cy: 42, r: 7, fill: "#fff" }),
  );
}

function unknown(_phone, shown) {
  return element("p", { className: "text" }, words.unknown(shown.kind));
}
