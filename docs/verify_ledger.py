#!/usr/bin/env python3
"""Checks a ledger report or a ledger export of Kuramori (蔵守).

    python3 verify_ledger.py FILE [--key BASE64] [--earlier OLDER_FILE]

Needs nothing but Python 3: neither Kuramori nor any key of the vault. The formats are
described in docs/formats/ledger-report.md and docs/formats/ledger.md.

--key      the vault's public key as somebody you trust gave it to you. Without it the
           key in the file is used and printed: compare it with the one on the vault's
           screen, or everything below proves nothing.
--earlier  a report or export of the same ledger made before: checks that the newer file
           still holds what the older one ends with (nothing cut off, nothing rewritten).

Prints one line and ends with 0 when everything holds, 1 when something does not, 2 when
the file cannot be read.
"""

import argparse
import base64
import binascii
import hashlib
import json
import sys

TYPE = b"kuramori/ledger-report/v1"
MAX_HEAD = 16 * 1024
MAX_LINE = 2 + 64 + 1 + 4096


class Broken(Exception):
    """What does not hold, and where."""


# --- Ed25519 (RFC 8032), verification only ---------------------------------------------

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT_OF_MINUS_ONE = pow(2, (P - 1) // 4, P)


def add(a, b):
    """The sum of two points in extended coordinates (X, Y, Z, T), section 5.1.4."""
    minus, plus = (a[1] - a[0]) * (b[1] - b[0]), (a[1] + a[0]) * (b[1] + b[0])
    t, z = 2 * D * a[3] * b[3], 2 * a[2] * b[2]
    e, f, g, h = plus - minus, z - t, z + t, plus + minus
    return e * f % P, g * h % P, f * g % P, e * h % P


def multiply(scalar, point):
    total = (0, 1, 1, 0)
    while scalar:
        if scalar & 1:
            total = add(total, point)
        point = add(point, point)
        scalar >>= 1
    return total


def decode(encoded):
    """A point from its 32 bytes, or None; section 5.1.3."""
    y = int.from_bytes(encoded, "little")
    sign, y = y >> 255, y & (2**255 - 1)
    if y >= P:
        return None
    x_squared = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(x_squared, (P + 3) // 8, P)
    if (x * x - x_squared) % P:
        x = x * ROOT_OF_MINUS_ONE % P
    if (x * x - x_squared) % P or (x == 0 and sign):
        return None
    if x & 1 != sign:
        x = P - x
    return x, y, 1, x * y % P


def encode(point):
    inverse = pow(point[2], P - 2, P)
    x, y = point[0] * inverse % P, point[1] * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, "little")


BASE = decode((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))
NEUTRAL = encode((0, 1, 1, 0))


def signature_holds(key, message, signature):
    """Strict: canonical S, and neither the key nor R of small order."""
    public, r = decode(key), decode(signature[:32])
    s = int.from_bytes(signature[32:], "little")
    if public is None or r is None or len(signature) != 64 or s >= ORDER:
        return False
    if NEUTRAL in (encode(multiply(8, public)), encode(multiply(8, r))):
        return False
    digest = hashlib.sha512(signature[:32] + key + message).digest()
    k = int.from_bytes(digest, "little") % ORDER
    minus_public = (P - public[0], public[1], 1, P - public[3])
    return encode(add(multiply(s, BASE), multiply(k, minus_public))) == signature[:32]


# --- The file --------------------------------------------------------------------------


def unbase64(text, length, what):
    try:
        value = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        value = b""
    if len(value) != length:
        raise Broken(f"the {what} is not {length} bytes in base64")
    return value


def short_line(file, most):
    line = file.readline(most + 1)
    if not line.endswith(b"\n"):
        raise Broken("it is cut off, or a line is too long")
    return line[:-1]


def read_head(file, expected_key):
    """The signed head and the key, after the signature was found to hold."""
    if short_line(file, len(TYPE)) != TYPE:
        raise Broken("it is no ledger report of version 1")
    key_line, sig_line = short_line(file, 48), short_line(file, 92)
    if not (key_line.startswith(b"key ") and sig_line.startswith(b"sig ")):
        raise Broken("the key or the signature line is missing")
    key = unbase64(key_line[4:], 32, "key")
    signature = unbase64(sig_line[4:], 64, "signature")
    line = short_line(file, MAX_HEAD)
    if expected_key not in (None, key):
        raise Broken("another key than the expected one made it")
    if not signature_holds(key, TYPE + b"\n" + line + b"\n", signature):
        raise Broken("its signature does not hold: the head was changed")
    return json.loads(line), key


class Chain:
    """The chain of hashes, from where the report begins."""

    def __init__(self, head, key):
        self.key = key
        self.seq = head["after"]["seq"]
        self.hash = bytes.fromhex(head["after"]["hash"])
        self.shown = self.left_out = self.checkpoints = 0

    def take(self, line):
        mark, rest = line[:2], line[2:]
        if mark == b"+ ":
            self.shown_entry(*self.split(rest))
        elif mark == b"- ":
            self.step(bytes.fromhex(rest.decode()))
            self.left_out += 1
        elif mark == b"= ":
            self.checkpoint(*self.split(rest))
        else:
            raise ValueError

    def split(self, rest):
        first, separator, second = rest.partition(b" ")
        if not separator:
            raise ValueError
        return first, second

    def step(self, content):
        if len(content) != 32:
            raise ValueError
        self.seq += 1
        self.hash = link(self.hash, content)

    def shown_entry(self, kept, data):
        n = self.seq + 1
        content = hashlib.sha256(b"kuramori/ledger-entry/v1\n" + data).digest()
        try:
            entry = json.loads(data)
            named = bytes.fromhex(entry["prev"])
            one_form = json.dumps(entry, ensure_ascii=False, separators=(",", ":")).encode() == data
        except (ValueError, KeyError, TypeError):
            named, one_form, entry = self.hash, False, None
        if link(named, content).hex().encode() != kept:
            raise Broken(f"entry {n} was edited: its bytes do not have the hash kept beside them")
        if not one_form:
            raise Broken(f"entry {n} is not an entry")
        if entry["seq"] != n:
            raise Broken(f"at {n} stands another entry: one was removed, added or moved")
        if named != self.hash:
            raise Broken(f"entry {n} does not follow the one before it")
        self.step(content)
        self.shown += 1

    def checkpoint(self, signature, body):
        signature = unbase64(signature, 64, "checkpoint's signature")
        if not signature_holds(self.key, b"kuramori/ledger-checkpoint/v1\n" + body, signature):
            raise Broken(f"the checkpoint for entry {self.seq} is not signed by the vault")
        named = json.loads(body)
        if named["seq"] > self.seq:
            raise Broken(f"a signed checkpoint names entry {named['seq']}, but the ledger ends before it")
        if named["seq"] < self.seq:
            raise ValueError
        if bytes.fromhex(named["hash"]) != self.hash:
            raise Broken(f"entry {self.seq} is not the one a signed checkpoint names")
        self.checkpoints += 1


def link(before, content):
    return hashlib.sha256(b"kuramori/ledger-link/v1\n" + before + content).digest()


def verify(path, expected_key=None, earlier=None):
    """The head of an intact file, the chain after its last entry, and the key.

    `earlier` is the head of an older file of the same ledger."""
    with open(path, "rb") as file:
        head, key = read_head(file, expected_key)
        body = hashlib.sha256()
        left = head["body_bytes"]
        to_skip = head["text_bytes"]
        while to_skip:
            piece = file.read(min(to_skip, 1 << 20))
            if not piece:
                raise Broken("it is cut off within its text")
            body.update(piece)
            to_skip -= len(piece)
            left -= len(piece)
        chain = Chain(head, key)
        found = compare(chain, earlier)
        while left > 0:
            line = file.readline(min(MAX_LINE + 1, left))
            body.update(line)
            left -= len(line)
            if not line.endswith(b"\n"):
                raise Broken(f"it ends too early: the entries stop after {chain.seq}")
            try:
                chain.take(line[:-1])
            except (ValueError, KeyError, TypeError):
                raise Broken(f"after entry {chain.seq} stands a line that is none") from None
            found = compare(chain, earlier) or found
        if file.read(1):
            raise Broken("something follows its end")
    if (chain.seq, chain.hash.hex()) != (head["head"]["seq"], head["head"]["hash"]):
        raise Broken(f"the entries end with {chain.seq}, or with another hash than the head says")
    if chain.shown != head["shown"]:
        raise Broken("it shows another number of entries than the head says")
    if body.hexdigest() != head["body_sha256"]:
        raise Broken("its text was changed")
    if earlier and not found:
        seq = earlier["head"]["seq"]
        if seq > chain.seq:
            raise Broken(f"an earlier file names entry {seq}, but the ledger ends before it")
        raise Broken(f"it begins after entry {seq}, where the earlier file ends: ask for a longer one")
    return head, chain, key


def compare(chain, earlier):
    """Whether the chain has just reached the place where the earlier file ends."""
    if not earlier or chain.seq != earlier["head"]["seq"]:
        return False
    if chain.hash.hex() != earlier["head"]["hash"]:
        raise Broken(f"entry {chain.seq} is not the one an earlier file ends with")
    return True


def main():
    arguments = argparse.ArgumentParser(description="Checks a ledger report or export of Kuramori.")
    arguments.add_argument("file")
    arguments.add_argument("--key", help="the vault's public key, base64")
    arguments.add_argument("--earlier", help="a report or export made before")
    given = arguments.parse_args()
    try:
        key = unbase64(given.key, 32, "key given") if given.key else None
        earlier = None
        if given.earlier:
            earlier, _, key = verify(given.earlier, key)
        head, chain, key = verify(given.file, key, earlier)
    except Broken as problem:
        print(f"BROKEN: {problem}")
        return 1
    except (OSError, ValueError, KeyError, TypeError) as problem:
        print(f"UNREADABLE: {problem}")
        return 2
    print(
        f"INTACT: {head['kind']} {head['id']}, {chain.shown} entries shown, {chain.left_out} left out, "
        f"{chain.checkpoints} checkpoints, up to entry {chain.seq}"
    )
    if not given.key:
        digits = key.hex().upper()
        print("signed by", "-".join(digits[i : i + 4] for i in range(0, 64, 4)))
        print("Compare this key with the one on the vault's screen.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
