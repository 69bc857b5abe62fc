package ptar.crypto;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.util.ArrayList;
import java.util.List;
import ptar.error.ArchiveException;
import ptar.error.CorruptArchiveException;
import ptar.error.WrongKeyException;
import ptar.layout.ClosingMark;
import ptar.layout.Header;
import ptar.layout.Run;

/// Overwrites every copy of a local archive's header, in an order that never leaves it without a whole one. Spec §2.4.
///
/// Older closings come first, the last one next, the front last; each is on the disk before the next is begun. Stopped
/// anywhere, the archive is as it was, or its two ends differ: then readers refuse it, and [#repair] finishes.
public final class HeaderRewrite {
    private HeaderRewrite() {}

    /// Puts `next` in place of `current`.
    ///
    /// @param archive open for reading and writing
    /// @param name for messages
    /// @param current the header that was opened
    /// @param next made of it by [KeySlots]
    /// @param runs all of the archive, in order
    /// @throws IOException if another process is changing the archive, or has since, or the disk fails
    public static void rewrite(FileChannel archive, String name, Header current, Header next, List<Run> runs)
            throws IOException {
        FileLock lock = lock(archive, name);
        try (lock) {
            List<Long> copies = copies(current.length(), runs);
            ByteBuffer expected = ByteBuffer.wrap(current.toBytes());
            if (!read(archive, 0, current.length()).equals(expected)
                    || !read(archive, copies.getLast(), current.length()).equals(expected)) {
                throw new IOException(name + ": was changed by another program in the meantime");
            }
            for (long copy : copies) {
                Header.lengthFrom(read(archive, copy, current.length()), name);
            }
            writeAll(archive, name, next, copies);
        }
    }

    /// Where the copies of the header lie, in order: one behind the last run of each create or append. A gap between
    /// two runs is nothing else.
    static List<Long> copies(int headerLength, List<Run> runs) {
        List<Long> copies = new ArrayList<>();
        for (int i = 0; i < runs.size(); i++) {
            long end = runs.get(i).offset() + runs.get(i).storedLength();
            if (i + 1 == runs.size() || runs.get(i + 1).offset() > end) {
                copies.add(headerLength + end);
            }
        }
        return copies;
    }

    /// Makes the two ends the same again after a rewrite that was interrupted: with the newer of them if it is whole,
    /// with the older otherwise. Does nothing to an archive whose ends agree.
    ///
    /// It can't tell an interrupted rewrite from an older header that somebody put back at one end; either way the
    /// newer wins. Copies in older closings are left to the next [#rewrite].
    ///
    /// @param secrets open either header
    /// @return the header that the archive has now
    /// @throws WrongKeyException if no secret opens either, or neither is whole
    public static Header repair(FileChannel archive, String name, List<? extends Secret> secrets) throws IOException {
        FileLock lock = lock(archive, name);
        try (lock) {
            ClosingMark mark = readMark(archive, name);
            long copy = archive.size() - ClosingMark.SIZE - mark.headerLength();
            ByteBuffer front = read(archive, 0, mark.headerLength());
            ByteBuffer last = read(archive, copy, mark.headerLength());
            Header newest = newest(parsed(last, name), parsed(front, name), secrets, name);
            if (!front.equals(last)) {
                writeAll(archive, name, newest, List.of(copy));
            }
            return newest;
        }
    }

    private static Header newest(Header last, Header front, List<? extends Secret> secrets, String name)
            throws IOException {
        List<Header> whole = new ArrayList<>();
        try (MasterKey key = openEither(last, front, secrets, name)) {
            for (Header header : new Header[] {last, front}) {
                if (header != null && header.isAuthentic(key)) {
                    whole.add(header);
                }
            }
        }
        Header first = whole.getFirst();
        return whole.getLast().generation() > first.generation() ? whole.getLast() : first;
    }

    /// The key fits both if they are both whole: they are headers of one archive.
    private static MasterKey openEither(Header last, Header front, List<? extends Secret> secrets, String name)
            throws IOException {
        if (last == null && front == null) {
            throw new WrongKeyException(name);
        }
        if (last == null) {
            return KeySlots.unlock(front, secrets, name);
        }
        try {
            return KeySlots.unlock(last, secrets, name);
        } catch (ArchiveException lastDoesNotOpen) {
            if (front == null) {
                throw lastDoesNotOpen;
            }
            return KeySlots.unlock(front, secrets, name);
        }
    }

    /// @return null if it is damaged: half written, perhaps
    private static Header parsed(ByteBuffer bytes, String name) {
        try {
            return Header.readFrom(bytes.duplicate(), name);
        } catch (ArchiveException damaged) {
            return null;
        }
    }

    private static ClosingMark readMark(FileChannel archive, String name) throws IOException {
        long length = archive.size();
        if (length < ClosingMark.SIZE) {
            throw new CorruptArchiveException(name + ": no closing mark (cut short?)");
        }
        ClosingMark mark = ClosingMark.readFrom(
                read(archive, length - ClosingMark.SIZE, ClosingMark.SIZE), name + ": closing mark");
        if (mark.archiveLength() != length) {
            throw new CorruptArchiveException("%s: is %d bytes long, %d expected"
                    .formatted(name, length, mark.archiveLength()));
        }
        return mark;
    }

    private static void writeAll(FileChannel archive, String name, Header next, List<Long> copies)
            throws IOException {
        List<Long> places = new ArrayList<>(copies);
        places.add(0L);
        ByteBuffer bytes = ByteBuffer.wrap(next.toBytes());
        for (long place : places) {
            bytes.rewind();
            while (bytes.hasRemaining()) {
                archive.write(bytes, place + bytes.position());
            }
            archive.force(true);
        }
        for (long place : places) {
            if (!read(archive, place, next.length()).equals(bytes.rewind())) {
                throw new IOException("%s: the header at offset %d was not written as it should be"
                        .formatted(name, place));
            }
        }
    }

    private static ByteBuffer read(FileChannel archive, long offset, int length) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(length);
        while (bytes.hasRemaining()) {
            if (archive.read(bytes, offset + bytes.position()) < 0) {
                throw new EOFException("offset " + (offset + bytes.position()) + " is behind the end");
            }
        }
        return bytes.flip();
    }

    private static FileLock lock(FileChannel archive, String name) throws IOException {
        try {
            FileLock lock = archive.tryLock();
            if (lock != null) {
                return lock;
            }
        } catch (OverlappingFileLockException sameProgram) {
            // as below
        }
        throw new IOException(name + ": another program is changing it");
    }
}
