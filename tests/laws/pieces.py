"""Pieces that broke other servers: signs, names, expressions, pointers, lines of HTTP. requests.py puts them together."""

SIGNS = [
    "",
    " ",
    "\0",
    "\x01",
    "'",
    '"',
    "\\",
    ",",
    "|",
    "$",
    "%",
    "%00",
    "%zz",
    "é",
    "\u202e",
    "\ufeff",
    "𝔘",
    "\\,",
    "\\x",
    "-",
    "--",
    "{",
    "(" * 60,
    "9" * 400,
    "1e999",
    "-0",
    "NaN",
    "0001-01-01",
    "9999-12-31T23:59:60Z",
    "2026-02-30",
    "a" * 3000,
    "../..",
    "#",
    "*",
]
MODIFIERS = [
    "",
    ":missing",
    ":exact",
    ":not",
    ":in",
    ":not-in",
    ":text",
    ":of-type",
    ":above",
    ":below",
    ":identifier",
    ":iterate",
    ":Patient",
    ":x",
    "::",
    ":Patient.name",
]
PARAMETERS = [
    "_id",
    "_lastUpdated",
    "_tag",
    "_profile",
    "_list",
    "_has:Observation:subject:code",
    "_has:Observation:encounter:_has:Task:focus:code",
    "_sort",
    "_count",
    "_cursor",
    "_include",
    "_revinclude",
    "_summary",
    "_elements",
    "_total",
    "_format",
    "_pretty",
    "_since",
    "_type",
    "_filter",
    "_text",
    "_content",
    "patient",
    "subject",
]
EXPRESSIONS = [
    "Observation",
    "Observation.note",
    "Observation.category[0]",
    "Observation.where(status='final')",
    "Observation.repeat($this)",
    "(",
    "1/0",
    "$this",
    "Observation.note.where(text.matches('(a+)+$'))",
    "Observation.descendants().descendants().descendants()",
    "%resource",
    "Observation.status.toInteger()",
    "Observation.value",
    "Observation.code.coding.where(system=%x)",
    "Observation." + "a." * 2000 + "b",
    "iif(" * 300,
    "'" + "a" * 9000 + "'.matches('(x+x+)+y')",
]
POINTERS = [
    "",
    "/",
    "/status",
    "/note/-",
    "/note/0",
    "/note/99999999999999999999",
    "/~2",
    "/~",
    "/code/coding/0/code",
    "/" * 5000,
    "/id",
    "/resourceType",
    "/meta/versionId",
]
_START = b"GET /fhir/metadata HTTP/1.1\r\nHost: x\r\n"
_POST = (
    b"POST /fhir/Observation HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer {token}\r\n"
    b"Content-Type: application/fhir+json\r\n"
)
LINES = [
    b"\r\n\r\n",
    b"\0\0\0\0\r\n\r\n",
    b"GET\r\n\r\n",
    b"GET / HTTP/9.9\r\n\r\n",
    b"GET /fhir/metadata\r\n\r\n",
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00",
    _START + b"A" * 100_000 + b": b\r\n\r\n",
    _START + b"".join(b"x%d: y\r\n" % n for n in range(500)) + b"\r\n",
    _START + b"x : y\r\n\r\n",
    _START + b"a: b\r\n c: d\r\n\r\n",
    _START + b"Host: y\r\nConnection: close\r\n\r\n",
    b"GET http://[::1 HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET /fhir/\xff\xfe\x00 HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET /fhir/Observation?" + b"a" * 200_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
    b"OPTIONS * HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    _POST + b"Content-Length: -1\r\n\r\n{}",
    _POST + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
    _POST + b"Content-Length: 99999999999999999999\r\n\r\n{}",
    _POST + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    _POST + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n",
    _POST + b'Transfer-Encoding: chunked\r\n\r\n2;a="\r\n{}\r\n0\r\nX: y\r\n\r\n',
    _POST + b"Transfer-Encoding: gzip, chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
    _POST + b"Transfer-Encoding: chunked\r\n\r\n" + b"1\r\n{\r\n" * 5_000 + b"0\r\n\r\n",
    _POST + b"Content-Length: 500\r\n\r\n{",
]

