"""Hostile requests: heads, multipart, ranges, tus, queries and JSON as no client ought to send."""

LONG = b"a" * 1_000_000


class Shapes:
    """Each is a name, the bytes of a request, and whether these are so little HTTP that the answer
    may have no problem in it, or there may be none. `token` may do everything; `media` is the path
    of a file, `upload` that of a resumable upload."""

    def __init__(self, token, media, upload):
        self.auth = b"Authorization: Token " + token.encode()
        self.media, self.upload = media.encode(), upload.encode()
        self.found = []

    def raw(self, name, request, is_no_http=True):
        self.found.append((name, request, is_no_http))

    def send(self, name, method, path, *headers, body=b"", length=True, is_no_http=False):
        head = [method + b" " + path + b" HTTP/1.1", b"Host: h", b"Connection: close", self.auth, *headers]
        if body and length:
            head.append(b"Content-Length: %d" % len(body))
        self.raw(name, b"\r\n".join(head) + b"\r\n\r\n" + body, is_no_http)

    def all(self):
        self.http()
        self.paths()
        self.queries()
        self.ranges()
        self.multipart()
        self.tus()
        self.json()
        return self.found

    def http(self):
        plain = b"GET /healthz HTTP/1.1\r\nHost: h\r\n"
        for name, request in {
            "method-unknown": b"BREW /healthz HTTP/1.1\r\nHost: h\r\n\r\n",
            "method-lower-case": b"get /healthz HTTP/1.1\r\nHost: h\r\n\r\n",
            "method-long": LONG + b" /healthz HTTP/1.1\r\nHost: h\r\n\r\n",
            "method-trace": b"TRACE / HTTP/1.1\r\nHost: h\r\n\r\n",
            "method-connect": b"CONNECT a:1 HTTP/1.1\r\nHost: h\r\n\r\n",
            "options-star": b"OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n",
            "version-0.9": b"GET /healthz\r\n\r\n",
            "version-9.9": b"GET /healthz HTTP/9.9\r\nHost: h\r\n\r\n",
            "version-2-preface": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
            "tls-hello": b"\x16\3\1\2\0\1\0\1\xfc\3\3" + bytes(500),
            "no-host": b"GET /healthz HTTP/1.1\r\n\r\n",
            "two-hosts": plain + b"Host: g\r\n\r\n",
            "host-wild": b"GET /api/media/files HTTP/1.1\r\nHost: \"><script>\r\n" + self.auth + b"\r\n\r\n",
            "absolute-target": b"GET http://evil.example/healthz HTTP/1.1\r\nHost: h\r\n\r\n",
            "header-without-colon": plain + b"garbage\r\n\r\n",
            "header-name-with-space": plain + b"A B: c\r\n\r\n",
            "header-folded": plain + b"A: b\r\n c\r\n\r\n",
            "header-nul": plain + b"A: b\0c\r\n\r\n",
            "header-bare-cr": plain + b"A: b\rc: d\r\n\r\n",
            "header-line-feeds": b"GET /healthz HTTP/1.1\nHost: h\n\n",
            "headers-10000": plain + b"A: b\r\n" * 10_000 + b"\r\n",
            "header-1-mb": plain + b"A: " + LONG + b"\r\n\r\n",
            "header-latin-1": plain + b"X-Request-Id: \xff\xfe\r\n\r\n",
            "request-id-long": plain + b"X-Request-Id: " + b"a" * 8000 + b"\r\n\r\n",
            "forwarded-loop": plain + b"X-Forwarded-For: " + b"1.1.1.1, " * 800 + b"\r\n\r\n",
            "websocket": plain + b"Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
            "h2c": plain + b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\n\r\n",
            "pipelined-1000": (plain + b"\r\n") * 1000,
            "nothing": b"\r\n" * 10_000,
        }.items():
            self.raw(name, request)
        post = b"POST /api/media/files HTTP/1.1\r\nHost: h\r\n" + self.auth + b"\r\nContent-Type: application/octet-stream\r\n"
        for name, rest in {
            "length-and-chunked": b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            "two-lengths": b"Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
            "length-negative": b"Content-Length: -1\r\n\r\n",
            "length-plus": b"Content-Length: +1\r\n\r\na",
            "length-2-64": b"Content-Length: 18446744073709551616\r\n\r\n",
            "length-2-63": b"Content-Length: 9223372036854775807\r\n\r\n",
            "length-hex": b"Content-Length: 0x1\r\n\r\na",
            "encoding-gzip": b"Transfer-Encoding: gzip\r\n\r\n",
            "encoding-twice": b"Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n",
            "encoding-identity": b"Transfer-Encoding: identity\r\n\r\n",
            "chunk-size-2-64": b"Transfer-Encoding: chunked\r\n\r\n10000000000000000\r\na\r\n0\r\n\r\n",
            "chunk-size-negative": b"Transfer-Encoding: chunked\r\n\r\n-1\r\na\r\n0\r\n\r\n",
            "chunk-extension-1-mb": b"Transfer-Encoding: chunked\r\n\r\n1;" + LONG + b"\r\na\r\n0\r\n\r\n",
            "chunk-garbage": b"Transfer-Encoding: chunked\r\n\r\n1\r\naXX0\r\n\r\n",
            "chunks-of-one": b"Transfer-Encoding: chunked\r\n\r\n" + b"1\r\na\r\n" * 20_000 + b"0\r\n\r\n",
            "trailers-10000": b"Transfer-Encoding: chunked\r\n\r\n0\r\n" + b"A: b\r\n" * 10_000 + b"\r\n",
            "expect-unknown": b"Expect: something\r\nContent-Length: 0\r\n\r\n",
            "content-gzip": b"Content-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc",
        }.items():
            self.raw(name, post + rest)
        for name, value in {
            "token-1-mb": b"Token " + LONG,
            "token-8000": b"Token " + b"a" * 8000,
            "token-empty": b"Token ",
            "token-latin-1": b"Token \xff\xff",
            "basic": b"Basic \xff\xff",
            "basic-bombs": b"Basic " + b"A" * 8000,
            "digest": b'Digest username="a", realm="b"',
        }.items():
            self.raw("authorization-" + name, b"GET /api/auth/me HTTP/1.1\r\nHost: h\r\nAuthorization: " + value + b"\r\n\r\n")

    def paths(self):
        for name, path in {
            "dots": b"/media/../../../../etc/passwd",
            "encoded-dots": b"/media/%2e%2e/%2e%2e/%2e%2e/etc/passwd",
            "encoded-slashes": b"/media/..%2f..%2f..%2fetc%2fpasswd",
            "twice-encoded": b"/media/%252e%252e%252fetc%252fpasswd",
            "overlong-utf-8": b"/media/%c0%ae%c0%ae/etc/passwd",
            "backslashes": b"/media/..\\..\\etc\\passwd",
            "absolute": b"/media//etc/passwd",
            "spool": b"/media/.spool/a",
            "mark": b"/media/.tintype",
            "nul": b"/media/a%00.jpg",
            "percent": b"/media/%",
            "percent-zz": b"/media/%zz",
            "latin-1": b"/media/%ff%fe",
            "raw-bytes": b"/media/\xff\xfe",
            "long": b"/media/" + b"a" * 60_000,
            "deep": b"/media/" + b"a/" * 30_000,
            "very-long": b"/" + LONG,
            "id-2-64": b"/api/media/files/18446744073709551616",
            "id-negative": b"/api/media/files/-1",
            "id-hex": b"/api/media/files/0x1",
            "id-long": b"/api/media/files/" + b"9" * 5000,
            "id-unicode": b"/api/media/files/%D9%A1",
        }.items():
            # The HTTP library answers these by itself.
            self.send("path-" + name, b"GET", path, is_no_http=name in ("raw-bytes", "very-long"))

    def queries(self):
        for value in (
            b"limit=-1", b"limit=99999999999999999999", b"limit=1e3", b"offset=9223372036854775807", b"offset=-1",
            b"limit=1&limit=2", b"ordering=;drop", b"ordering=" + b"id," * 2000, b"search=%00", b"search=%ff",
            b"search=" + b"a" * 30_000, b"search=%25%25%25%25%5f%5f", b"id=" + b"1," * 5000, b"cursor=x",
            b"cursor=" + b"A" * 20_000, b"created_from=yesterday", b"created_from=9999-99-99", b"created_from=-99999-01-01T00:00:00Z",
            b"tags=" + b"a," * 5000, b"similar_to=-1", b"size_min=-1", b"duration_min=NaN", b"checksum=sha256:x",
            b"a=b&" * 5000, b"=&=&=", b"%", b"unknown=1", b"type=" + b"image," * 5000, b"has_gps=2", b"visibility=x",
        ):  # fmt: skip
            self.send("query-" + value[:24].decode("latin-1"), b"GET", b"/api/media/files?" + value)
        for value in (
            b"width=0", b"width=-1", b"width=99999999999999999999", b"width=1e9", b"width=NaN", b"height=16385&enlarge=true",
            b"dpr=1e308", b"dpr=-1", b"dpr=NaN", b"format=exe", b"fit=x", b"focus=x,y", b"focus=1e308,1e308", b"background=zzzzzz",
            b"quality=-1", b"quality=99999", b"width=" + b"9" * 10_000, b"preset=../../x", b"download=" + b"%0d%0aSet-Cookie:a=b",
            b"download=" + b"a" * 20_000, b"expires=-1&signature=x", b"expires=99999999999999999999&signature=" + b"A" * 5000,
            b"width=64&width=65", b"width=64&" * 1000,
        ):  # fmt: skip
            self.send("media-query-" + value[:24].decode("latin-1"), b"GET", self.media + b"?" + value)

    def ranges(self):
        for value in (
            b"bytes=", b"bytes=-", b"bytes=-0", b"bytes=9-1", b"bytes=0-18446744073709551616", b"bytes=-18446744073709551616",
            b"bytes=99999999999-", b"bytes=a-b", b"units=0-1", b"bytes", b"bytes=0-0" + b",0-0" * 1000, b"bytes=0-" + b",0-" * 15,
            b"bytes=0-0,-1,5-4", b"bytes=" + b"0" * 7000 + b"-1", b"bytes=0-1\xff", b"bytes = 0 - 1", b"bytes=+0-+1", b"bytes=0-1;",
        ):  # fmt: skip
            self.send("range-" + value[:24].decode("latin-1"), b"GET", self.media, b"Range: " + value)
        for header in (
            b"If-Range: yesterday", b"If-Range: W/\"x\"", b"If-None-Match: " + b'"a",' * 2000, b"If-Modified-Since: 99 Xyz 99999",
            b"If-Match: \"", b"If-Unmodified-Since: Thu, 01 Jan 1970 00:00:00 GMT", b"Accept: " + b"image/webp;q=9.9," * 300,
            b"Accept-Encoding: " + b"gzip;q=0.0," * 500, b"Range: bytes=0-1\r\nRange: bytes=2-3",
        ):  # fmt: skip
            self.send("condition-" + header[:24].decode("latin-1"), b"GET", self.media, b"Range: bytes=0-1", header)

    def multipart(self):
        def part(headers, content=b"x"):
            return b"--b\r\n" + headers + b"\r\n\r\n" + content + b"\r\n"

        named = b'Content-Disposition: form-data; name="f"; filename="a.txt"'
        kind = b"multipart/form-data; boundary=b"
        end = b"--b--\r\n"
        for name, kind, body in (
            ("no-boundary", b"multipart/form-data", part(named) + end),
            ("boundary-empty", b"multipart/form-data; boundary=", part(named) + end),
            ("boundary-7000", b"multipart/form-data; boundary=" + b"b" * 7000, part(named) + end),
            ("boundary-quotes", b'multipart/form-data; boundary="b', part(named) + end),
            ("boundary-latin-1", b"multipart/form-data; boundary=\xff", part(named) + end),
            ("boundary-twice", kind + b"; boundary=c", part(named) + end),
            ("mixed", b"multipart/mixed; boundary=b", part(named) + end),
            ("no-end", kind, part(named)),
            ("half-an-end", kind, part(named) + b"--b-"),
            ("no-parts", kind, end),
            ("empty", kind, b""),
            ("garbage", kind, LONG),
            ("preamble-1-mb", kind, LONG + b"\r\n" + part(named) + end),
            ("epilogue-1-mb", kind, part(named) + end + LONG),
            ("parts-10000", kind, part(b'Content-Disposition: form-data; name="a"') * 10_000 + end),
            ("part-headers-10000", kind, part(b"A: b\r\n" * 10_000 + named) + end),
            ("part-header-1-mb", kind, part(b"A: " + LONG + b"\r\n" + named) + end),
            ("part-without-headers", kind, b"--b\r\n\r\nx\r\n" + end),
            ("part-without-name", kind, part(b"Content-Disposition: form-data") + end),
            ("part-attachment", kind, part(b'Content-Disposition: attachment; name="f"; filename="a"') + end),
            ("part-without-blank-line", kind, b"--b\r\n" + named + b"\r\n--b--\r\n"),
            ("line-feeds", kind, (part(named) + end).replace(b"\r\n", b"\n")),
            ("two-files", kind, part(named) * 2 + end),
            ("text-f", kind, part(b'Content-Disposition: form-data; name="f"') + end),
            ("name-nul", kind, part(b'Content-Disposition: form-data; name="f"; filename="a\0b"') + end),
            ("name-path", kind, part(b'Content-Disposition: form-data; name="f"; filename="../../../etc/passwd"') + end),
            ("name-windows", kind, part(b'Content-Disposition: form-data; name="f"; filename="C:\\con"') + end),
            ("name-100-kb", kind, part(b'Content-Disposition: form-data; name="f"; filename="' + b"a" * 100_000 + b'"') + end),
            ("name-latin-1", kind, part(b'Content-Disposition: form-data; name="f"; filename="\xff\xfe"') + end),
            ("name-bidi", kind, part('Content-Disposition: form-data; name="f"; filename="a\u202egpj.exe"'.encode()) + end),
            ("name-combining", kind, part(('Content-Disposition: form-data; name="f"; filename="a' + "\u0301" * 5000 + '"').encode()) + end),
            ("name-star", kind, part(b"Content-Disposition: form-data; name=\"f\"; filename*=utf-8''%ff%zz") + end),
            ("name-empty", kind, part(b'Content-Disposition: form-data; name="f"; filename=""') + end),
            ("name-dots", kind, part(b'Content-Disposition: form-data; name="f"; filename=".."') + end),
            ("base64", kind, part(named + b"\r\nContent-Transfer-Encoding: base64") + end),
            ("nested", kind, part(b'Content-Disposition: form-data; name="f"\r\nContent-Type: multipart/mixed; boundary=c', b"--c\r\n\r\nx\r\n--c--") + end),
            ("boundary-in-content", kind, part(named, b"\r\n--bx\r\n--b \r\n-" * 50_000) + end),
            ("field-1-mb", kind, part(b'Content-Disposition: form-data; name="name"', LONG) + part(named) + end),
            ("field-latin-1", kind, part(b'Content-Disposition: form-data; name="description"', b"\xff\xfe") + part(named) + end),
            ("field-nul", kind, part(b'Content-Disposition: form-data; name="description"', b"a\0b") + part(named) + end),
            ("visibility", kind, part(b'Content-Disposition: form-data; name="visibility"', b"everybody") + part(named) + end),
            ("type-wild", kind, part(named + b"\r\nContent-Type: \xff/\0") + end),
        ):  # fmt: skip
            self.send("multipart-" + name, b"POST", b"/api/media/files", b"Content-Type: " + kind, body=body)

    def tus(self):
        version, path = b"Tus-Resumable: 1.0.0", b"/api/media/uploads"
        for name, headers in {
            "no-version": [b"Upload-Length: 1"],
            "version-9": [b"Tus-Resumable: 9", b"Upload-Length: 1"],
            "no-length": [version],
            "length-negative": [version, b"Upload-Length: -1"],
            "length-2-64": [version, b"Upload-Length: 18446744073709551616"],
            "length-2-63": [version, b"Upload-Length: 9223372036854775807"],
            "length-text": [version, b"Upload-Length: abc"],
            "length-and-defer": [version, b"Upload-Length: 1", b"Upload-Defer-Length: 1"],
            "defer-2": [version, b"Upload-Defer-Length: 2"],
            "metadata-garbage": [version, b"Upload-Length: 1", b"Upload-Metadata: ,,, ,"],
            "metadata-base64": [version, b"Upload-Length: 1", b"Upload-Metadata: filename !!!!"],
            "metadata-twice": [version, b"Upload-Length: 1", b"Upload-Metadata: filename YQ==,filename Yg=="],
            "metadata-latin-1": [version, b"Upload-Length: 1", b"Upload-Metadata: filename //79"],
            "metadata-60-kb": [version, b"Upload-Length: 1", b"Upload-Metadata: filename " + b"YWFh" * 15_000],
            "metadata-keys": [version, b"Upload-Length: 1", b"Upload-Metadata: " + b",".join(b"k%d YQ==" % i for i in range(3000))],
            "concat-of-others": [version, b"Upload-Concat: final;" + b"/x " * 2000],
            "concat-of-nothing": [version, b"Upload-Concat: final;"],
            "concat-of-itself": [version, b"Upload-Concat: final;" + self.upload],
            "concat-partial-length": [version, b"Upload-Concat: partial"],
        }.items():
            self.send("tus-create-" + name, b"POST", path, *headers)
        body = b"Content-Type: application/offset+octet-stream"
        for name, headers in {
            "offset-wrong": [version, body, b"Upload-Offset: 5"],
            "offset-2-64": [version, body, b"Upload-Offset: 18446744073709551616"],
            "offset-negative": [version, body, b"Upload-Offset: -1"],
            "offset-missing": [version, body],
            "type-missing": [version, b"Upload-Offset: 0"],
            "checksum-unknown": [version, body, b"Upload-Offset: 0", b"Upload-Checksum: md99 YQ=="],
            "checksum-garbage": [version, body, b"Upload-Offset: 0", b"Upload-Checksum: sha1"],
            "checksum-wrong": [version, body, b"Upload-Offset: 0", b"Upload-Checksum: sha1 AAAAAAAAAAAAAAAAAAAAAAAAAAA="],
            "beyond-its-length": [version, body, b"Upload-Offset: 0"],
        }.items():
            self.send("tus-patch-" + name, b"PATCH", self.upload, *headers, body=b"x" * 100)
        for name, method, target in (
            ("head-unknown", b"HEAD", path + b"/" + b"0" * 32),
            ("head-path", b"HEAD", path + b"/..%2f..%2fx"),
            ("delete-unknown", b"DELETE", path + b"/" + b"f" * 5000),
            ("get-nul", b"GET", path + b"/%00"),
        ):
            self.send("tus-" + name, method, target, version)
        self.send("tus-override", b"POST", self.upload, version, body, b"X-HTTP-Method-Override: PATCH", b"Upload-Offset: 7", body=b"x")

    def json(self):
        kind = b"Content-Type: application/json"
        for name, path, method, body in (
            ("nested", b"/api/auth/token", b"POST", b"[" * 30_000),
            ("objects-nested", b"/api/auth/token", b"POST", b'{"a":' * 10_000),
            ("long", b"/api/auth/token", b"POST", b'{"username":"' + LONG + b'"}'),
            ("password-60-kb", b"/api/auth/token", b"POST", b'{"username":"admin","password":"' + b"a" * 60_000 + b'"}'),
            ("latin-1", b"/api/auth/token", b"POST", b'{"username":"\xff"}'),
            ("surrogate", b"/api/auth/token", b"POST", b'{"username":"\\ud800","password":"\\u0000"}'),
            ("twice", b"/api/auth/token", b"POST", b'{"username":"a","username":"b","password":"c"}'),
            ("nan", b"/api/auth/token", b"POST", b'{"username":NaN}'),
            ("number", b"/api/auth/token", b"POST", b"1" * 60_000),
            ("mark", b"/api/auth/token", b"POST", b'\xef\xbb\xbf{"username":"a","password":"b"}'),
            ("empty", b"/api/auth/token", b"POST", b" "),
            ("null", b"/api/auth/token", b"POST", b"null"),
            ("change-types", b"/api/media/files/1", b"PATCH", b'{"name":1,"description":[],"tags":{},"visibility":null,"focal_point":"x"}'),
            ("change-numbers", b"/api/media/files/1", b"PATCH", b'{"focal_point":{"x":1e999,"y":-1e999}}'),
            ("change-tags", b"/api/media/files/1", b"PATCH", b'{"tags":[' + b'"a",' * 10_000 + b'"b"]}'),
            ("change-nul", b"/api/media/files/1", b"PATCH", b'{"name":"a\\u0000b"}'),
            ("change-slashes", b"/api/media/files/1", b"PATCH", b'{"name":"../../x"}'),
            ("archive-ids", b"/api/media/archives", b"POST", b'{"ids":[' + b"1," * 20_000 + b"1]}"),
            ("archive-numbers", b"/api/media/archives", b"POST", b'{"ids":[99999999999999999999,-1,1.5]}'),
            ("link", b"/api/media/files/1/links", b"POST", b'{"lifetime":99999999999999999999}'),
            ("from-url", b"/api/media/files/from-url", b"POST", b'{"url":"file:///etc/passwd"}'),
            ("webhook", b"/api/webhooks", b"POST", b'{"url":"http://169.254.169.254/latest/meta-data"}'),
            ("upload-link", b"/api/media/upload-links", b"POST", b'{"max_files":-1,"max_size":1e99}'),
            ("form", b"/api/auth/token", b"POST", b"a=b&" * 10_000),
        ):
            self.send("json-" + name, method, path, kind, body=body)
        self.send("json-as-form", b"POST", b"/api/auth/token", b"Content-Type: application/x-www-form-urlencoded", body=b"username=%ff&password=%zz")
        self.send("json-as-nothing", b"POST", b"/api/auth/token", body=b'{"username":"a"}')
