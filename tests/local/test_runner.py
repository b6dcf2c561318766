"""What the runner refuses, and in which words."""

import socket
from pathlib import Path

import pytest

from impasse_tracker.local import Refusal, runner
from impasse_tracker.local.system import free_port


def test_a_busy_port_is_one_clear_sentence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with pytest.raises(Refusal, match=f"Port {port} is busy.*PORT={port + 1} make run"):
            runner.refuse_busy_port("127.0.0.1", port)
    runner.refuse_busy_port("127.0.0.1", free_port())


@pytest.mark.parametrize("host", ["192.0.2.1", "no.such.host.invalid"])
def test_a_host_of_somebody_else_is_refused(host: str) -> None:
    with pytest.raises(Refusal, match=f"Nothing can listen on HOST={host}"):
        runner.refuse_busy_port(host, 8000)


def test_a_second_runner_in_one_checkout_is_refused(tmp_path: Path) -> None:
    (tmp_path / ".local").mkdir()
    with (
        runner.only_runner(tmp_path),
        pytest.raises(Refusal, match="already runs"),
        runner.only_runner(tmp_path),
    ):
        pass
    with runner.only_runner(tmp_path):
        pass


@pytest.mark.parametrize("port", ["http", "0", "65536", "-1"])
def test_a_port_that_is_none_is_refused(port: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", port)
    with pytest.raises(Refusal, match="must be a number from 1 to 65535"):
        runner.from_environment()


def test_host_and_port_have_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PORT", raising=False)
    monkeypatch.delenv("HOST", raising=False)
    assert runner.from_environment() == ("127.0.0.1", 8000)
    monkeypatch.setenv("PORT", "8123")
    monkeypatch.setenv("HOST", "127.0.0.2")
    assert runner.from_environment() == ("127.0.0.2", 8123)


@pytest.mark.parametrize(
    ("host", "said"),
    [
        ("127.0.0.1", "localhost"),
        ("::", "localhost"),
        ("::1", "localhost"),
        ("app.example.org", "app.example.org"),
    ],
)
def test_the_address_is_one_that_passkeys_accept(host: str, said: str) -> None:
    assert runner.shown(host) == said
