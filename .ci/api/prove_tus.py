"""Uploads by tuspy while the server is killed at random; see .ci/prove-tus."""

import atexit
import hashlib
import os
import pathlib
import random
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

import requests
from tusclient.client import TusClient

kills, clients, megabytes = (int(text) for text in (sys.argv[1:] + ["200", "4", "200"][len(sys.argv) - 1 :]))
folder = tempfile.TemporaryDirectory()
home = pathlib.Path(folder.name)
with socket.create_server(("127.0.0.1", 0)) as probe:
    port = probe.getsockname()[1]
url = f"http://127.0.0.1:{port}"
settings = {"bind": f"127.0.0.1:{port}", "data-dir": str(home / "data"), "max-upload-size": "1GiB",
            # Longer than it takes until another process goes on with a file that one was making.
            "abandoned-after": "2s", "upload-expires": "90s"}
command = [os.environ["TINTYPE_BINARY"], "serve"] + [f"--{name}={value}" for name, value in settings.items()]


def start():
    with open(home / "out", "ab") as out, open(home / "log", "ab") as log:
        server = subprocess.Popen(command, stdout=out, stderr=log)
    while server.poll() is None:
        try:
            requests.get(f"{url}/healthz", timeout=5)
            return server
        except requests.ConnectionError:
            time.sleep(0.02)
    sys.exit((home / "log").read_text())


server = start()
atexit.register(lambda: server.kill())
token = re.search(r"\b[0-9a-f]{40}\b", (home / "out").read_text())[0]
headers = {"Authorization": f"Token {token}"}
are_over = threading.Event()
arrived, problems, resumed = {}, [], [0]


def patiently(work):
    """Does something until the server answers."""
    while True:
        try:
            return work()
        except AssertionError:
            raise
        except Exception:  # tuspy has several for a server that is gone
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)


def state(upload_url):
    """Returns the file that an upload has become, if it has."""
    answer = requests.get(upload_url, headers=headers, timeout=60)
    if answer.status_code >= 500:
        raise ConnectionError(answer.text)
    assert answer.status_code == 200, answer.text
    return answer.json()["file"]


def upload(number):
    turn = 0
    while not are_over.is_set() or turn == 0:
        turn += 1
        path = home / f"{number}-{turn}.bin"
        content = random.Random(path.name).randbytes(megabytes << 20)
        path.write_bytes(content)
        uploader = patiently(lambda: TusClient(f"{url}/api/media/uploads", headers=headers).uploader(
            file_path=str(path), chunk_size=4 << 20, metadata={"filename": path.name}))
        patiently(lambda: uploader.set_url(uploader.create_url()))
        while uploader.offset < len(content):
            try:
                uploader.upload_chunk()
            except Exception:
                resumed[0] += 1
                uploader.offset = patiently(uploader.get_offset)
        while not (file := patiently(lambda: state(uploader.url))):
            time.sleep(0.05)
        arrived[file] = hashlib.sha256(content).hexdigest()
        path.unlink()


def run(number):
    try:
        upload(number)
    except BaseException as error:
        problems.append(repr(error))


deadline = time.monotonic() + 3600
threads = [threading.Thread(target=run, args=[number], daemon=True) for number in range(clients)]
for thread in threads:
    thread.start()
for _ in range(kills):
    time.sleep(random.uniform(0.05, 1.5))
    server.kill()
    server.wait()
    server = start()
are_over.set()
for thread in threads:
    thread.join()
assert not problems, problems
for file, checksum in arrived.items():
    object = requests.get(url + file, headers=headers, timeout=60).json()
    body = requests.get(object["f"], timeout=600).content
    assert hashlib.sha256(body).hexdigest() == checksum, object
count = requests.get(f"{url}/api/media/files?limit=1", headers=headers, timeout=60).json()["count"]
assert count == len(arrived), (count, len(arrived))


def left_over():
    """Objects that no file owns. Nothing is known of those in a bucket."""
    media = home / "data" / "media"
    kept = [path for path in media.rglob("*") if path.is_file() and ".spool" not in path.parts and path.name != ".tintype"]
    return len(kept) - (count if media.exists() and "TINTYPE_STORAGE_URL" not in os.environ else len(kept))


end = time.monotonic() + 240
while left_over() and time.monotonic() < end:
    time.sleep(1)
assert not left_over(), left_over()
server.send_signal(signal.SIGTERM)
server.wait()
print(f"{kills} kills: {count} files of {megabytes} MiB arrived with their SHA-256, by {clients} clients at a time; "
      f"{resumed[0]} requests were broken and continued; nothing is left over")
