"""Common words of support that customers in a hurry write in kana, put into kanji.

Written by hand from general usage. It helps words and model alike: へんぴんしたい is compared as
返品したい. Readings of fewer than three kana, or that are often part of other words, are left out.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import ahocorasick_rs

from linecs.replies.normalisation import Normaliser, Step, sound_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["Respelling", "in_kanji", "katakana_of"]

_PAIRS = """
へんぴん=返品 へんきん=返金 へんこう=変更 へんそう=返送 こうかん=交換
こうにゅう=購入 ちゅうもん=注文 しょうひん=商品 にもつ=荷物 そうりょう=送料
りょうきん=料金 りょうしゅうしょ=領収書 りょうしゅうしょう=領収証 せいきゅう=請求
せいきゅうしょ=請求書 めいさいしょ=明細書 しはらい=支払い
しはらいほうほう=支払い方法 けっさい=決済 てすうりょう=手数料 ねんかいひ=年会費
ひきおとし=引き落とし はらいもどし=払い戻し ぶんかつばらい=分割払い
あとばらい=後払い いっかつばらい=一括払い げんきん=現金 ふりこみ=振込 こうざ=口座
ざんだか=残高 きんがく=金額 ねだん=値段 わりびき=割引 むりょう=無料
ゆうりょう=有料 ほけん=保険 ほけんりょう=保険料 ほけんしょう=保険証 ほしょう=保証
ほしょうしょ=保証書 はいそう=配送 はいたつ=配達 はいたつび=配達日 はっそう=発送
とうちゃく=到着 さいはいたつ=再配達 おきはい=置き配 とどけさき=届け先 とどけ=届け
とどく=届く とどか=届か とどき=届き とどいた=届いた じゅうしょ=住所
ひっこし=引っ越し てんきょ=転居 でんわ=電話 でんわばんごう=電話番号
といあわせ=問い合わせ れんらく=連絡 れんらくさき=連絡先 まどぐち=窓口
うけつけ=受付 えいぎょうじかん=営業時間 えいぎょう=営業 ていきゅうび=定休日
きゅうぎょう=休業 きゅうじつ=休日 しゅくじつ=祝日 どにち=土日 へいじつ=平日
じかん=時間 にちじ=日時 ひづけ=日付 きげん=期限 ゆうこうきげん=有効期限
きかん=期間 しめきり=締め切り かいいん=会員 かいいんとうろく=会員登録
とうろく=登録 たいかい=退会 かいやく=解約 かいじょ=解除 ていし=停止
けいぞく=継続 こうしん=更新 もうしこみ=申し込み もうしこ=申し込 しんせい=申請
てつづき=手続き ほんにんかくにん=本人確認 にんしょう=認証 かくにん=確認
あんしょうばんごう=暗証番号 さいせってい=再設定 せってい=設定 さいはっこう=再発行
はっこう=発行 ふんしつ=紛失 わすれ=忘れ わすれもの=忘れ物 りれき=履歴
じょうほう=情報 つうち=通知 じゅしん=受信 そうしん=送信 はいしん=配信
けいたい=携帯 きしゅへんこう=機種変更 てんぷ=添付 がぞう=画像 しゃしん=写真
どうが=動画 よやく=予約 よやくへんこう=予約変更 とりけし=取り消し
とりおき=取り置き うけとり=受け取り うけと=受け取 ざいこ=在庫 しなぎれ=品切れ
うりきれ=売り切れ さいにゅうか=再入荷 にゅうか=入荷 しちゃく=試着 せんたく=洗濯
しゅうり=修理 こしょう=故障 ふりょうひん=不良品 ふりょう=不良 はそん=破損
けっぴん=欠品 のうひんしょ=納品書 ほうそう=包装 すんぽう=寸法 じっすん=実寸
かたはば=肩幅 きたけ=着丈 てんぽ=店舗 ばしょ=場所 ちゅうしゃじょう=駐車場
もより=最寄り おうふく=往復 うんてん=運転 じどうしゃ=自動車 めんきょ=免許
けいやく=契約 けいやくしゃ=契約者 かにゅう=加入 みつもり=見積もり しょうけん=証券
しょるい=書類 しんだんしょ=診断書 しんさつ=診察 しんりょう=診療
しんりょうじかん=診療時間 きゅうしん=休診 しょしん=初診 さいしん=再診
しょほうせん=処方箋 くすり=薬 けんこうしんだん=健康診断 よぼうせっしゅ=予防接種
しょうかいじょう=紹介状 まちじかん=待ち時間 にんしん=妊娠 かぞく=家族
こども=子ども がくせい=学生 みせいねん=未成年 ほうじん=法人 だいり=代理
めいぎ=名義 みょうじ=名字 しめい=氏名 せいねんがっぴ=生年月日 ねんれい=年齢
たんじょうび=誕生日 しゃいん=社員 しごと=仕事 かいがい=海外 こくない=国内
りようきやく=利用規約 せいげん=制限 じょうげん=上限 げんど=限度 げんどがく=限度額
かいすう=回数 じょうけん=条件 たいしょう=対象 ないよう=内容 ほうほう=方法
やりかた=方法 しかた=方法 てじゅん=手順 りゆう=理由 げんいん=原因 ちがい=違い
しゅるい=種類 ひつよう=必要 かのう=可能 きぼう=希望 せつめい=説明
くわしく=詳しく もちもの=持ち物 もくてき=目的 ひょうじ=表示 にゅうりょく=入力
きどう=起動 がめん=画面 つかいかた=使い方 つかえない=使えない つかえます=使えます
つかえる=使える はいれない=入れない わからない=分からない しりたい=知りたい
おしえて=教えて
"""
_READINGS = {pair.partition("=")[0]: pair.partition("=")[2] for pair in _PAIRS.split()}
_ALL_KATAKANA = re.compile(r"[ァ-ヺー\s]{6,}")
_KATAKANA_WORD = re.compile(r"[ァ-ヺー]{3,}")
_SURE_LENGTH = 4
_hiragana = Normaliser((Step.KANA,))


class Respelling:
    """Words to be put into another spelling wherever they stand, the longest first.

    Args:
        words: From the spelling looked for to the one put in its place.
    """

    def __init__(self, words: Mapping[str, str]) -> None:
        longest = ahocorasick_rs.MatchKind.LeftmostLongest
        self._automaton = ahocorasick_rs.AhoCorasick(list(words), matchkind=longest)
        self._words = list(words.values())

    def __call__(self, text: str) -> str:
        """`text` with every such word respelt."""
        text = sound_text(text)
        found = self._automaton.find_matches_as_indexes(text)
        if not found:
            return text
        parts, done = [], 0
        for number, start, end in found:
            parts += [text[done:start], self._words[number]]
            done = end
        return "".join([*parts, text[done:]])


def in_kanji(text: str) -> str:
    """`text`, of folded width, with common words that stand in hiragana put into kanji.

    A text in nothing but katakana, as old phones send it, is read as hiragana first.
    """
    if _ALL_KATAKANA.fullmatch(text):
        text = _hiragana(text)
    return _in_kanji(text)


def katakana_of(texts: Iterable[str]) -> Respelling:
    """Puts the katakana words of `texts` back into katakana where a customer wrote hiragana.

    So ろぐいん is given to a model as ログイン, if that is a word of the shop's FAQ. Words of three
    kana without a long vowel mark are left, since they are found inside others.
    """
    words = {word for text in texts for word in _KATAKANA_WORD.findall(text)}
    sure = sorted(word for word in words if len(word) >= _SURE_LENGTH or "ー" in word)
    return Respelling({_hiragana(word): word for word in sure})


_in_kanji = Respelling(_READINGS)
