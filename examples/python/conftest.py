"""A tintype server for the tests of an application.

The binary is `tintype` on the PATH, or what TINTYPE_BINARY names.
"""

import json
import os
import subprocess

import pytest
import requests


@pytest.fixture(scope="session")
def tintype():
    """`{"url": …, "token": …}` of a server of which nothing stays."""
    binary = os.environ.get("TINTYPE_BINARY", "tintype")
    server = subprocess.Popen([binary, "serve", "--temporary"], stdout=subprocess.PIPE, text=True)
    try:
        # The line comes once requests are answered; none comes if the server cannot start.
        yield json.loads(server.stdout.readline())
    finally:
        server.terminate()
        server.wait(timeout=60)


@pytest.fixture
def media(tintype):
    """A session with an admin's token."""
    session = requests.Session()
    session.headers["Authorization"] = f"Token {tintype['token']}"
    return session
