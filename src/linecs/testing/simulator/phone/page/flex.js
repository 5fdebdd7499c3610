// Flex messages: the common components and properties of LINE's layout language.
// Source: LINE Developers, "Flex Message elements" and "Flex Message layout".

import { tappable } from "./actions.js";
import { element } from "./dom.js";
import { strip } from "./templates.js";

const SPACES = { none: 0, xs: 2, sm: 4, md: 8, lg: 12, xl: 16, xxl: 20 };
const RADII = { none: 0, xs: 2, sm: 4, md: 8, lg: 12, xl: 16, xxl: 20 };
const BORDERS = { none: 0, light: 0.5, normal: 1, medium: 2, "semi-bold": 3, bold: 4 };
const TEXTS = { xxs: 11, xs: 13, sm: 14, md: 16, lg: 19, xl: 22, xxl: 29, "3xl": 35, "4xl": 48, "5xl": 74 };
const PICTURES = { xxs: 40, xs: 60, sm: 80, md: 100, lg: 120, xl: 140, xxl: 160, "3xl": 180, "4xl": 200, "5xl": 220 };
const BUBBLES = { nano: 120, micro: 160, deca: 220, hecto: 241, kilo: 260, mega: 300, giga: 386 };
const ALIGNS = { start: "flex-start", end: "flex-end", center: "center", top: "flex-start", bottom: "flex-end" };
const SPREADS = { ...ALIGNS, "space-between": "space-between", "space-around": "space-around", "space-evenly": "space-evenly" };
const BLOCKS = ["header", "hero", "body", "footer"];
const COMPONENTS = { box, text, button: flexButton, image, icon, video, separator, filler: empty, spacer };

export function flex(phone, contents) {
  if (contents.type !== "carousel") return bubble(phone, contents);
  return strip(contents.contents.map((each) => bubble(phone, each)));
}

function bubble(phone, contents) {
  const blocks = BLOCKS.filter((name) => contents[name]).map((name) => block(phone, name, contents));
  const properties = { className: "card flex", dir: contents.direction === "rtl" ? "rtl" : null };
  const card = element(contents.action ? "div" : "article", properties, blocks);
  card.style.width = `${BUBBLES[contents.size] ?? BUBBLES.mega}px`;
  return contents.action ? tappable(phone, contents.action, { className: "flex-tap" }, card) : card;
}

function block(phone, name, contents) {
  const node = element("div", { className: `block ${name}` }, component(phone, contents[name], "vertical"));
  const style = contents.styles?.[name] ?? {};
  paint(node, "backgroundColor", style.backgroundColor);
  if (style.separator) {
    node.classList.add("separated");
    paint(node, "borderTopColor", style.separatorColor);
  }
  return node;
}

function component(phone, part, layout) {
  const draw = COMPONENTS[part.type] ?? empty;
  const node = draw(phone, part, layout);
  if (!part.action || part.type === "button") return node;
  const tap = tappable(phone, part.action, { className: "flex-tap" }, node);
  if (node.style.flex) tap.style.flex = node.style.flex;
  tap.style.margin = node.style.margin;
  node.style.margin = "";
  return tap;
}

function box(phone, part) {
  const node = element("div", { className: `box ${part.layout}` });
  part.contents.forEach((inner, index) => {
    const child = component(phone, inner, part.layout);
    const margin = length(inner.margin, SPACES) ?? (index ? length(part.spacing, SPACES) : null);
    const side = part.layout === "vertical" ? "marginTop" : "marginLeft";
    if (margin && inner.position !== "absolute") child.style[side] = margin;
    grow(child, inner, part.layout);
    place(child, inner);
    node.append(child);
  });
  frame(node, part);
  set(node, "justifyContent", SPREADS[part.justifyContent]);
  set(node, "alignItems", ALIGNS[part.alignItems]);
  return node;
}

function grow(child, inner, layout) {
  const byDefault = layout === "vertical" || ["icon", "separator", "spacer"].includes(inner.type) ? 0 : 1;
  const share = Number.isFinite(inner.flex) ? inner.flex : inner.width ? 0 : byDefault;
  child.style.flex = share > 0 ? `${share} ${share} ${layout === "vertical" ? "auto" : "0"}` : "0 0 auto";
  if (layout !== "vertical" && share === 0) child.style.maxWidth = "100%";
}

function place(child, inner) {
  if (inner.position === "absolute") child.style.position = "absolute";
  for (const side of ["Top", "Bottom", "Start", "End"]) {
    const offset = length(inner[`offset${side}`], SPACES);
    if (!offset) continue;
    if (inner.position !== "absolute") child.style.position = "relative";
    child.style[{ Top: "top", Bottom: "bottom", Start: "left", End: "right" }[side]] = offset;
  }
  const gravity = { top: "flex-start", center: "center", bottom: "flex-end" }[inner.gravity];
  if (gravity) child.style.alignSelf = gravity;
}

