// Template messages: buttons, confirm, carousel and image carousel; and imagemaps.

import { areasOver, tappable } from "./actions.js";
import { element } from "./dom.js";

export function template(phone, message) {
  const { template: inner } = message;
  const draw = { buttons, confirm, carousel, image_carousel: imageCarousel }[inner.type];
  return draw ? draw(phone, inner) : element("p", {}, message.altText);
}

export function imagemap(phone, message) {
  const { width, height } = message.baseSize;
  const areas = message.actions.map((action) => ({ bounds: action.area, action }));
  const picture = element("img", { src: `${message.baseUrl}/1040`, alt: message.altText });
  const card = element("div", { className: "imagemap" }, picture, areasOver(phone, areas, { width, height }));
  card.style.aspectRatio = `${width} / ${height}`;
  return card;
}

function buttons(phone, inner) {
  return element("article", { className: "card" }, face(phone, inner), choices(phone, inner.actions));
}

function confirm(phone, inner) {
  return element(
    "article",
    { className: "card" },
    element("p", { className: "words centred" }, inner.text),
    choices(phone, inner.actions, "choices beside"),
  );
}

function carousel(phone, inner) {
  const cards = inner.columns.map((column) => buttons(phone, { ...inner, ...column }));
  return strip(cards);
}

function imageCarousel(phone, inner) {
  const cards = inner.columns.map(({ imageUrl, action }) =>
    tappable(
      phone,
      action,
      { className: "card picture" },
      element("img", { src: imageUrl, alt: "" }),
      action.label ? element("span", { className: "overlay" }, action.label) : null,
    ),
  );
  return strip(cards);
}

export function strip(cards) {
  return element("div", { className: "strip", role: "group", tabindex: "0" }, cards);
}

function face(phone, inner) {
  const parts = [];
  if (inner.thumbnailImageUrl) parts.push(thumbnail(inner));
  if (inner.title) parts.push(element("h3", {}, inner.title));
  parts.push(element("p", { className: "words" }, inner.text));
  if (!inner.defaultAction) return element("div", { className: "face" }, parts);
  return tappable(phone, inner.defaultAction, { className: "face" }, parts);
}

function thumbnail(inner) {
  const shape = inner.imageAspectRatio === "square" ? "square" : "rectangle";
  const fit = inner.imageSize === "contain" ? "contain" : "cover";
  const picture = element("img", { src: inner.thumbnailImageUrl, alt: "", className: `thumbnail ${shape} ${fit}` });
  if (/^#[0-9a-f]{6}$/i.test(inner.imageBackgroundColor ?? "")) picture.style.backgroundColor = inner.imageBackgroundColor;
  return picture;
}

function choices(phone, actions, className = "choices") {
  return element("div", { className }, actions.map((action) => tappable(phone, action, { className: "choice" })));
}
