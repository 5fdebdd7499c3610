"""What a record says in Japanese: who, what, and in which state."""

from __future__ import annotations

from linecs.model import Author, MessageState, NoteKind
from linecs.model.link import LinkEnd, LinkFlow

__all__ = ["ACTORS", "AUTHORS", "ENDS", "FLOWS", "HAPPENINGS", "NOTES", "REASONS", "STATES"]

AUTHORS = {
    Author.CUSTOMER: "お客様",
    Author.BOT: "自動応答",
    Author.OPERATOR: "担当者",
    Author.SYSTEM: "システム",
}
STATES = {
    MessageState.UNSENT: "送信取消",
    MessageState.QUEUED: "送信待ち",
    MessageState.SENDING: "送信中",
    MessageState.UNKNOWN: "送信結果不明",
    MessageState.DEAD: "送信失敗",
    MessageState.PARKED: "保留",
    MessageState.CANCELLED: "送信前に取消",
}
NOTES = {
    NoteKind.NOTE: "メモ",
    NoteKind.HAND_OVER: "引き継ぎメモ",
    NoteKind.COLLECTED: "聞き取り",
    NoteKind.BY_HAND: "電話・メール・店頭の記録",
}
ACTORS = {"customer": "お客様", "bot": "自動応答", "system": "システム", "shop": "ショップ"}
HAPPENINGS = {
    "conversation.seen": "会話を開いた",
    "customer.blocked": "ブロックされた",
    "customer.erased": "個人データを消した",
    "customer.exported": "個人データを書き出した",
    "customer.field_set": "お客様の項目を変えた",
    "customer.friend": "友だちになった",
    "customer.marked": "お客様のマークを変えた",
    "customer.owned": "お客様の担当を変えた",
    "customer.tagged": "タグを付けた",
    "customer.untagged": "タグを外した",
    "inquiry.answer": "自動で答えた",
    "inquiry.choices": "候補を示した",
    "inquiry.handoff": "担当者に引き継いだ",
    "link.confirmed": "会員連携を確かめた",
    "link.ended": "会員連携を終えた",
    "link.linked": "会員連携をした",
    "link.not_made": "会員連携ができなかった",
    "link.refused": "会員連携を断った",
    "member.seen": "会員情報を見た",
    "message.cancelled": "メッセージを送る前にやめた",
    "message.dead": "メッセージが届かなかった",
    "message.marked": "メッセージにマークを付けた",
    "message.parked": "メッセージを保留にした",
    "message.queued": "メッセージを送り直すことにした",
    "message.sent": "メッセージを送った",
    "message.unknown": "メッセージが届いたか分からない",
    "message.unsent": "メッセージを取り消した",
    "promise.broken": "お伝えした時刻に間に合わなかった",
    "promise.made": "返信の時刻をお伝えした",
    "staff.away": "離席した",
    "staff.offline": "退勤した",
    "staff.online": "出勤した",
    "ticket.assigned": "担当を決めた",
    "ticket.categorised": "カテゴリを変えた",
    "ticket.changed": "チケットを変えた",
    "ticket.claimed": "担当になった",
    "ticket.due_soon": "返信の期限が近づいた",
    "ticket.handed_over": "引き継いだ",
    "ticket.in_progress": "対応中にした",
    "ticket.marked": "マークを変えた",
    "ticket.merged": "チケットをまとめた",
    "ticket.noted": "メモを書いた",
    "ticket.nudged": "お返事をもう一度お願いした",
    "ticket.open": "未対応にした",
    "ticket.opened": "チケットができた",
    "ticket.overdue": "返信の期限を過ぎた",
    "ticket.prioritised": "優先度を変えた",
    "ticket.released": "担当を外れた",
    "ticket.reopened": "再び対応を始めた",
    "ticket.replied": "返信した",
    "ticket.resolved": "対応を完了した",
    "ticket.scored": "満足度を答えた",
    "ticket.snoozed": "後回しにした",
    "ticket.split": "チケットを分けた",
    "ticket.surveyed": "満足度を尋ねた",
    "ticket.thanked": "お礼を述べた",
    "ticket.unsnoozed": "後回しを解いた",
    "ticket.waiting": "返信待ちにした",
}
FLOWS = {
    LinkFlow.ACCOUNT_LINK: "LINEのアカウント連携",
    LinkFlow.SIGN_UP: "LINEログインで会員登録",
    LinkFlow.LOGIN: "LINEログイン",
    LinkFlow.LIFF: "LIFF",
    LinkFlow.IN_STORE: "店頭",
    LinkFlow.IMPORT: "データの取り込み",
}
ENDS = {
    LinkEnd.UNLINKED_BY_CUSTOMER: "お客様が解除",
    LinkEnd.UNLINKED_BY_SHOP: "ショップが解除",
    LinkEnd.MEMBER_WITHDRAWN: "退会",
    LinkEnd.REPLACED: "別の連携に置き換え",
    LinkEnd.ERASED: "データの消去",
}
REASONS = {
    "angry": "お怒りのご様子",
    "answer_over_limit": "回答が長すぎて送れない",
    "asked_for_person": "担当者をご希望",
    "delivery_dead": "届かなかった",
    "delivery_parked": "配信数の上限で保留",
    "delivery_unknown": "届いたか不明",
    "event_failed": "受信内容の処理に失敗",
    "faq_cannot_be_sent": "FAQの回答を送れない",
    "faq_entry_gone": "FAQの項目がなくなった",
    "no_answer": "お返事がない",
    "no_answer_found": "答えが見つからない",
    "not_content": "解決しなかった",
    "person_first": "はじめから担当者が対応",
    "repeated_misses": "候補で解決しない",
    "responder_failed": "自動応答の不具合",
    "responder_timeout": "自動応答が間に合わない",
    "scenario_changed": "シナリオが変わった",
    "scenario_failed": "シナリオを続けられない",
    "scenario_timeout": "ご入力の途中で止まった",
    **{str(end): words for end, words in ENDS.items()},
}
"""A shop's own reasons are shown as it wrote them."""
