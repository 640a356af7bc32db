"""A certificate authority for one run: made at start with the `openssl` command, gone with its directory.

It signs one certificate for all of the network's hosts. Nobody should ever install it; a client is pointed at its file.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from inroad.guard.errors import UserError

OPENSSL_TIMEOUT_S = 20.0
VALID_DAYS = 30
_CONFIG = """\
[req]
distinguished_name = name
prompt = no
[name]
O = Inroad example network
CN = {name}
[authority]
basicConstraints = critical, CA:TRUE, pathlen:0
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[server]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
subjectAltName = {hosts}
"""


@dataclass(frozen=True, slots=True)
class Certificates:
    """Files in PEM form.

    Attributes:
        ca_file: The authority's certificate, for clients.
        certificate_file: The server's certificate.
        key_file: The server's private key.
    """

    ca_file: Path
    certificate_file: Path
    key_file: Path


def make_certificates(directory: Path, hosts: Sequence[str]) -> Certificates:
    """Make an authority and a certificate for `hosts`, on the curve P-256.

    Raises:
        UserError: There is no `openssl` command, or it failed.
    """
    made = Certificates(directory / "ca.pem", directory / "server.pem", directory / "server.key")
    _write_config(directory / "ca.cnf", "Example authority", ["localhost"])
    _write_config(directory / "server.cnf", "Example sites", hosts)
    days = ["-days", str(VALID_DAYS)]
    new_key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    authority = ["-config", "ca.cnf", "-extensions", "authority", "-keyout", "ca.key", "-out", made.ca_file.name]
    _openssl(directory, "req", "-x509", *new_key, *authority, *days)
    _openssl(directory, "req", "-new", *new_key, "-config", "server.cnf", "-keyout", made.key_file.name, "-out", "server.csr")
    signer = ["-CA", made.ca_file.name, "-CAkey", "ca.key", "-CAcreateserial"]
    extensions = ["-extfile", "server.cnf", "-extensions", "server"]
    _openssl(directory, "x509", "-req", "-in", "server.csr", *signer, *extensions, "-out", made.certificate_file.name, *days)
    return made


def _write_config(path: Path, name: str, hosts: Sequence[str]) -> None:
    path.write_text(_CONFIG.format(name=name, hosts=", ".join(f"DNS:{host}" for host in hosts)), encoding="ascii")


def _openssl(directory: Path, *arguments: str) -> None:
    command = shutil.which("openssl")
    if command is None:
        raise UserError("The example network needs the openssl command, which is not installed.", mend="Install openssl.")
    done = subprocess.run(
        [command, *arguments], cwd=directory, capture_output=True, text=True, timeout=OPENSSL_TIMEOUT_S, check=False
    )
    if done.returncode != 0:
        last = done.stderr.strip().splitlines()[-1:] or ["no message"]
        raise UserError(f"openssl {arguments[0]} failed: {last[0]}", mend="Check that `openssl version` works.")
