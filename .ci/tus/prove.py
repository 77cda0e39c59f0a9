"""Uploads by clients of others while the server is killed at random; see .ci/prove-tus."""

import atexit
import collections
import hashlib
import json
import os
import pathlib
import random
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time

import requests
from tusclient.client import TusClient

kills, clients, megabytes = (int(text) for text in (sys.argv[1:] + ["200", "1", "200"][len(sys.argv) - 1 :]))
folder = tempfile.TemporaryDirectory(prefix="prove-tus-", ignore_cleanup_errors=True)
home = pathlib.Path(folder.name)
with socket.create_server(("127.0.0.1", 0)) as probe:
    port = probe.getsockname()[1]
url = f"http://127.0.0.1:{port}"
places = {"data-dir": str(home / "data")}
settings = {"bind": f"127.0.0.1:{port}", "max-upload-size": "1GiB", "abandoned-after": "1m",
            "upload-expires": "4m"}
# How many uploads of a client may wait for their file while it goes on with the next one: who makes
# a file and is killed leaves it to a job, a minute later.
AHEAD = 4
# How many files are kept to the end. Others are compared and deleted earlier, for want of room.
KEPT = 20


environment = {name: value for name, value in os.environ.items() if name != "TINTYPE_BINARY"}


def command(name, settings, *more):
    return [os.environ["TINTYPE_BINARY"], name] + [f"--{key}={value}" for key, value in settings.items()] + list(more)


def start():
    with open(home / "out", "ab") as out, open(home / "log", "ab") as log:
        server = subprocess.Popen(command("serve", places | settings), stdout=out, stderr=log, env=environment)
    while server.poll() is None:
        try:
            requests.get(f"{url}/healthz", timeout=5)
            return server
        except requests.RequestException:
            time.sleep(0.02)
    sys.exit((home / "log").read_text())


def memory(server, field="VmHWM"):
    """Returns the most memory that a server has had, in MiB."""
    status = pathlib.Path(f"/proc/{server.pid}/status").read_text()
    return int(re.search(rf"{field}:\s+(\d+)", status)[1]) >> 10


# Ends with its servers and clients.
signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))
server = start()
atexit.register(lambda: server.kill())
token = re.search(r"\b[0-9a-f]{40}\b", (home / "out").read_text())[0]
headers = {"Authorization": f"Token {token}"}
are_over = threading.Event()
arrived, compared = collections.deque(), collections.Counter()
problems, broken = [], collections.Counter()


def patiently(work):
    """Does something until the server answers, ten minutes at most."""
    deadline = time.monotonic() + 600
    while True:
        try:
            return work()
        except AssertionError:
            raise
        except Exception:  # tuspy has several for a server that is gone
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)


def get(path, **more):
    answer = requests.get(path, headers=headers, timeout=600, **more)
    # 408: on a busy machine, the head of a request may take longer than the server waits for it.
    if answer.status_code >= 500 or answer.status_code == 408:
        raise ConnectionError(answer.text)
    assert answer.status_code == 200, (path, answer.status_code, answer.text)
    return answer


def await_file(upload_url, checksum, place):
    while not (file := patiently(lambda: get(upload_url).json()["file"])):
        time.sleep(0.2)
    arrived.append(("tuspy", file, checksum))
    place.release()


def by_tuspy(name):
    """Uploads from a file in pieces of 4 MiB."""
    turn, waiting, places = 0, [], threading.Semaphore(AHEAD)
    while not are_over.is_set() or turn == 0:
        turn += 1
        places.acquire()
        path = home / f"{name}-{turn}.bin"
        content = random.randbytes(megabytes << 20)
        checksum = hashlib.sha256(content).hexdigest()
        path.write_bytes(content)
        del content
        uploader = patiently(lambda: TusClient(f"{url}/api/media/uploads", headers=headers).uploader(
            file_path=str(path), chunk_size=4 << 20, metadata={"filename": path.name}))
        patiently(lambda: uploader.set_url(uploader.create_url()))
        while uploader.offset < megabytes << 20:
            try:
                uploader.upload_chunk()
            except Exception:
                broken["tuspy"] += 1
                uploader.offset = patiently(uploader.get_offset)
        path.unlink()
        waiting.append(threading.Thread(target=watched, args=(await_file, uploader.url, checksum, places), daemon=True))
        waiting[-1].start()
    for thread in waiting:
        thread.join()


