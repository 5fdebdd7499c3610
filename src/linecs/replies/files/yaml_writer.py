"""YAML that people like to read and that reads back without loss."""

from __future__ import annotations

import io
import re
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedSeq
from ruamel.yaml.scalarstring import DoubleQuotedScalarString, LiteralScalarString

__all__ = ["write_yaml"]

_EASY = r"[\w ー。、！？・「」（）…〜％%./+-]"
_PLAIN = re.compile(rf"[^\W_](?:{_EASY}*[^\W_]|{_EASY}*[。！？」）…])?")
_BLOCK = re.compile(r"(?:[^\W_][^\x00-\x1f\x7f-\xa0\u2028\u2029\ufeff\ud800-\udfff]*\n)+")
_WIDTH = 1 << 16


def write_yaml(data: Any) -> str:  # noqa: ANN401 - any YAML value
    """Return a document: blocks for texts of several lines, short lists on one line."""
    yaml = YAML(typ="rt")
    yaml.width = _WIDTH
    yaml.indent(mapping=2, sequence=4, offset=2)
    written = io.StringIO()
    yaml.dump(_styled(data), written)
    return written.getvalue()


def _styled(value: Any) -> Any:  # noqa: ANN401 - any YAML value
    if isinstance(value, dict):
        return {_styled_text(str(key)): _styled(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return _styled_list(value)
    if isinstance(value, str):
        return _styled_text(value)
    return value


def _styled_list(values: list[Any] | tuple[Any, ...]) -> CommentedSeq:
    items = CommentedSeq(_styled(item) for item in values)
    if all(isinstance(item, str) and not isinstance(item, LiteralScalarString) for item in items):
        items.fa.set_flow_style()
    return items


def _styled_text(text: str) -> str:
    if _PLAIN.fullmatch(text):
        return text
    styled: str = (LiteralScalarString if _BLOCK.fullmatch(text) else DoubleQuotedScalarString)(
        text
    )
    return styled