HEADERS = (
    "Accept If-Match If-None-Match If-Modified-Since If-None-Exist Prefer Content-Type Accept-Encoding Range".split()
)
HEADERS += (
    "X-Forwarded-Host Authorization Content-Encoding Expect Transfer-Encoding X-HTTP-Method-Override Cookie".split()
)
HEADER_VALUES = [
    "", "*/*;q=x", ",;=,", "W/", "a" * 7000, "é", "application/fhir+xml;q=0.1,*/*;q=nan", "bytes=0-0,1-1", "gzip", "chunked",
    "Wed, 99 Foo 2026", "return=;;=", "Bearer", "Basic é", "\t", "null",
]  # fmt: skip
STEPS = [
    "Observation", "Patient", "Binary", "_history", "_search", "$everything", "$validate", "$meta", "metadata", "", ".", "..",
    "%00", "%2f", "%ff", "é", "a" * 9000, "-1",
]  # fmt: skip
ENDS = [
    "", "?_format=xml", "?_format=json;é", "?_format=application%2Ffhir%2Bxml&_format=x", "?_cursor=YQ&_count=0",
    "?_since=x&_count=-1", "?" + "&" * 5000, "?_pretty=true",
]  # fmt: skip
VERSIONS = ['W/"1"', "W/", '"', "*", 'W/"99999999999999999999"', "é", 'W/"1", W/"2"', "x" * 5000]
JSON = [
    b'"\\ud800"', b'"\\u0000"', b"1e999999", b"-1e-999999", b"9" * 400, b"9" * 200_000, b"0." + b"1" * 100_000, b"[" * 50,
    b"[" * 5_000, b"[" * 100_000, b'{"a":' * 50_000, b"[" * 400 + b"]" * 400, b"[" + b"1," * 200_000 + b"1]",
    b"[" + b"{}," * 100_000 + b"{}]", b"[" + b"null," * 100_000 + b"null]", b"nul", b"NaN", b"\xff\xfe",
    b"\xef\xbb\xbf1", b"/**/1",
    b"{" + b",".join(b'"k%d":1' % n for n in range(20_000)) + b"}", *(b'"%b"' % sign.encode() for sign in SIGNS),
]  # fmt: skip
MEMBERS = [
    b'"note"',
    b'"valueQuantity"',
    b'"status"',
    b'"contained"',
    b'"extension"',
    b'"status":"final","status"',
    b'"_status"',
]
_ENTITIES = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "ha" * 50}">' for n in range(9))
_OPEN = "<Observation xmlns='http://hl7.org/fhir'>"
XML = [
    f"<!DOCTYPE x [{_ENTITIES}]>{_OPEN}<id value='&e8;'/></Observation>",
    f"<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>{_OPEN}<id value='&e;'/></Observation>",
    f"<!DOCTYPE x SYSTEM 'http://127.0.0.1:1/x.dtd'>{_OPEN}</Observation>",
    _OPEN + "<contained>" * 20_000,
    "<a>" * 100_000,
    f"{_OPEN}<x:y/></Observation>",
    "<Observation " + " ".join(f"a{n}='1'" for n in range(20_000)) + "/>",
    "<?xml version='1.0' encoding='utf-7'?><a/>",
    "\ufeff<a/>",
    "",
    "<",
    f"{_OPEN}<text><div xmlns='http://www.w3.org/1999/xhtml'>{'<b>' * 3000}{'</b>' * 3000}</div></text></Observation>",
    f"{_OPEN}<valueDecimal value='{'9' * 100_000}'/></Observation>",
    f"{_OPEN}{'<note/>' * 50_000}</Observation>",
]
LINKS = [
    "#",
    "",
    "Patient?identifier=a|b",
    "Observation?",
    "urn:uuid:x",
    "http://x/Observation/1",
    "Encounter?patient=x&code=%00",
]
URLS = ["Observation"] * 4 + ["Observation?code=a", "$x", "", "/", "?", "Patient/%2e%2e", "Observation/x.y"]
CONDITIONS = ["", "", "code=a", "_sort=x", "%", "identifier=a|b"]
STRANGE_ENTRIES: list[list[object]] = [
    [], [], [None], [{}], [1], [[]], [{"request": []}],
    [{"resource": {"resourceType": "Bundle", "entry": [{}]}, "request": {"method": "POST", "url": "Bundle"}}],
]  # fmt: skip
