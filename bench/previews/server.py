"""A tintype server of its own in a folder of its own, and what it and its processes cost."""

import json
import os
import signal
import subprocess
import threading
import time
import urllib.error
import urllib.request
import uuid
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


class Server:
    def __init__(self, *options: str):
        command = [os.environ["TINTYPE_BINARY"], "serve", "--temporary", *options]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        ready = json.loads(self.process.stdout.readline())
        self.base, self.token = ready["url"], ready["token"]
        # Nobody needs the log, but a full pipe would stop the server.
        threading.Thread(target=self.process.stdout.read, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(300)

    def request(self, path: str, body: bytes | None = None, headers: dict | None = None, method: str | None = None):
        """Status and body; a connection that breaks is status 0."""
        headers = {"Authorization": f"Token {self.token}", **(headers or {})}
        asked = urllib.request.Request(self.base + path, body, headers, method=method)
        try:
            with urllib.request.urlopen(asked, timeout=120) as answer:
                return answer.status, json.loads(answer.read() or b"null")
        except urllib.error.HTTPError as refused:
            return refused.code, refused.read()
        except OSError as broken:
            return 0, str(broken)

    def upload(self, name: str, content: bytes):
        boundary = uuid.uuid4().hex
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="f"; filename="{name}"\r\n\r\n'
        body = head.encode() + content + f"\r\n--{boundary}--\r\n".encode()
        return self.request("/api/media/files", body, {"Content-Type": f"multipart/form-data; boundary={boundary}"})

    def delete(self, file: dict) -> None:
        self.request(f"/api/media/files/{file['id']}", method="DELETE")

    def cpu_seconds(self) -> float:
        """User and system time of the server and of its processes that have ended."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return sum(map(int, fields[11:15])) / TICKS

    def resident(self) -> int:
        """Bytes."""
        return int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    def children(self) -> list[int]:
        children = Path(f"/proc/{self.process.pid}/task").glob("*/children")
        return [int(pid) for listed in children for pid in listed.read_text().split()]


class Peak:
    """The largest resident set that any of some processes had within the block. The kernel keeps the peak of each, which is
    looked at every two milliseconds; `ru_maxrss` would count the memory of the process that forked it, too."""

    def __init__(self, pids):
        self.pids, self.mebibytes, self.ended = pids, 0.0, threading.Event()
        self.watching = threading.Thread(target=self.watch)

    def watch(self) -> None:
        while not self.ended.is_set():
            for pid in self.pids():
                try:
                    status = Path(f"/proc/{pid}/status").read_text()
                except OSError:
                    continue
                if "VmHWM:" in status:
                    kibibytes = int(status.partition("VmHWM:")[2].split()[0])
                    self.mebibytes = max(self.mebibytes, kibibytes / 1024)
            time.sleep(0.002)

    def __enter__(self):
        self.watching.start()
        return self

    def __exit__(self, *_):
        self.ended.set()
        self.watching.join()
