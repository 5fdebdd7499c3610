// Words of a message as nodes: addresses become links, LINE's emoji a sign of our own.

import { element } from "./dom.js";

const ADDRESS = /https?:\/\/[!#-;=?-~]+(?<![.,;:!?)])/g;
const SAFE_SCHEMES = new Set(["http:", "https:", "tel:", "mailto:", "line:"]);
const EMOJI_SIGN = "🙂";

export function safeAddress(uri) {
  try {
    return SAFE_SCHEMES.has(new URL(uri).protocol) ? uri : null;
  } catch {
    return null;
  }
}

export function link(uri, properties, ...children) {
  const href = safeAddress(uri);
  return element("a", { ...properties, href, target: "_blank", rel: "noopener noreferrer" }, children);
}

export function linked(text) {
  const nodes = [];
  let end = 0;
  for (const found of text.matchAll(ADDRESS)) {
    nodes.push(text.slice(end, found.index), link(found[0], {}, found[0]));
    end = found.index + found[0].length;
  }
  return [...nodes, text.slice(end)];
}

export function wordsOf(message) {
  if (message.type === "textV2") return linked(substituted(message));
  return linked(withEmojis(message.text, message.emojis ?? []));
}

function withEmojis(text, emojis) {
  const ordered = [...emojis].sort((one, other) => other.index - one.index);
  return ordered.reduce(
    (words, each) => words.slice(0, each.index) + EMOJI_SIGN + words.slice(each.index + (each.length ?? 1)),
    text,
  );
}

function substituted(message) {
  return message.text.replace(/\{\{|\}\}|\{(\w{1,20})\}/g, (found, name) => {
    if (name === undefined) return found[0];
    const given = message.substitution?.[name];
    if (!given) return found;
    return given.type === "mention" ? `@${given.mentionee?.type === "all" ? "All" : name}` : EMOJI_SIGN;
  });
}
