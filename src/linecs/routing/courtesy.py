"""Recognises words that need no answer: ありがとう, 了解です, a thank-you sticker.

It errs towards a person: the whole text must consist of known courtesies, so that anything
else in it, a question mark or a sad face makes it an ordinary message.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["is_courtesy", "is_courtesy_sticker"]

_LONGEST = 120

_TRULY = (
    r"(?:本当に?|ほんと(?:う)?に?|誠に|まことに|大変|たいへん|とても|どうも|いろいろと?|色々と?)"
)
_KINDLY = r"(?:いただき|頂き|くださり|下さり|くれて)"
_FOR_WHAT = (
    rf"(?:(?:ご|御|お)?(?:対応|返信|返事|連絡|回答|確認|案内|説明){_KINDLY}?を?"
    rf"|(?:教|おし)えて{_KINDLY})"
)
# A noun such as 確認 counts only right before thanks: ご確認よろしくお願いします is a request.
_THANKS = (
    (
        rf"{_FOR_WHAT}?{_TRULY}?(?:ありがと|有難|有り難|有りがと)う?"
        r"(?:(?:ござい|御座い)(?:ます|ました)|です)?"
    ),
    r"感謝(?:しています|しております|です|します|いたします|致します)",
    r"(?:助|たす)かり(?:ました|ます)",
    r"お世話に?なりました",
    r"(?:お手数|ご面倒)を?(?:おかけ|お掛け)(?:しました|いたしました|致しました)",
    r"(?:了解|承知)(?:です|しました|いたしました|致しました)?",
    r"かしこまりました",
    r"(?:分|わ)かりました",
    r"(?:お疲れ|おつかれ)(?:さま|様)(?:です|でした)?",
    r"(?:あざっ?す|あざます|さんきゅ|せんきゅ)",
    r"(?:おっけ|おけ|ok(?:ay)?)(?:です)?",
    r"(?:thank(?:s|you)(?:so|very)?(?:much|alot)?|thx|tysm|gotit)",
)
_BESIDE_THANKS = (
    r"は[ぁあ]?い",
    r"いい?え",
    _TRULY,
    r"(?:早速の?|さっそくの?|迅速な|素早い|ご?丁寧[なに]|ご?親切[なに])",
    r"(?:無事に?)?(?:解決しました|できました|出来ました|届きました)",
    r"(?:よろ|宜)しく(?:お願い|おねがい)(?:し|いたし|致し)ます",
    r"また利用(?:します|させていただきます)",
    r"また",
    r"こちらこそ",
    r"失礼(?:します|いたします|致します|しました|いたしました)",
)
_TOKEN = re.compile(f"(?P<thanks>{'|'.join(_THANKS)})|{'|'.join(_BESIDE_THANKS)}")
_FACES = re.compile(r"m\(_\s*_\)m|\(\^[-_.o]?\^\)/?|\^[-_]?\^|\((?:笑|嬉)\)|orz")
_KIND_SIGNS = frozenset(
    " \t\r\n\u3000!.,。、・…ー~〜-♪♫☆★♡♥❤✨🙏😊☺😄😀😃😁😆🙂😌🥰😍👍👌🙇🙌👏"
    "💕💖💗💓💛💙💚💜🧡🩷💐🌸🎵🎶"
    "\ufe0e\ufe0f\u200d♀♂\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff"
)
_TO_HIRAGANA = {code: code - 0x60 for code in range(ord("ァ"), ord("ヶ") + 1)}

_KIND_WORDS = frozenset(
    {"thank you", "thanks", "thx", "thank", "thankyou", "appreciate", "arigato", "ok", "okay"}
    | {"got it", "roger", "understood", "ありがとう", "感謝", "了解", "おっけー", "ok!"}
)
_UNKIND_WORDS = frozenset(
    {"no", "no thank you", "no thanks", "angry", "mad", "upset", "sad", "cry", "crying", "why"}
    | {"question", "confused", "what", "sorry", "help", "disappointed", "shocked", "怒り", "怒る"}
    | {"悲しい", "泣く", "はてな", "ごめん", "えっ", "困る"}
)


def is_courtesy(text: str) -> bool:
    """Whether a customer's text says nothing but thanks or "understood".

    `ありがとう、でも届いてません` is none, nor is a text with a question mark.
    """
    if len(text) > _LONGEST:
        return False
    folded = unicodedata.normalize("NFKC", text).lower().translate(_TO_HIRAGANA)
    bare = "".join(sign for sign in _FACES.sub("", folded) if sign not in _KIND_SIGNS)
    thanks, place = False, 0
    while place < len(bare):
        token = _TOKEN.match(bare, place)
        if token is None:
            return False
        thanks = thanks or token["thanks"] is not None
        place = token.end()
    return thanks


def is_courtesy_sticker(keywords: Iterable[str], text: str = "") -> bool:
    """Whether a sticker only says thanks, by what LINE tells of it.

    LINE gives a random part of a sticker's keywords, and some stickers have none; without a
    kind word, or with an unkind one among them, it is an ordinary message.

    Args:
        keywords: The webhook's `keywords`.
        text: The words a customer put on a message sticker.
    """
    if text:
        return is_courtesy(text)
    words = {unicodedata.normalize("NFKC", word).strip().lower() for word in keywords}
    return bool(words & _KIND_WORDS) and not words & _UNKIND_WORDS
