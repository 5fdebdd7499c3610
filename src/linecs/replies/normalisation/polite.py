"""Polite and asking endings, which say how a customer asks and not what about."""

from __future__ import annotations

import re

__all__ = ["polite_tail"]

_LONGEST = 32

_ENDING = (
    r"(?:(?:を|について|に関して|が|は)?(?:お?教えて|おしえて|お聞かせ)"
    r"(?:ください|下さい|くださいませ|ほしい|欲しい|もらえ|いただけ|頂け|くれ|もらい|いただき|頂き)?(?:ます|ません|たい|ない)?か?"
    r"|(?:を|が)(?:知りたい|しりたい)"
    r"|(?:よろしく|宜しく)?(?:お願い|おねがい|御願い)(?:でき|出来|いた|致)?し?ます?"
    r"|(?:て|で)(?:ください|下さい)(?:ませ)?"
    r"|(?:は|が)?(?:どう|どのように|いかが|如何)(?:や|す|し|いた)?(?:れば|たら|ると|って)?(?:いい|良い|よい|よろしい|宜しい|でき|出来)?"
    r"(?:です|でしょう|ます)?か?"
    r"|(?:の|ん)?(?:です|だ)(?:けど|けれど|けれども|が|か|よね|よ|ね|と)?"
    r"|(?:でしょう|でしょ|だろう|かな|かね|かしら)か?"
    r"|(?:ます|ました|まし)(?:が|か|よね|よ|ね|けど|けれど|て)?"
    r"|(?:とは)?(?:何|なに|なん)(?:です|でしょう)?か?"
    r"|すみません|すいません"
    ")"
)
# Tells at most places of a text at once that no ending begins there.
_FIRST = "をにがはお教よ宜御てでどい如のんだかまと何なす"
_TAIL = re.compile(rf"(?=[{_FIRST}]){_ENDING}$")


def polite_tail(text: str) -> int:
    """Where the polite and asking endings of `text` begin: `len(text)` where it has none.

    A text that is nothing but such an ending, as お願いします is, keeps it.
    """
    end = len(text)
    while found := _TAIL.search(text, max(0, end - _LONGEST), end):
        if found.start() in {0, end}:
            break
        end = found.start()
    return end
