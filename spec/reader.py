#!/usr/bin/env python3
"""Reads plain ptar archives: written from ptar-format.md alone, to show that the text is enough.

    reader.py list ARCHIVE              every entry by the index, a line of JSON each
    reader.py journal ARCHIVE           the same by the journals alone, as from a pipe
    reader.py extract ARCHIVE FOLDER    by the index

Needs Python 3.8 and the zstd command. Slow (BLAKE3 in Python), complete in its checks, without keys.
Section numbers are those of the text. Names are bytes; in JSON each byte is a character of Latin-1.
"""
import hashlib
import json
import os
import re
import subprocess
import sys


class Broken(Exception):
    """What a reader must refuse."""


def need(valid, what):
    if not valid:
        raise Broken(what)


# ---- §1 conventions

def crc_table():
    table = []
    for n in range(256):
        for _ in range(8):
            n = n >> 1 ^ (0x82F63B78 if n & 1 else 0)
        table.append(n)
    return table


CRC_TABLE = crc_table()


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc = crc >> 8 ^ CRC_TABLE[(crc ^ byte) & 0xFF]
    return crc ^ 0xFFFFFFFF


IV = (0x6A09E667, 0xBB67AE85, 0x3C6EF372, 0xA54FF53A, 0x510E527F, 0x9B05688C, 0x1F83D9AB, 0x5BE0CD19)
CHUNK_START, CHUNK_END, PARENT, ROOT, KEYED, CONTEXT, MATERIAL = 1, 2, 4, 8, 16, 32, 64
PERMUTATION = (2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8)
QUARTERS = ((0, 4, 8, 12), (1, 5, 9, 13), (2, 6, 10, 14), (3, 7, 11, 15),
            (0, 5, 10, 15), (1, 6, 11, 12), (2, 7, 8, 13), (3, 4, 9, 14))


def words(data):
    return [int.from_bytes(data[i:i + 4], "little") for i in range(0, len(data), 4)]


def compress(chaining, block, counter, flags):
    m = words(block.ljust(64, b"\0"))
    v = list(chaining) + list(IV[:4]) + [counter & 0xFFFFFFFF, counter >> 32, len(block), flags]
    for _ in range(7):
        for i, (a, b, c, d) in enumerate(QUARTERS):
            for x, right, left in ((m[2 * i], 16, 12), (m[2 * i + 1], 8, 7)):
                v[a] = v[a] + v[b] + x & 0xFFFFFFFF
                t = v[d] ^ v[a]
                v[d] = (t >> right | t << 32 - right) & 0xFFFFFFFF
                v[c] = v[c] + v[d] & 0xFFFFFFFF
                t = v[b] ^ v[c]
                v[b] = (t >> left | t << 32 - left) & 0xFFFFFFFF
        m = [m[p] for p in PERMUTATION]
    return [v[i] ^ v[i + 8] for i in range(8)]


