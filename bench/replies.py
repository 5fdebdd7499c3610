"""Keyword rules: one short message against 200, 2,000 and 20,000 of them.

    python bench/replies.py

All rows run in one process on the same words and messages. "match" rows get messages that are
already normalised; what linecs spends on normalising, ranking and tracing is timed apart.
"""

from __future__ import annotations

import argparse
import gc
import itertools
import random
import re
import resource
import sys
import time
import unicodedata
from typing import TYPE_CHECKING

import ahocorasick
import ahocorasick_rs

from linecs.model.inquiry import Inquiry
from linecs.replies.keyword import KeywordResponder, KeywordRule, RuleIndex
from linecs.replies.keyword.texts import TextSet
from linecs.replies.normalisation import Normaliser

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

WORDS = """
返品 交換 送料 注文 配送 発送 在庫 再入荷 予約 取消 変更 住所 電話 会員 登録 退会 ポイント
クーポン 割引 値段 支払 決済 振込 代引 領収書 請求書 納品書 保証 修理 故障 不良 破損 汚れ 色
柄 サイズ 丈 袖 素材 生地 洗濯 ドレス ワンピース スカート ブラウス ニット コート ジャケット
パンツ デニム パンプス サンダル ブーツ 靴 鞄 財布 帽子 手袋 靴下 下着 水着 浴衣 着物 指輪
首飾り 時計 眼鏡 コンタクト 化粧品 香水 口紅 石鹸 店舗 営業時間 定休日 駐車場 地図 予約日
試着 採寸 直し 刺繍 包装 熨斗 贈り物 誕生日 結婚式 入学式 成人式 卒業式 母の日 父の日 敬老
新春 福袋 セール 抽選 当選 応募 懸賞 雑誌 動画 写真 画像 投稿 レビュー 感想 相談 苦情 意見
要望 担当者 店員 社長 採用 求人 面接 法人 卸 海外 関税 為替 北海道 沖縄 離島 東京 大阪 京都
福岡 名古屋 仙台 翌日 当日 週末 祝日 午前 午後 夜間 急ぎ 遅延 紛失 誤配 不在 再配達 追跡
番号 暗証 ログイン パスワード メール 通知 アプリ 更新 障害
"""
NOUNS = WORDS.split()
ENDINGS = (
    "について教えてください",
    "はできますか？",
    "したいんですけど",
    "っていつですか",
    "お願いします！",
)


def keywords(count: int) -> list[str]:
    """The nouns by themselves, then pairs of them: `返品送料`."""
    pairs = ("".join(pair) for pair in itertools.permutations(NOUNS, 2))
    words = sorted({Normaliser()(word) for word in [*NOUNS, *pairs]})
    random.Random(1).shuffle(words)
    return words[:count]


def messages(count: int) -> list[str]:
    """Short questions as customers write them."""
    choose = random.Random(2)
    return [
        "の".join(choose.sample(NOUNS, choose.randint(1, 3))) + choose.choice(ENDINGS)
        for _ in range(count)
    ]


def microseconds(work: Callable[[str], object], texts: Sequence[str]) -> float:
    """The best of five rounds over all texts, per text."""
    rounds = []
    for _ in range(5):
        started = time.perf_counter()
        for text in texts:
            work(text)
        rounds.append((time.perf_counter() - started) / len(texts) * 1e6)
    return min(rounds)


def found_by_loop(words: Sequence[str], text: str) -> set[int]:
    """What every other row is checked against."""
    return {number for number, word in enumerate(words) if word in text}


def contenders(words: list[str]) -> dict[str, Callable[[str], object]]:
    """Ways to find which of `words` a text has in it."""
    big = re.compile("|".join(sorted(map(re.escape, words), key=len, reverse=True)))
    other = ahocorasick.Automaton()
    for number, word in enumerate(words):
        other.add_word(word, number)
    other.make_automaton()
    rust = ahocorasick_rs.AhoCorasick(words)
    ours = TextSet()
    for number, word in enumerate(words):
        ours.add_inside(word, number)
    ours.compile()
    return {
        "python loop": lambda text: found_by_loop(words, text),
        "one big regex (misses overlaps)": big.findall,
        "pyahocorasick": lambda text: {number for _, number in other.iter(text)},
        "ahocorasick_rs": lambda text: rust.find_matches_as_indexes(text, overlapping=True),
        "linecs TextSet": ours.find,
    }


def check(words: list[str], texts: Sequence[str]) -> None:
    """Every automaton finds what the loop finds, overlaps included."""
    rows = contenders(words)
    for text in texts[:150]:
        expected = found_by_loop(words, text)
        assert rows["linecs TextSet"](text) == expected
        assert rows["pyahocorasick"](text) == expected


def inquiry(text: str) -> Inquiry:
    """A customer's question."""
    return Inquiry(id="e", channel_id="shop", conversation_id="c", at=1, text=text)


def rules(words: Sequence[str]) -> list[KeywordRule]:
    """One `contains` rule for each word."""
    answer = ({"type": "text", "text": "承りました。"},)
    return [
        KeywordRule(id=str(number), contains=(word,), messages=answer)
        for number, word in enumerate(words)
    ]


def whole_way(words: Sequence[str], texts: Sequence[str]) -> tuple[dict[str, float], float, float]:
    """Return us per message for linecs from raw text to rules and to a decision, build s and MB."""
    gc.collect()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started = time.perf_counter()
    responder = KeywordResponder(rules(words))
    build = time.perf_counter() - started
    memory = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    index = RuleIndex(rules(words), Normaliser())
    asked = {text: inquiry(text) for text in texts}
    rows = {
        "linecs rules found, from raw text": lambda text: index.matches(asked[text]),
        "linecs decision with trace": lambda text: responder.respond(asked[text]),
    }
    return {name: microseconds(work, texts) for name, work in rows.items()}, build, memory


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=[200, 2_000, 20_000])
    sizes = parser.parse_args().sizes
    raw = messages(300)
    normalise = Normaliser()
    texts = [normalise(text) for text in raw]
    columns: list[dict[str, float]] = []
    builds = []
    for size in sizes:
        words = keywords(size)
        check(words, texts)
        whole, build, memory = whole_way(words, raw)
        found = {name: microseconds(work, texts) for name, work in contenders(words).items()}
        columns.append({**found, **whole})
        builds.append((build, memory))
    print(f"Python {sys.version.split()[0]}; us per message, best of 5 x {len(raw)} messages\n")
    print(f"{'':36}" + "".join(f"{size:>10,}" for size in sizes) + "   to ahocorasick_rs")
    for name in columns[0]:
        ratios = [column[name] / column["ahocorasick_rs"] for column in columns]
        print(
            f"{name:36}"
            + "".join(f"{column[name]:>10.2f}" for column in columns)
            + "   "
            + "".join(f"{ratio:>8.1f}x" for ratio in ratios)
        )
    print(f"\n{'normalisation':36}{microseconds(normalise, raw):>10.2f}")
    nfkc = microseconds(lambda text: unicodedata.normalize("NFKC", text), raw)
    print(f"{'NFKC alone':36}{nfkc:>10.2f}")
    for size, (build, memory) in zip(sizes, builds, strict=True):
        print(f"build of {size:,} rules: {build * 1e3:.0f} ms, {memory:.0f} MB more at the peak")


if __name__ == "__main__":
    main()
