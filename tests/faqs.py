"""Stand-ins for the FAQ's tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from linecs.model.inquiry import CustomerFacts, Inquiry
from linecs.replies.faq import FaqEntry

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

NOON = 1_800_000_000_000

SHOP = (
    FaqEntry(
        id="cancel",
        question="注文をキャンセルしたいのですが、どうすればよいですか？",
        answer="マイページの注文履歴から取り消せます。",
        related=("refund",),
    ),
    FaqEntry(
        id="refund", question="返金はいつされますか？", answer="3営業日以内です。", label="返金"
    ),
    FaqEntry(
        id="fee",
        question="送料はいくらですか？",
        answer="全国500円です。",
        variants=("配送料を知りたい",),
    ),
    FaqEntry(id="size", question="サイズを交換できますか？", answer="7日以内ならできます。"),
    FaqEntry(id="points", question="ポイントの有効期限はありますか？", answer="1年です。"),
)


class LetterEmbedder:
    """A real, if simple, embedder: counts letters, so that texts sharing letters are near."""

    name = "letters"
    version = "1"

    def __init__(self, size: int = 64) -> None:
        self.size = size
        self.seen: list[str] = []

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Rows of length 1."""
        self.seen += texts
        rows = np.full((len(texts), self.size), 1e-3, np.float32)
        for row, text in zip(rows, texts, strict=True):
            for letter in text:
                row[ord(letter) % self.size] += 1
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def inquiry(text: str = "", *, at: int = NOON, **rest: object) -> Inquiry:
    """An inquiry of one customer."""
    facts = {"customer": CustomerFacts(display_name="花子"), **rest}
    return Inquiry(id="e1", channel_id="c", conversation_id="v", at=at, text=text, **facts)
