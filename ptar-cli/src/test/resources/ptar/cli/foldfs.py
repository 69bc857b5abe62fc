"""A file system in memory whose folders take names for one that differ by case or by how Unicode writes a letter, as
those of macOS and Windows do. For tests on kernels without one. Speaks the FUSE protocol (linux/fuse.h) itself.

foldfs.py FOLDER: mounts itself there, says so in a line, and serves until it is unmounted.
"""
import ctypes, errno, os, stat, struct, sys, time, unicodedata

(LOOKUP, FORGET, GETATTR, SETATTR, READLINK, SYMLINK) = range(1, 7)
(MKNOD, MKDIR, UNLINK, RMDIR, RENAME, LINK, OPEN, READ, WRITE, STATFS, RELEASE) = range(8, 19)
(FLUSH, INIT, OPENDIR, READDIR, RELEASEDIR, CREATE, DESTROY, BATCH_FORGET, RENAME2) = (
    25, 26, 27, 28, 29, 35, 38, 42, 45)


class Node:
    def __init__(self, number, mode, rdev=0):
        self.number, self.mode, self.rdev = number, mode, rdev
        self.uid = self.gid = 0
        self.links = 2 if stat.S_ISDIR(mode) else 1
        self.data = bytearray()
        self.names = {}  # key -> (spelling, node)
        self.atime = self.mtime = self.ctime = time.time_ns()

    def attributes(self):
        times = [t // 10**9 for t in (self.atime, self.mtime, self.ctime)]
        nanos = [t % 10**9 for t in (self.atime, self.mtime, self.ctime)]
        return struct.pack("<6Q10I", self.number, len(self.data), (len(self.data) + 511) // 512, *times, *nanos,
                           self.mode, self.links, self.uid, self.gid, self.rdev, 4096, 0)


class Refused(Exception):
    pass


nodes = {1: Node(1, stat.S_IFDIR | 0o755)}


def key(name):
    try:
        return unicodedata.normalize("NFD", unicodedata.normalize("NFD", name.decode()).casefold())
    except UnicodeDecodeError:
        return name


def entry(node):
    return struct.pack("<4Q2I", node.number, 0, 0, 0, 0, 0) + node.attributes()


def child(folder, name):
    if key(name) not in folder.names:
        raise Refused(errno.ENOENT)
    return folder.names[key(name)][1]


def add(folder, name, node):
    if key(name) in folder.names:
        raise Refused(errno.EEXIST)
    folder.names[key(name)] = (name, node)
    folder.mtime = folder.ctime = time.time_ns()


def make(folder, name, mode, rdev=0):
    node = Node(max(nodes) + 1, mode, rdev)
    add(folder, name, node)
    nodes[node.number] = node
    return node


def remove(folder, name):
    node = child(folder, name)
    if node.names:
        raise Refused(errno.ENOTEMPTY)
    del folder.names[key(name)]
    node.links -= 1


def rename(folder, name, target, new):
    node = child(folder, name)
    old = target.names.get(key(new))
    if old and old[1] is not node:
        remove(target, new)
    del folder.names[key(name)]
    target.names[key(new)] = (new, node)


def set_attributes(node, body):
    valid, _, _, size, _, atime, mtime, _, atimens, mtimens, _, mode, _, uid, gid, _ = struct.unpack(
        "<2I6Q8I", body[:88])
    if valid & 1:
        node.mode = node.mode & ~0o7777 | mode & 0o7777
    if valid & 2:
        node.uid = uid
    if valid & 4:
        node.gid = gid
    if valid & 8:
        node.data = node.data[:size] + bytes(max(0, size - len(node.data)))
    if valid & 16:
        node.atime = atime * 10**9 + atimens
    if valid & 32:
        node.mtime = mtime * 10**9 + mtimens
    if valid & 256:
        node.mtime = time.time_ns()


def listing(node, offset, size):
    out = b""
    everything = [(b".", node), (b"..", node)] + list(node.names.values())
    for i, (name, found) in enumerate(everything[offset:], offset + 1):
        record = struct.pack("<2Q2I", found.number, i, len(name), found.mode >> 12) + name
        record += bytes(-len(record) % 8)
        if len(out) + len(record) > size:
            break
        out += record
    return out


def answer(operation, node, body):
    names = body.split(b"\0")
    if operation == INIT:
        return struct.pack("<4I2H3I", 7, 31, 65536, 0, 16, 12, 1 << 17, 1, 0) + bytes(32)
    if operation == LOOKUP:
        return entry(child(node, names[0]))
    if operation == GETATTR:
        return struct.pack("<Q2I", 0, 0, 0) + node.attributes()
    if operation == SETATTR:
        set_attributes(node, body)
        return struct.pack("<Q2I", 0, 0, 0) + node.attributes()
    if operation == READLINK:
        return bytes(node.data)
    if operation == SYMLINK:
        link = make(node, names[0], stat.S_IFLNK | 0o777)
        link.data = bytearray(names[1])
        return entry(link)
    if operation == MKNOD:
        mode, rdev = struct.unpack("<2I", body[:8])
        return entry(make(node, body[16:].split(b"\0")[0], mode, rdev))
    if operation == MKDIR:
        return entry(make(node, body[8:].split(b"\0")[0], stat.S_IFDIR | struct.unpack("<I", body[:4])[0]))
    if operation in (UNLINK, RMDIR):
        remove(node, names[0])
        return b""
    if operation in (RENAME, RENAME2):
        old, new = body[8 if operation == RENAME else 16:].split(b"\0")[:2]
        rename(node, old, nodes[struct.unpack("<Q", body[:8])[0]], new)
        return b""
    if operation == LINK:
        linked = nodes[struct.unpack("<Q", body[:8])[0]]
        add(node, body[8:].split(b"\0")[0], linked)
        linked.links += 1
        return entry(linked)
    if operation in (OPEN, OPENDIR):
        return struct.pack("<Q2I", 0, 0, 0)
    if operation == CREATE:
        mode = struct.unpack("<2I", body[:8])[1]
        return entry(make(node, body[16:].split(b"\0")[0], mode)) + struct.pack("<Q2I", 0, 0, 0)
    if operation == READ:
        _, offset, size = struct.unpack("<2QI", body[:20])
        return bytes(node.data[offset:offset + size])
    if operation == WRITE:
        _, offset, size = struct.unpack("<2QI", body[:20])
        node.data += bytes(max(0, offset + size - len(node.data)))
        node.data[offset:offset + size] = body[40:40 + size]
        node.mtime = time.time_ns()
        return struct.pack("<2I", size, 0)
    if operation == READDIR:
        _, offset, size = struct.unpack("<2QI", body[:20])
        return listing(node, offset, size)
    if operation == STATFS:
        return struct.pack("<5Q4I", 1 << 20, 1 << 20, 1 << 20, 1 << 20, 1 << 20, 4096, 255, 4096, 0) + bytes(24)
    if operation in (RELEASE, RELEASEDIR, FLUSH, DESTROY):
        return b""
    raise Refused(errno.ENOSYS)


def main(folder):
    device = os.open("/dev/fuse", os.O_RDWR)
    libc = ctypes.CDLL(None, use_errno=True)
    options = f"fd={device},rootmode=40000,user_id=0,group_id=0,allow_other"
    if libc.mount(b"foldfs", os.fsencode(folder), b"fuse", 6, options.encode()) != 0:
        raise OSError(ctypes.get_errno(), "mount")
    print("mounted", flush=True)
    while True:
        try:
            request = os.read(device, 1 << 18)
        except OSError as e:
            if e.errno == errno.ENODEV:
                return
            if e.errno in (errno.EINTR, errno.ENOENT):
                continue
            raise
        _, operation, unique, number = struct.unpack("<2I2Q", request[:24])
        if operation in (FORGET, BATCH_FORGET):
            continue
        try:
            error, reply = 0, answer(operation, nodes.get(number), request[40:])
        except Refused as refused:
            error, reply = refused.args[0], b""
        os.write(device, struct.pack("<IiQ", 16 + len(reply), -error, unique) + reply)


main(sys.argv[1])
