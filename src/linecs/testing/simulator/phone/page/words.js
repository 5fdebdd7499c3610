// What the page says: Japanese, or English with ?lang=en.

const JA = {
  add: "お客様を追加",
  addAsFriend: "友だちとして追加",
  attach: "送るものを選ぶ",
  block: "ブロック",
  blocked: "このアカウントをブロックしています。",
  cancel: "キャンセル",
  copied: "コピーしました",
  copy: "コピー",
  empty: "「お客様を追加」を押すと、ここに画面が並びます。",
  emptyTitle: "まだお客様がいません",
  failed: "送れませんでした",
  follow: "友だち追加",
  location: "位置情報",
  lost: "シミュレーターにつながりません",
  menuOf: "メッセージの操作",
  message: "メッセージ",
  name: "お客様の名前",
  notFriend: "このアカウントは友だちではありません。",
  options: "トークの設定",
  people: "お客様",
  pick: "決定",
  picture: "写真・動画",
  file: "ファイル",
  quickReplies: "クイックリプライ",
  quote: "リプライ",
  quoting: "リプライ先",
  read: "既読",
  richMenu: "メニュー",
  screenOf: (name) => `${name}さんの画面`,
  send: "送信",
  sticker: "スタンプ",
  stickerNamed: (name) => `スタンプ「${name}」`,
  today: "今日",
  typing: "入力中",
  unblock: "ブロック解除",
  unknown: (kind) => `この種類のメッセージは表示できません (${kind})`,
  unsend: "送信取消",
  unsent: "メッセージの送信を取り消しました",
  webhook: (said) => `Webhook: ${said}`,
  you: "お客様",
};

const EN = {
  add: "Add a customer",
  addAsFriend: "Add as a friend",
  attach: "Choose what to send",
  block: "Block",
  blocked: "You have blocked this account.",
  cancel: "Cancel",
  copied: "Copied",
  copy: "Copy",
  empty: "Press “Add a customer”; their screens stand side by side here.",
  emptyTitle: "No customers yet",
  failed: "Could not send",
  follow: "Add friend",
  location: "Location",
  lost: "The simulator does not answer",
  menuOf: "Message options",
  message: "Message",
  name: "Customer's name",
  notFriend: "This account is not your friend.",
  options: "Chat settings",
  people: "Customers",
  pick: "OK",
  picture: "Photo or video",
  file: "File",
  quickReplies: "Quick replies",
  quote: "Reply",
  quoting: "Replying to",
  read: "Read",
  richMenu: "Menu",
  screenOf: (name) => `${name}'s screen`,
  send: "Send",
  sticker: "Stickers",
  stickerNamed: (name) => `Sticker “${name}”`,
  today: "Today",
  typing: "Typing",
  unblock: "Unblock",
  unknown: (kind) => `This kind of message cannot be shown (${kind})`,
  unsend: "Unsend",
  unsent: "You unsent a message",
  webhook: (said) => `Webhook: ${said}`,
  you: "Customer",
};

export const language = new URLSearchParams(location.search).get("lang") === "en" ? "en" : "ja";
export const words = language === "en" ? EN : JA;

// The shops are in Japan, wherever the computer is.
const ZONE = { timeZone: "Asia/Tokyo" };
const TIME = new Intl.DateTimeFormat("ja-JP", { ...ZONE, hour: "numeric", minute: "2-digit" });
const DAY = new Intl.DateTimeFormat("sv-SE", ZONE);
const LONG_DAY = new Intl.DateTimeFormat(language, { ...ZONE, month: "long", day: "numeric", weekday: "short" });

export const timeOf = (at) => TIME.format(at);
export const dayOf = (at) => DAY.format(at);
export const longDay = (at) => (dayOf(at) === dayOf(Date.now()) ? words.today : LONG_DAY.format(at));