def delete(path):
    answer = requests.delete(path, headers=headers, timeout=60)
    if answer.status_code not in (204, 404):
        raise ConnectionError(answer.text)


def by_node(client, name):
    """Uploads by a client in JavaScript, which says what arrived."""
    process = subprocess.Popen(
        ["node", os.environ["TUS_CLIENT"], client, name, str(megabytes << 20), str(AHEAD), str(home)], text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=os.environ | {"TINTYPE_URL": url, "TINTYPE_TOKEN": token})
    atexit.register(process.kill)
    threading.Thread(target=lambda: (are_over.wait(), process.stdin.close()), daemon=True).start()
    for line in process.stdout:
        told = json.loads(line)
        assert "problem" not in told, told
        broken[client] += told.get("broken", 0)
        if "file" in told:
            arrived.append((client, told["file"], told["sha256"]))
    assert process.wait() == 0, f"{client} failed"


def compare(client, file, checksum):
    """Compares a file with what was sent, and deletes it."""
    def read():
        object = get(url + file).json()
        sha256 = hashlib.sha256()
        for piece in get(object["f"], stream=True).iter_content(1 << 20):
            sha256.update(piece)
        assert sha256.hexdigest() == checksum, object
    patiently(read)
    patiently(lambda: delete(url + file))
    compared[client] += 1


def compare_early():
    while not are_over.is_set():
        if len(arrived) > KEPT:
            compare(*arrived.popleft())
        time.sleep(0.1)


def watched(work, *arguments):
    try:
        work(*arguments)
    except BaseException as error:
        problems.append(repr(error))


uploads = [(by_tuspy, f"tuspy-{i}") for i in range(clients)]
uploads += [(by_node, client, f"{client}-{i}") for client in ("tus-js-client", "uppy") for i in range(clients)]
threads = [threading.Thread(target=watched, args=work, daemon=True) for work in uploads + [(compare_early,)]]
for thread in threads:
    thread.start()
peaks = []
for count in range(kills):
    # Every two seconds or so, often sooner, and now and then late enough for a file to be made.
    time.sleep(0.2 + random.expovariate(1 / 2))
    peaks.append(memory(server))
    server.kill()
    server.wait()
    server = start()
    if problems:
        sys.exit(f"after {count + 1} kills: {problems}")
    if count % 20 == 19:
        print(f"{count + 1} kills, {len(arrived) + compared.total()} files, {peaks[-1]} MiB", flush=True)
are_over.set()
for thread in threads:
    thread.join()
assert not problems, problems
last = (memory(server, "VmRSS"), memory(server))
while arrived:
    compare(*arrived.popleft())


def left_over():
    """Returns what is left of uploads, though no file is."""
    with sqlite3.connect(f"file:{home}/data/tintype.db?mode=ro", uri=True) as database:
        # Keys that were used stay noted as `gone`.
        tables = ["files", "uploads", "upload_parts", "upload_sources", "jobs", "strays WHERE state <> 'gone'"]
        rows = {table: database.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in tables}
    spooled = [str(path) for path in (home / "data").glob("**/.spool/*")]
    return {table: count for table, count in rows.items() if count}, spooled


print("all are compared; waits until uploads expire", flush=True)
end = time.monotonic() + 3600
while any(left_over()) and time.monotonic() < end:
    time.sleep(1)
assert not any(left_over()), left_over()
# It lists the objects in the storage that no row owns.
check = subprocess.run(command("check", places, "--json"), capture_output=True, text=True, env=environment)
assert check.returncode == 0 and json.loads(check.stdout)["objects"] == 0, check
server.send_signal(signal.SIGTERM)
server.wait()
sent = ", ".join(f"{client} {count}" for client, count in sorted(compared.items()))
print(f"{kills} kills: {compared.total()} files of {megabytes} MiB arrived with their SHA-256 ({sent}), {clients} uploads "
      f"of each client at a time; {broken.total()} requests were broken and continued ({dict(broken)}); at most "
      f"{max(peaks)} MiB of memory, {last[0]} MiB (at most {last[1]} MiB) at the end of the uploads; nothing is left over")