function frame(node, part) {
  paint(node, "backgroundColor", part.backgroundColor);
  paint(node, "borderColor", part.borderColor);
  set(node, "borderWidth", length(part.borderWidth, BORDERS));
  if (part.borderWidth) node.style.borderStyle = "solid";
  set(node, "borderRadius", length(part.cornerRadius, RADII));
  for (const side of ["width", "height", "maxWidth", "maxHeight"]) set(node, side, length(part[side], {}));
  set(node, "padding", length(part.paddingAll, SPACES));
  const sides = { paddingTop: "paddingTop", paddingBottom: "paddingBottom", paddingStart: "paddingInlineStart", paddingEnd: "paddingInlineEnd" };
  for (const [name, side] of Object.entries(sides)) set(node, side, length(part[name], SPACES));
  gradient(node, part.background);
}

function gradient(node, background) {
  if (background?.type !== "linearGradient" || !/^\d+(\.\d+)?deg$/.test(background.angle ?? "")) return;
  const stops = [background.startColor, background.centerColor, background.endColor].filter(colour);
  if (stops.length > 1) node.style.backgroundImage = `linear-gradient(${background.angle}, ${stops.join(", ")})`;
}

function text(_phone, part) {
  const spans = part.contents?.map((each) => write(element("span", {}, each.text), each));
  const node = write(element("p", { className: "flex-text" }, spans ?? part.text ?? ""), part);
  set(node, "textAlign", { start: "start", end: "end", center: "center" }[part.align]);
  set(node, "lineHeight", part.lineSpacing && `calc(1.3em + ${length(part.lineSpacing, {}) ?? "0px"})`);
  if (part.wrap) node.classList.add("wraps");
  if (Number.isInteger(part.maxLines) && part.maxLines > 0) {
    node.classList.add("clamped");
    node.style.setProperty("-webkit-line-clamp", part.maxLines);
  }
  return node;
}

function write(node, part) {
  set(node, "fontSize", length(part.size, TEXTS));
  paint(node, "color", part.color);
  if (part.weight === "bold") node.style.fontWeight = "700";
  if (part.style === "italic") node.style.fontStyle = "italic";
  if (part.decoration === "underline" || part.decoration === "line-through") node.style.textDecoration = part.decoration;
  return node;
}

function flexButton(phone, part) {
  const style = ["primary", "secondary"].includes(part.style) ? part.style : "link";
  const node = tappable(phone, part.action, { className: `flex-button ${style} ${part.height === "sm" ? "sm" : "md"}` });
  paint(node, style === "link" ? "color" : "backgroundColor", part.color);
  return node;
}

function image(_phone, part) {
  const node = element("img", { src: part.url, alt: "", className: "flex-image" });
  node.style.width = part.size === "full" ? "100%" : (length(part.size ?? "md", PICTURES) ?? "100px");
  const [width, height] = /^(\d+(?:\.\d+)?):(\d+(?:\.\d+)?)$/.exec(part.aspectRatio ?? "1:1")?.slice(1) ?? [1, 1];
  node.style.aspectRatio = `${width} / ${height}`;
  node.style.objectFit = part.aspectMode === "cover" ? "cover" : "contain";
  paint(node, "backgroundColor", part.backgroundColor);
  const side = { start: "flex-start", end: "flex-end" }[part.align] ?? "center";
  const holder = element("div", { className: "flex-picture" }, node);
  holder.style.justifyContent = side;
  return holder;
}

function icon(_phone, part) {
  const node = element("img", { src: part.url, alt: "", className: "flex-icon" });
  node.style.height = length(part.size ?? "md", TEXTS) ?? "16px";
  return node;
}

function video(_phone, part) {
  return element("video", { src: part.url, poster: part.previewUrl, controls: true, preload: "none", className: "flex-video" });
}

function separator(_phone, part, layout) {
  const node = element("div", { className: `rule ${layout === "vertical" ? "across" : "upright"}`, role: "separator" });
  paint(node, "backgroundColor", part.color);
  return node;
}

function spacer(_phone, part) {
  const node = empty();
  node.style.padding = length(part.size ?? "md", SPACES) ?? "0";
  return node;
}

function empty() {
  return element("div");
}

function length(value, names) {
  if (typeof value !== "string") return null;
  if (value in names) return `${names[value]}px`;
  return /^-?\d+(\.\d+)?(px|%)$/.test(value) ? value : null;
}

function colour(value) {
  return typeof value === "string" && /^#([0-9a-f]{6}|[0-9a-f]{8})$/i.test(value) ? value : null;
}

function paint(node, property, value) {
  if (colour(value)) node.style[property] = value;
}

function set(node, property, value) {
  if (value !== undefined && value !== null && value !== "") node.style[property] = value;
}
