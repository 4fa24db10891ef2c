"""A worker that writes garbage between good lines: bytes, huge lines, half JSON, wrong members, two ends."""

import json
import random
import sys

PREFIX = b'{"event":{"kind":"OnInformation","source":"T","time":1.5'
WRONG = (
    b'{"event": {"nothing": 1}}', b'{"event": {"kind": 7, "source": null}}', b'{"event": 7}', b'{"end": {"exit": 0}}',
    b'{"end": {"exit_code": "0"}}', b"[" * 100_000, b'{"event": {"kind": "OnError", "source": "T", "sequence": "x"}}',
    PREFIX + b',"sequence":1e999}}', PREFIX[:-3] + b'NaN,"sequence":50}}', PREFIX + b',"sequence":true}}',
    PREFIX + b',"sequence":51,"data":{"a":{"$decimal":"x"}}}}', PREFIX + b',"sequence":52,"data":[1]}}',
    PREFIX + b',"sequence":123456789012345678901234567890}}', b'{"event":{"kind":"RowsSent","source":"D","sequence":53}}',
    b'{"event":{"kind":"RowsSent","source":"D","sequence":54,"data":{"path":7,"rows":1}}}', b"null", b'"', b"\x00\xff",
    b'{"event":{"kind":"RowsSent","source":"D","sequence":55,"data":{"path":"P","rows":"many"}}}',
)  # fmt: skip


def good(number: int, text: str = "") -> bytes:
    event = {"kind": "OnInformation", "source": "T", "time": 1.5, "sequence": number, "message": text}
    return json.dumps({"event": event}).encode()


def main() -> None:
    place = json.loads(sys.stdin.readline())["spool"]
    noise = random.Random(7)
    with open(place, "ab") as spool:
        for number in (1, 2, 5, 3, 4, 5, 6):
            spool.write(good(number, "\ud800 \u2028 \0") + b"\n")
            spool.write(noise.randbytes(4000) + b"\n")
            spool.flush()
        for line in WRONG:
            spool.write(line + b"\n")
        spool.write(b"x" * 9_000_000 + b"\n" + good(7)[:30] + b"\n" + good(8) + b"\n")
        for code in (0, 1):
            spool.write(json.dumps({"end": {"exit_code": code, "finished": 2.5}}).encode() + b"\n")
        spool.write(good(9) + b"\n" + good(10)[:-5])
    sys.exit(3)


if __name__ == "__main__":
    main()