def blake3(data, key=IV, flags=0):
    def chunk(number, last):
        part = data[1024 * number:1024 * number + 1024]
        blocks = [part[i:i + 64] for i in range(0, len(part), 64)] or [b""]
        chaining = key
        for i, block in enumerate(blocks):
            mark = (CHUNK_START if i == 0 else 0) | (CHUNK_END if i == len(blocks) - 1 else 0)
            chaining = compress(chaining, block, number, flags | mark | (ROOT if last and mark & CHUNK_END else 0))
        return chaining

    def tree(first, count, top):
        if count == 1:
            return chunk(first, top)
        left = 1 << (count - 1).bit_length() - 1
        pair = tree(first, left, False) + tree(first + left, count - left, False)
        block = b"".join(w.to_bytes(4, "little") for w in pair)
        return compress(key, block, 0, flags | PARENT | (ROOT if top else 0))

    out = tree(0, max(1, -(-len(data) // 1024)), True)
    return b"".join(w.to_bytes(4, "little") for w in out)


def keyed(key, data):
    return blake3(data, words(key), KEYED)


def derive(context, material):
    return blake3(material, words(blake3(context.encode(), IV, CONTEXT)), MATERIAL)


def u(data, offset, size):
    return int.from_bytes(data[offset:offset + size], "little")


class Cursor:
    """Reads the primitives of §1 from one raw payload."""

    def __init__(self, data):
        self.data, self.at, self.counts, self.keys, self.key = data, 0, 1 << 18, 1 << 24, b""

    def bytes(self, n):
        need(self.at + n <= len(self.data), "payload ends too early")
        self.at += n
        return self.data[self.at - n:self.at]

    def u(self, size):
        return int.from_bytes(self.bytes(size), "little")

    def varint(self, most=2 ** 64 - 1):
        value = 0
        for shift in range(0, 70, 7):
            byte = self.u(1)
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                need(byte or not shift, "number is not minimal")
                need(value <= most, "number is too large")
                return value
        raise Broken("number is too long")

    def zigzag(self):
        z = self.varint()
        return z >> 1 if z % 2 == 0 else -(z >> 1) - 1

    def count(self):
        n = self.varint()
        self.counts -= n
        need(self.counts >= 0, "more than 2^18 things in a payload")
        return n

    def counted(self, most):
        return self.bytes(self.varint(most))

    def path(self):
        shared = self.varint(len(self.key))
        rest = self.counted(65535 - shared)
        self.key = self.key[:shared] + rest
        self.keys -= len(self.key)
        need(self.keys >= 0, "more than 2^24 bytes of keys")
        for part in self.key.split(b"/") if self.key else []:
            need(part not in (b"", b".", b"..") and b"\0" not in part, "name that must not be")
        return self.key

    def end(self):
        need(self.at == len(self.data), "bytes left over")


def order(path):
    """§7: `/` comes before every other byte."""
    return path.replace(b"/", b"\0")


# ---- §2, §10: header and closing

class Archive:
    MASTER = bytes(32)

    def __init__(self, data):
        self.data, self.blocks = data, {}
        need(len(data) >= 128 and data[-128:-120] == b"ptar-end", "no closing mark")
        mark = data[-128:]
        need(u(mark, 124, 4) == crc32c(mark[:124]), "closing mark: CRC32C")
        length = u(mark, 20, 4)
        need(u(mark, 8, 8) == len(data) and length == 256, "closing mark: lengths")
        self.header = data[-128 - length:-128]
        need(self.header == data[:length], "the two headers differ")
        self.check_header()
        need(not any(mark[72:80]) and not any(mark[112:124]), "closing mark: reserved")
        mac = keyed(derive("ptar v1 2026-11-22 closing mac", self.MASTER), mark[:80])
        need(mac == mark[80:112], "closing mark: MAC")
        index, offset, stored = u(mark, 16, 4), u(mark, 24, 8), u(mark, 32, 8)
        need(offset + stored + 2 * length + 128 == len(data), "closing mark: run")
        self.runs = {index: Run(self, index, offset, stored, mark[40:72])}
        self.root = self.read_root(index)

    def check_header(self):
        header = self.header
        need(header[:8] == b"\x89PTAR\r\n\x1a", "not a ptar archive")
        need(u(header, 8, 2) == 1 and u(header, 12, 4) == 256, "header: version or length")
        need(u(header, 16, 8) == 0, "header: needs a newer reader")
        need(header[56] == 0, "header: sealed, and there are no keys here")
        need(header[57] == 16 and u(header, 58, 2) == 0 and u(header, 60, 4) == 0, "header: out of range")
        need(header[40:56] == b"plain ptar v1\0\0\0" and not any(header[96:224]), "header: out of range")
        need(header[64:96] == derive("ptar v1 2026-11-22 commitment", self.MASTER), "header: commitment")
        mac = keyed(derive("ptar v1 2026-11-22 header mac", self.MASTER), header[:224])
        need(mac == header[224:], "header: MAC")

    # ---- §9

    def read_root(self, index):
        run = self.runs[index]
        end = run.plain(run.length - 32, 32)
        need(end[:4] == b"\xf7end" and u(end, 28, 4) == crc32c(end[:28]) and not any(end[20:28]), "run end")
        need(u(end, 8, 8) != 2 ** 64 - 1, "the last run has no root")
        pointer = (index, u(end, 8, 8), u(end, 4, 4), u(end, 16, 4), None)
        c = Cursor(self.frame(pointer, 4))
        c.varint()
        count = c.count()
        need(count == index, "run table")
        for i in range(count):
            offset, stored, salt = c.varint(), c.varint(), c.bytes(32)
            self.runs[i] = Run(self, i, offset, stored, salt)
        entries, total, height = c.varint(), c.varint(), c.u(1)
        need(height <= 8 and (height == 0) == (entries == 0), "height")
        top = self.pointer(c, pointer) if height else None
        if c.u(1):
            self.pointer(c, pointer)
        for _ in range(c.count()):
            c.varint()
            c.counted(len(c.data))
        c.end()
        return entries, total, height, top

    # ---- §4

    def pointer(self, c, parent):
        run, offset, stored, raw, digest = c.varint(65535), c.varint(), c.varint(1 << 27), c.varint(), c.bytes(32)
        need((run, offset + 24 + stored) <= (parent[0], parent[1]), "pointer to what does not lie before it")
        return run, offset, stored, raw, digest

    def frame(self, pointer, kind):
        run, offset, stored, raw, digest = pointer
        need(run in self.runs, "no such run")
        data = self.runs[run].plain(offset, 24 + stored)
        found, codec = check_head(data[:24], run, offset)
        need(found == kind, "frame of another type")
        need((u(data, 8, 4), u(data, 12, 4)) == (stored, raw), "frame of other lengths")
        payload = data[24:]
        need(digest is None or blake3(payload) == digest, "hash")
        return decompress(codec, payload, raw)

    # ---- §7, §8: the tree

    def entries(self):
        entries, total, height, top = self.root
        if height:
            found = []
            need(self.walk(top, height - 1, None, found) == (entries, total), "counts of the root")
            keys = [order(e.path) for e in found]
            need(all(a < b for a, b in zip(keys, keys[1:])), "order of keys")
            return found
        return []

    def walk(self, pointer, level, first, found):
        raw = self.frame(pointer, 3 if level else 2)
        start = len(found)
        c = Cursor(raw)
        if level == 0:
            self.leaf(c, pointer, found)
            counts = len(found) - start, sum(e.size for e in found[start:])
        else:
            need(c.u(1) == level, "level")
            children = [(c.path(), self.pointer(c, pointer), c.varint(), c.varint()) for _ in range(c.count())]
            c.end()
            for path, child, entries, total in children:
                need(self.walk(child, level - 1, path, found) == (entries, total), "counts of a child")
            counts = sum(x[2] for x in children), sum(x[3] for x in children)
        need(len(found) > start, "empty page")
        need(first is None or found[start].path == first, "first key of a child")
        return counts

    def leaf(self, c, pointer, found):
        owners = read_owners(c)
        blocks = [(c.varint(), self.pointer(c, pointer)) for _ in range(c.count())]
        ends = [0] * len(blocks)
        seconds = 0
        for _ in range(c.count()):
            entry = Entry(c.path())
            seconds = entry.read_metadata(c, owners, seconds)
            if entry.type == 1:
                entry.extents = self.extents(c, blocks, ends, pointer, entry.size, True)
            found.append(entry)
        c.end()

    def extents(self, c, blocks, ends, pointer, size, in_leaf):
        extents, left = [], size
        for _ in range(c.count()):
            head = c.varint()
            length, kind = head >> 2, head & 3
            left -= length
            need(length > 0 and left >= 0, "extents do not add up")
            if kind == 0:
                at = c.varint()
                need(at < len(blocks), "extent in an unknown block")
                offset = ends[at] + c.zigzag()
                ends[at] = offset + length
                extents.append((length, blocks[at], offset))
            elif kind == 1:
                extents.append((length, None, 0))
            else:
                need(kind == 2 and in_leaf, "extent of unknown kind")
                more = self.pointer(c, pointer)
                inner = Cursor(self.frame(more, 5))
                table = [(inner.varint(), self.pointer(inner, more)) for _ in range(inner.count())]
                extents += self.extents(inner, table, [0] * len(table), more, length, False)
                inner.end()
        need(left == 0, "extents do not add up")
        return extents

    # ---- §5

    def content(self, entry):
        for length, block, offset in entry.extents:
            if block is None:
                yield bytes(length)
            else:
                number, pointer = block
                found, content, _ = split_block(self.cached(pointer))
                need(found == number, "block of another number")
                need(0 <= offset and offset + length <= len(content), "extent outside of its block")
                yield content[offset:offset + length]

    def cached(self, pointer):
        if pointer not in self.blocks:
            self.blocks = {pointer: self.frame(pointer, 1)}
        return self.blocks[pointer]

    # ---- §6: forward

    def journal(self):
        """Entries by the journals, with their content; the later of two with one path wins."""
        blocks, found, offset = {}, {}, 256
        for index in sorted(self.runs):
            run = self.runs[index]
            need(run.offset + 256 >= offset, "runs overlap")
            offset = run.offset + 256 + run.stored
            opened = None
            position = 0
            while position < run.length - 32:
                head = run.plain(position, 24)
                kind, codec = check_head(head, index, position)
                stored, raw = u(head, 8, 4), u(head, 12, 4)
                payload = run.plain(position + 24, stored)
                need(crc32c(payload) == u(head, 16, 4), "payload's CRC32C")
                position += 24 + stored
                if kind == 1:
                    number, content, journal = split_block(decompress(codec, payload, raw))
                    blocks[index, number] = content
                    opened = self.records(Cursor(journal), index, number, blocks, found, opened)
            need(opened is None, "entry without an end")
            need(position == run.length - 32, "frames end before the run end")
        return [found[path] for path in sorted(found, key=order)]

    def records(self, c, run, number, blocks, found, opened):
        owners = read_owners(c)
        seconds = 0
        for _ in range(c.count()):
            kind, entry_number = c.u(1), c.varint()
            need(kind < 8 and (kind & 6) != 4, "record of unknown kind")
            if kind & 1:
                need(opened is None, "entry begins before the one before it ends")
                entry = Entry(c.path())
                entry.number = entry_number
                seconds = entry.read_metadata(c, owners, seconds)
                entry.pieces = []
            else:
                need(opened is not None and opened.number == entry_number, "record of an entry that is not open")
                entry = opened
            for _ in range(c.count()):
                head = c.varint()
                length, how = head >> 2, head & 3
                need(length > 0 and how != 2, "extent of unknown kind")
                if how == 1:
                    entry.pieces.append(bytes(length))
                    continue
                at = (run, number - c.varint(number)) if how == 0 else (c.varint(run - 1), c.varint())
                offset = c.varint()
                need(at in blocks and offset + length <= len(blocks[at]), "extent outside of its block")
                entry.pieces.append(blocks[at][offset:offset + length])
            opened = None if kind & 2 else entry
            if kind & 2:
                entry.changed |= bool(kind & 4)
                need(sum(map(len, entry.pieces)) == entry.size, "extents do not add up")
                need(entry.type == 1 or not entry.pieces, "content of what is no file")
                found[entry.path] = entry
            else:
                need(entry.type == 1, "what is no file goes on")
        c.end()
        return opened


class Run:
    """§3."""

    def __init__(self, archive, index, offset, stored, salt):
        need(salt == bytes(32), "salt of a plain run")
        self.offset, self.stored, self.opened = offset, stored, {}
        self.data = archive.data[256 + offset:256 + offset + stored]
        need(len(self.data) == stored and stored > 64, "run passes the end")
        preamble = self.data[:64]
        need(preamble[:8] == b"ptar-run" and u(preamble, 60, 4) == crc32c(preamble[:60]), "preamble")
        need(u(preamble, 8, 4) == index and not any(preamble[12:60]), "preamble")
        self.key = derive("ptar v1 2026-11-22 run key", archive.MASTER + salt + index.to_bytes(4, "little"))
        self.segments = -(-(stored - 64) // 65536)
        self.length = stored - 64 - 32 * self.segments
        self.tag = archive.header[40:44]

    def plain(self, offset, length):
        need(0 <= offset and offset + length <= self.length, "bytes outside of the run")
        first, last = offset // 65504, (offset + max(length, 1) - 1) // 65504
        joined = b"".join(self.segment(i) for i in range(first, last + 1))
        return joined[offset - first * 65504:][:length]

    def segment(self, i):
        if i not in self.opened:
            segment = self.data[64 + i * 65536:64 + (i + 1) * 65536]
            final = i == self.segments - 1
            n = len(segment) - 32
            need(n >= 32 and u(segment, 0, 4) == crc32c(segment[4:]), "segment: CRC32C")
            need(segment[4:8] == self.tag and u(segment, 8, 4) == i, "segment: place")
            need(u(segment, 12, 2) == n and u(segment, 14, 2) == (1 if final else 0), "segment: length or flags")
            need(keyed(self.key, segment[4:16 + n])[:16] == segment[16 + n:], "segment: tag")
            self.opened[i] = segment[16:16 + n]
        return self.opened[i]


RAW_LIMITS = {1: 2 ** 26 + 2 ** 24 + 16, 2: 2 ** 24, 3: 2 ** 24, 4: 2 ** 22, 5: 2 ** 21, 6: 2 ** 17, 7: 2 ** 24}


def check_head(head, run, offset):
    place = run.to_bytes(4, "little") + offset.to_bytes(8, "little")
    need(head[:4] == b"\xf7ptF" and u(head, 20, 4) == crc32c(head[:20] + place), "no frame here")
    kind, codec, stored, raw = head[4], head[5], u(head, 8, 4), u(head, 12, 4)
    need(kind >= 128 or kind in RAW_LIMITS, "frame of unknown type: needs a newer reader")
    need(u(head, 6, 2) == 0 and stored <= 1 << 27, "frame: out of range")
    if kind < 128:
        need(codec <= (2 if kind == 1 else 1), "frame of unknown codec: needs a newer reader")
        need(raw <= RAW_LIMITS[kind] and (codec > 0 or raw == stored), "frame: out of range")
    return kind, codec


def decompress(codec, payload, raw):
    if codec == 0:
        return payload
    process = subprocess.Popen(
        ["zstd", "--decompress", "--stdout", "--quiet", "--long=27"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    out, _ = process.communicate(payload)
    need(process.returncode == 0 and len(out) == raw, "does not decompress to its raw length")
    return positions_to_distances(out) if codec == 2 else out


# §4.1
OPCODES = re.compile(rb"[\xe8\xe9]|[\x89\x8b\x8d\x8f][\x05\x0d\x15\x1d\x25\x2d\x35\x3d]")


def positions_to_distances(payload):
    b, p = bytearray(payload), 0
    while True:
        match = OPCODES.search(b, p)
        if not match or match.start() + 6 > len(b):
            return bytes(b)
        q = match.end()
        if b[q + 3] in (0x00, 0xff):
            v = u(b, q, 4) - (q + 4) & 0x1ffffff
            b[q:q + 4] = (v | 0xfe000000 if v >> 24 else v).to_bytes(4, "little")
            p = q + 4
        else:
            p = q + 3


def split_block(raw):
    need(len(raw) >= 16 and u(raw, len(raw) - 4, 4) == 0, "block trailer")
    number, journal = u(raw, len(raw) - 16, 8), u(raw, len(raw) - 8, 4)
    content = len(raw) - 16 - journal
    need(0 <= content <= 1 << 26 and journal <= 1 << 24, "block trailer")
    return number, raw[:content], raw[content:content + journal]


def read_owners(c):
    return [(c.varint(2 ** 32 - 1), c.varint(2 ** 32 - 1), c.counted(255).decode(), c.counted(255).decode())
            for _ in range(c.count())]


TYPES = (None, "file", "folder", "symlink", "character device", "block device", "fifo", "socket")


class Entry:
    def __init__(self, path):
        self.path, self.size, self.extents, self.fields = path, 0, [], {}

    def read_metadata(self, c, owners, seconds):
        """§7.2. Returns the seconds that the next entry's count from."""
        start, flags, f = c.at, c.u(1), self.fields
        self.type = flags & 15
        need(1 <= self.type <= 7, "type")
        f["type"], f["mode"] = TYPES[self.type], c.varint(0o7777)
        owner = c.varint()
        need(owner < len(owners), "owner")
        f["owner"] = list(owners[owner])
        seconds = (seconds + c.zigzag() + 2 ** 63) % 2 ** 64 - 2 ** 63
        f["mtime"] = [seconds, c.varint(999999999)]
        if flags & 16:
            need(self.type != 2, "folder in a hard-link group")
            f["group"] = c.varint(2 ** 63 - 1)
        self.changed = bool(flags & 32)
        f["absolute"] = bool(flags & 64)
        if self.type == 1:
            self.size = f["size"] = c.varint(2 ** 63 - 1)
        elif self.type == 3:
            f["target"] = c.counted(65535).decode("latin-1")
            need(f["target"] and "\0" not in f["target"], "link target")
        elif self.type in (4, 5):
            f["device"] = [c.varint(2 ** 32 - 1), c.varint(2 ** 32 - 1)]
        if flags & 128:
            self.read_attributes(c)
        need(c.at - start <= 1 << 22, "metadata is too long")
        return seconds

    def read_attributes(self, c):
        count, before, f = c.count(), 0, self.fields
        need(1 <= count <= 65536, "number of attributes")
        for _ in range(count):
            tag = c.varint(2 ** 31 - 1)
            need(tag > before or tag == before and tag not in (0, 1, 2, 4), "order of attributes")
            before = tag
            v = Cursor(c.counted(1 << 22))
            if tag in (1, 2):
                f["atime" if tag == 1 else "btime"] = [v.zigzag(), v.varint(999999999)]
            elif tag == 3:
                name = v.counted(255)
                value = v.bytes(len(v.data) - v.at)
                xattrs = f.setdefault("xattrs", [])
                need(name and b"\0" not in name and len(value) <= 65536, "xattr")
                need(not xattrs or xattrs[-1][0].encode("latin-1") < name, "order of xattrs")
                xattrs.append([name.decode("latin-1"), value.hex()])
            elif tag == 4:
                f["flags"] = v.u(4)
            else:
                f.setdefault("unknown", []).append([tag, v.bytes(len(v.data)).hex()])
            v.end()

    def line(self, content):
        f = dict(self.fields, path=self.path.decode("latin-1"), changed=self.changed)
        if self.type == 1:
            digest = hashlib.sha256()
            for piece in content:
                digest.update(piece)
            f["sha256"] = digest.hexdigest()
        return json.dumps(f, sort_keys=True)


def extract(archive, folder):
    """Names, contents, links, modes: what is enough to look at an archive with."""
    base = os.fsencode(folder)
    folders = []
    for entry in archive.entries():
        at = os.path.join(base, entry.path) if entry.path else base
        if entry.type == 2:
            os.makedirs(at, exist_ok=True)
            folders.append((at, entry.fields["mode"]))
        elif entry.type == 1:
            with open(at, "xb") as out:
                for piece in archive.content(entry):
                    out.write(piece)
            os.chmod(at, entry.fields["mode"])
        elif entry.type == 3:
            os.symlink(entry.fields["target"].encode("latin-1"), at)
        elif entry.type == 6:
            os.mkfifo(at, entry.fields["mode"])
        else:
            print("passed over:", at, file=sys.stderr)
    for at, mode in reversed(folders):
        os.chmod(at, mode)


def main(arguments):
    if len(arguments) < 2 or arguments[0] not in ("list", "journal", "extract"):
        sys.exit(__doc__)
    with open(arguments[1], "rb") as file:
        data = file.read()
    try:
        archive = Archive(data)
        if arguments[0] == "list":
            for entry in archive.entries():
                print(entry.line(archive.content(entry)))
        elif arguments[0] == "journal":
            for entry in archive.journal():
                print(entry.line(entry.pieces))
        else:
            extract(archive, arguments[2])
    except Broken as broken:
        sys.exit("%s: %s" % (arguments[1], broken))


if __name__ == "__main__":
    main(sys.argv[1:])
