"""An `Embedder` behind HTTP, against a server on loopback that does what servers do."""

from __future__ import annotations

import json
import os
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from faqs import SHOP, inquiry
from linecs.errors import ConfigurationError
from linecs.model.inquiry import Answer
from linecs.replies.faq import (
    EmbedderError,
    EmbeddingsEndpoint,
    FaqIndex,
    FaqResponder,
    embed_entries,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

KEY = "sk-very-secret"
SECRET_TEXT = "私の電話番号は09012345678です"


class StandIn(ThreadingHTTPServer):
    """A server whose vectors count letters; `script` holds what it does instead, call by call."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.calls: list[dict[str, Any]] = []
        self.script: list[Callable[[BaseHTTPRequestHandler], None]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/v1"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: StandIn

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.calls.append({"path": self.path, "headers": dict(self.headers), **body})
        if self.server.script:
            self.server.script.pop(0)(self)
            return
        data = [
            {"object": "embedding", "index": place, "embedding": vector(text)}
            for place, text in enumerate(body["input"])
        ]
        # The interface promises an index, not an order.
        answers(self, 200, json.dumps({"data": data[::-1]}).encode())

    def log_message(self, *_: object) -> None:
        pass


def vector(text: str, size: int = 32) -> list[float]:
    """Letters counted, of any length."""
    row = [0.5] * size
    for letter in text:
        row[ord(letter) % size] += 1
    return row


def answers(
    handler: BaseHTTPRequestHandler, status: int, body: bytes = b"{}", **headers: str
) -> None:
    """Answer so."""
    handler.send_response(status)
    for name, value in headers.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


def status(code: int, **headers: str) -> Callable[[BaseHTTPRequestHandler], None]:
    """An answer of that status which repeats the request's secrets, as some servers do."""
    return lambda handler: answers(handler, code, f"{KEY} {SECRET_TEXT}".encode(), **headers)


def hangs_up(handler: BaseHTTPRequestHandler) -> None:
    """Close the connection without a word."""
    handler.close_connection = True


def says(body: object) -> Callable[[BaseHTTPRequestHandler], None]:
    """A 200 with this body."""
    return lambda handler: answers(handler, 200, json.dumps(body).encode())


@pytest.fixture
def server() -> Iterator[StandIn]:
    """The stand-in, listening."""
    with StandIn() as listening:
        thread = threading.Thread(target=listening.serve_forever, args=(0.01,))
        thread.start()
        yield listening
        listening.shutdown()
        thread.join()


@pytest.fixture
def endpoint(server: StandIn) -> EmbeddingsEndpoint:
    """An embedder that asks it."""
    return EmbeddingsEndpoint(url=server.url, model="letters", key=KEY)


def test_each_text_gets_a_row_of_length_one_in_order(
    endpoint: EmbeddingsEndpoint, server: StandIn
) -> None:
    """Whatever length and order the server sends."""
    rows = endpoint.embed(["送料はいくら", "返品したい"])
    expected = np.array([vector("送料はいくら"), vector("返品したい")], np.float32)
    assert np.allclose(rows, expected / np.linalg.norm(expected, axis=1, keepdims=True))
    (call,) = server.calls
    assert (call["path"], call["model"]) == ("/v1/embeddings", "letters")
    assert call["headers"]["Authorization"] == f"Bearer {KEY}"
    assert "dimensions" not in call


def test_texts_go_in_batches(server: StandIn) -> None:
    """No call carries more texts than allowed."""
    endpoint = EmbeddingsEndpoint(url=server.url, model="letters", batch=2)
    assert endpoint.embed([str(number) for number in range(5)]).shape == (5, 32)
    assert [len(call["input"]) for call in server.calls] == [2, 2, 1]
    assert endpoint.embed([]).shape[0] == 0


def test_what_a_server_wants_to_know_is_sent(server: StandIn) -> None:
    """A prefix before each text, shorter vectors, headers of its own, and no key where none is."""
    endpoint = EmbeddingsEndpoint(
        url=server.url + "/",
        model="e5",
        prefix="query: ",
        dimensions=256,
        headers={"api-key": KEY},
    )
    endpoint.embed(["送料"])
    (call,) = server.calls
    assert (call["path"], call["input"], call["dimensions"]) == (
        "/v1/embeddings",
        ["query: 送料"],
        256,
    )
    assert call["headers"]["api-key"] == KEY
    assert "Authorization" not in call["headers"]


@given(text=st.text(st.characters(), max_size=20) | st.sampled_from(["", " ", "\0", "\ud800"]))
def test_any_text_can_be_sent(text: str) -> None:
    """Servers refuse an empty text and half characters; neither reaches them."""
    with StandIn() as server:
        threading.Thread(target=server.serve_forever, args=(0.001,)).start()
        EmbeddingsEndpoint(url=server.url, model="letters").embed([text])
        server.shutdown()
    ((sent,),) = [call["input"] for call in server.calls]
    assert sent.strip()
    assert sent.encode()


@pytest.mark.parametrize(
    "trouble", [status(429), status(503), status(500), hangs_up], ids=["429", "503", "500", "cut"]
)
def test_passing_trouble_is_tried_again(
    endpoint: EmbeddingsEndpoint, server: StandIn, trouble: Callable[[Any], None]
) -> None:
    """One bad moment costs a pause, not the answer."""
    server.script = [trouble]
    assert endpoint.embed(["送料"]).shape == (1, 32)
    assert len(server.calls) == 2


@pytest.mark.parametrize("written", ["1", "Sun, 06 Nov 2094 08:49:37 GMT"])
def test_a_wait_beyond_the_time_limit_ends_it_at_once(server: StandIn, written: str) -> None:
    """Retry-After is heeded; where it leaves no time, nobody waits for nothing."""
    server.script = [status(429, Retry_After=written)]
    endpoint = EmbeddingsEndpoint(url=server.url, model="letters", timeout=0.9)
    started = time.monotonic()
    with pytest.raises(EmbedderError, match="429"):
        endpoint.embed(["送料"])
    assert time.monotonic() - started < 0.8
    assert len(server.calls) == 1


def test_the_time_limit_holds_repeats_included(server: StandIn) -> None:
    """A server that stays in trouble is given up within the limit."""
    server.script = [status(503)] * 1000
    endpoint = EmbeddingsEndpoint(url=server.url, model="letters", timeout=0.5)
    started = time.monotonic()
    with pytest.raises(EmbedderError, match="503"):
        endpoint.embed(["送料"])
    assert time.monotonic() - started < 2
    assert len(server.calls) > 1


def test_a_server_that_drips_is_given_up(server: StandIn) -> None:
    """Bytes that come one by one do not stretch the limit."""
    done = threading.Event()

    def drips(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "100000")
        handler.end_headers()
        while not done.wait(0.02):
            handler.wfile.write(b" ")
            handler.wfile.flush()

    server.script = [drips]
    endpoint = EmbeddingsEndpoint(url=server.url, model="letters", timeout=0.3)
    started = time.monotonic()
    with pytest.raises(EmbedderError, match="timeout"):
        endpoint.embed(["送料"])
    done.set()
    assert time.monotonic() - started < 2


@pytest.mark.parametrize(
    ("code", "hint"), [(400, "dimensions"), (401, "key"), (404, "address"), (413, "batch")]
)
def test_a_refusal_says_what_to_do_and_is_not_repeated(
    endpoint: EmbeddingsEndpoint, server: StandIn, code: int, hint: str
) -> None:
    """The status and a remedy."""
    server.script = [status(code)]
    with pytest.raises(EmbedderError, match=f"{code}.*{hint}"):
        endpoint.embed(["送料"])
    assert len(server.calls) == 1


def test_a_redirect_is_not_followed(endpoint: EmbeddingsEndpoint, server: StandIn) -> None:
    """The key goes to the address that was given and to no other."""
    server.script = [status(307, Location=server.url + "/elsewhere")]
    with pytest.raises(EmbedderError, match="307"):
        endpoint.embed(["送料"])
    assert [call["path"] for call in server.calls] == ["/v1/embeddings"]


@pytest.mark.parametrize(
    "body",
    [
        "hello",
        {},
        {"data": []},
        {"data": [{"index": 1, "embedding": [1.0]}]},
        {"data": [{"index": 0, "embedding": []}]},
        {"data": [{"index": 0, "embedding": [0.0, 0.0]}]},
        {"data": [{"index": 0, "embedding": ["a"]}]},
        {"data": [{"index": 0, "embedding": [float("nan")]}]},
        {"data": [{"index": 0, "embedding": "AAAA"}]},
    ],
)
def test_an_answer_that_is_no_vector_is_refused(
    endpoint: EmbeddingsEndpoint, server: StandIn, body: object
) -> None:
    """Nothing that is not one finite vector for each text is taken for one."""
    server.script = [says(body)]
    with pytest.raises(EmbedderError, match="one vector for each text"):
        endpoint.embed(["送料"])


@pytest.mark.parametrize("trouble", [status(401), status(503), says("x"), hangs_up])
def test_neither_key_nor_text_is_ever_shown(
    server: StandIn, trouble: Callable[[Any], None]
) -> None:
    """Not in an error, not in its causes, not in the embedder itself."""
    server.script = [trouble] * 20
    endpoint = EmbeddingsEndpoint(
        url=server.url, model="letters", key=KEY, headers={"x": KEY}, timeout=0.2
    )
    with pytest.raises(EmbedderError) as refused:
        endpoint.embed([SECRET_TEXT])
    shown = repr(endpoint) + str(endpoint)
    error: BaseException | None = refused.value
    while error is not None:
        shown += repr(error) + str(error)
        error = error.__cause__
    assert KEY not in shown
    assert SECRET_TEXT not in shown


@pytest.mark.parametrize(
    "url",
    [
        "api.example.com/v1",
        "ftp://api.example.com",
        f"https://me:{KEY}@api.example.com/v1",
        f"https://api.example.com/v1?key={KEY}",
    ],
)
def test_an_address_that_is_none_or_holds_a_secret_is_refused(url: str) -> None:
    """At once, and without repeating the secret."""
    with pytest.raises(ConfigurationError) as refused:
        EmbeddingsEndpoint(url=url, model="letters")
    assert KEY not in str(refused.value)


def test_stored_vectors_go_with_all_that_changes_them() -> None:
    """Another size, prefix or revision is another version."""
    plain = EmbeddingsEndpoint(url="https://api.example.com/v1", model="letters")
    changes: list[dict[str, Any]] = [{"dimensions": 8}, {"prefix": "query: "}, {"revision": "2"}]
    others = [evolve(plain, **change) for change in changes]
    assert len({each.version for each in [plain, *others]}) == 4


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_child_process_opens_its_own_connections(
    endpoint: EmbeddingsEndpoint, server: StandIn
) -> None:
    """A host that forks its workers (gunicorn) may have asked before."""
    endpoint.embed(["送料"])
    pools = endpoint._connections._pools
    child = os.fork()
    if child == 0:
        try:
            endpoint.embed(["返品"])
            os._exit(0 if len(pools) == 2 else 1)
        except BaseException:  # noqa: BLE001 - the child must not run the rest of the tests
            os._exit(2)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert endpoint.embed(["送料"]).shape == (1, 32)
    assert (len(pools), len(server.calls)) == (1, 3)


def test_an_faq_is_answered_through_it(endpoint: EmbeddingsEndpoint, server: StandIn) -> None:
    """Entries once, then one call a question."""
    vectors = embed_entries(SHOP, endpoint)
    faq = FaqResponder(FaqIndex(SHOP, embedder=endpoint, vectors=vectors))
    before = len(server.calls)
    decision = faq.respond(inquiry("送料はいくらですか"))
    assert isinstance(decision, Answer)
    assert decision.source == "faq:fee"
    assert len(server.calls) == before + 1


def test_a_server_that_is_away_leaves_the_words(
    endpoint: EmbeddingsEndpoint, server: StandIn, caplog: pytest.LogCaptureFixture
) -> None:
    """The very question of an entry is answered without it, and the trace says what failed."""
    faq = FaqResponder(FaqIndex(SHOP, embedder=endpoint))
    server.script = [status(401)]
    considered = faq.consider(inquiry("送料はいくらですか"))
    assert isinstance(considered.decision, Answer)
    steps = {step.name: step.detail for step in considered.trace}
    assert "401" in steps["faq:by_words"]["problem"]
    assert steps["faq:judged"]["candidates"][0]["semantic"] is None
    assert "401" in caplog.text
