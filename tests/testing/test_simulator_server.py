"""The simulator as a server and a context manager."""

from __future__ import annotations

import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import pytest
import requests
from linebot.v3.messaging import ApiClient, Configuration, MessagingApi, PushMessageRequest
from linebot.v3.messaging import TextMessage as Text

from linecs.testing import LineSimulator, VirtualClock
from linecs.testing.simulator import SimulationError

if TYPE_CHECKING:
    from linecs.testing.simulator import Customer


def test_the_address_is_there_while_it_runs() -> None:
    """Before and after, the simulator says that it is not running."""
    simulator = LineSimulator()
    with pytest.raises(SimulationError, match="not running"):
        _ = simulator.url
    with simulator as line:
        assert requests.get(f"{line.url}/v2/bot/info", timeout=5).status_code == 401
    with pytest.raises(SimulationError, match="not running"):
        _ = simulator.url


def test_it_can_be_started_again() -> None:
    """What the platform knows outlives a restart of its server."""
    simulator = LineSimulator(clock=VirtualClock())
    with simulator:
        customer = simulator.customer("c1")
        customer.says("質問")
    with simulator as line:
        assert line.customer("c1") is customer
        assert requests.get(f"{line.url}/v2/nothing", timeout=5).status_code == 501
    assert len(customer.chat) == 1


def test_a_taken_port_is_an_error() -> None:
    """A second simulator on one port does not start."""
    with LineSimulator() as line:
        port = int(line.url.rpartition(":")[2])
        with pytest.raises(OSError, match="address already in use"):
            LineSimulator(port=port).start()


def test_stopping_does_not_wait_for_idle_connections() -> None:
    """A client that keeps its connection open holds nobody up for more than a second."""
    with requests.Session() as session:
        with LineSimulator() as line:
            session.get(f"{line.url}/v2/bot/info", timeout=5)
            stopping = threading.Thread(target=line.stop)
            stopping.start()
            stopping.join(timeout=1)
        assert not stopping.is_alive()


def push_many(line: LineSimulator, customer: Customer) -> None:
    """Push 20 messages with a client of one's own."""
    configuration = Configuration(host=line.url, access_token=line.channel.access_token)
    with ApiClient(configuration) as client:
        api = MessagingApi(client)
        for number in range(20):
            request = PushMessageRequest(to=customer.user_id, messages=[Text(text=str(number))])
            api.push_message(request, _request_timeout=10)
        client.rest_client.pool_manager.clear()


def test_many_clients_and_customers_do_not_mix(line: LineSimulator) -> None:
    """Eight threads push while their customers write; every chat has its own 40 bubbles."""
    customers = [line.customer(f"c{number}") for number in range(8)]

    def talk(customer: Customer) -> None:
        for number in range(20):
            customer.says(str(number))

    threads = [threading.Thread(target=push_many, args=(line, each)) for each in customers]
    threads += [threading.Thread(target=talk, args=(each,)) for each in customers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    expected = [str(number) for number in range(20)]
    for customer in customers:
        for sender in ("customer", "account"):
            shown = [bubble.text for bubble in customer.chat if bubble.sender == sender]
            assert shown == expected
    ids = {bubble.message_id for customer in customers for bubble in customer.chat}
    assert len(ids) == 8 * 40


def test_importing_the_clock_does_not_import_the_server() -> None:
    """`linecs.testing` alone is light."""
    code = (
        "import sys; from linecs.testing import VirtualClock; "
        "assert not {'aiohttp', 'linebot', 'regex', 'joserfc'} & set(sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True)  # noqa: S603 - our own code
    assert (done.returncode, done.stderr) == (0, b"")
