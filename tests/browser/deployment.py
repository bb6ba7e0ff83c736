"""Several server processes behind nginx, run by the very lines that README gives: its nginx blocks and its unit."""

from __future__ import annotations

import ipaddress
import os
import re
import shlex
import shutil
import signal
import subprocess
from collections.abc import Iterator, Mapping
from configparser import ConfigParser
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests import ROOT
from tests.browser.conftest import TODAY, Process, await_health, free_port, started

#: An ordinary account does not find it by its name alone.
NGINX = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
#: The ports that README names.
NAMED = ("8501", "8502")
_ALONE = "proxy_pass http://127.0.0.1:8501;"


def needed() -> str:
    """Where nginx is; a skip with its reason, or with REQUIRE_BROWSER=1 a failure, where it is not."""
    if NGINX is None:
        reason = "no nginx on this machine (Debian: apt-get install nginx)"
        if os.environ.get("REQUIRE_BROWSER") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    return NGINX


# --- what README says ----------------------------------------------------------------------------------------------


def blocks(language: str) -> list[str]:
    """README's blocks in a language."""
    return re.findall(rf"^```{language}\n(.*?)^```", (ROOT / "README.md").read_text("utf-8"), re.DOTALL | re.MULTILINE)


def unit() -> str:
    """The systemd unit."""
    (told,) = blocks("ini")
    return told


def _lines_for_several() -> tuple[str, str]:
    """What stands beside the ``server`` block, and the ``location`` in it."""
    location, beside, instead = blocks("nginx")
    assert location.count(_ALONE) == 1
    return beside, location.replace(_ALONE, instead.strip())


# --- nginx ---------------------------------------------------------------------------------------------------------


class Passed(NamedTuple):
    """A request as nginx passed it on: the node that its cookie named, the ports it was tried at, and the answer."""

    node: str
    tried: tuple[str, ...]
    status: str
    path: str


#: ``daemon`` and the paths let it run from a folder of its own; ``user`` matters to a master that is root.
_CONFIGURATION = """
daemon off;
{user}
pid {folder}/nginx.pid;
worker_processes 2;
events {{ worker_connections 256; }}
http {{
    log_format passed "$cookie_kpi_node;$upstream_addr;$status;$uri";
    access_log {folder}/access.log passed;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    {beside}
    server {{
        listen 127.0.0.1:{port} ssl;
        ssl_certificate {folder}/certificate.pem;
        ssl_certificate_key {folder}/certificate.pem;
        {location}
    }}
}}
"""


def _certificate() -> bytes:
    """Key and certificate for 127.0.0.1, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    made = made.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
    addresses = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    signed = made.add_extension(addresses, critical=False).sign(key, hashes.SHA256())
    kept = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return kept + signed.public_bytes(serialization.Encoding.PEM)


def _at(lines: str, ports: Mapping[str, int]) -> str:
    return re.sub("|".join(ports), lambda named: str(ports[named[0]]), lines)


@contextmanager
def nginx(folder: Path, port: int, ports: Mapping[str, int]) -> Iterator[None]:
    """nginx at a port of this machine, with README's lines; ``ports`` puts ours in the place of those named there."""
    folder.mkdir()
    (folder / "certificate.pem").write_bytes(_certificate())
    beside, location = (_at(lines, ports) for lines in _lines_for_several())
    user = "user root;" if os.geteuid() == 0 else ""
    told = _CONFIGURATION.format(folder=folder, port=port, user=user, beside=beside, location=location)
    (folder / "nginx.conf").write_text(told, "utf-8")
    command = [needed(), "-p", str(folder), "-e", str(folder / "error.log"), "-c", str(folder / "nginx.conf")]
    subprocess.run([*command, "-t", "-q"], check=True)
    running = subprocess.Popen(command)
    try:
        yield
    finally:
        running.send_signal(signal.SIGTERM)
        running.wait(10)


# --- the processes -------------------------------------------------------------------------------------------------


@dataclass
class Deployment:
    """The program at ``url`` behind nginx; each process by its name, which is its port."""

    url: str
    data: Path
    folder: Path
    nodes: tuple[str, ...]
    processes: dict[str, Process] = field(default_factory=dict)

    def start(self, *nodes: str) -> None:
        """Start processes as the unit says, all at once, and wait until each answers."""
        parser = ConfigParser(interpolation=None)
        parser.optionxform = str  # type: ignore[method-assign,assignment]
        parser.read_string(unit())
        service = parser["Service"]
        for node in nodes:
            given = [text.replace("%i", node) for text in shlex.split(service["Environment"])]
            environment = dict(text.split("=", 1) for text in given)
            ours = {"KPI_BACKUP_DIR": str(self.folder / "copies"), "KPI_DATA": str(self.data), "KPI_TODAY": TODAY}
            program, *arguments = shlex.split(service["ExecStart"].replace("%i", node))
            assert program.endswith("/streamlit")
            arguments[arguments.index("/etc/kpi/secrets.toml")] = str(self.folder / "secrets.toml")
            self.processes[node] = started(arguments, {**environment, **ours}, self.log(node))
        for node in nodes:
            await_health(f"http://127.0.0.1:{node}", self.processes[node], self.log(node))

    def kill(self, node: str) -> None:
        """End a process at once, as a fault of the machine would."""
        os.kill(self.processes[node].pid, signal.SIGKILL)

    def log(self, node: str) -> Path:
        """What a process has written."""
        return self.folder / f"{node}.log"

    def other(self, node: str) -> str:
        """The name of the process that is not this one."""
        (found,) = set(self.nodes) - {node}
        return found

    def passed(self) -> list[Passed]:
        """Every request that nginx has finished with, in that order."""
        found = []
        for line in (self.folder / "nginx" / "access.log").read_text("utf-8").splitlines():
            node, tried, status, path = line.split(";", 3)
            ports = tuple(one.rsplit(":", 1)[-1] for one in tried.split(", "))
            found.append(Passed(node.strip("-"), ports, status, path))
        return found


@contextmanager
def deployed(folder: Path, data: Path, secrets: str) -> Iterator[Deployment]:
    """Two processes on one store behind nginx; ``{url}`` in the secrets stands for the address of all."""
    needed()
    ports = {named: free_port() for named in NAMED}
    port = free_port()
    made = Deployment(f"https://127.0.0.1:{port}", data, folder, tuple(map(str, ports.values())))
    (folder / "copies").mkdir()
    (folder / "secrets.toml").write_text(secrets.replace("{url}", made.url), "utf-8")
    try:
        with nginx(folder / "nginx", port, ports):
            made.start(*made.nodes)
            yield made
    finally:
        for process in made.processes.values():
            process.stop()
