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

    /// The header of a local archive, if both ends have the same. Not verified: needs no key.
    ///
    /// @throws CorruptArchiveException if they differ
    public static Header read(FileChannel archive, String name) throws IOException {
        if (!endsAgree(archive, name)) {
            throw new CorruptArchiveException(name + ": the header differs from its copy at the end: damaged, or a"
                    + " change of keys was interrupted ('ptar key repair' finishes it), or an older header was put"
                    + " back");
        }
        return Header.readFrom(read(archive, 0, readMark(archive, name).headerLength()), name);
    }

    /// Whether the front and the last copy are the same.
    public static boolean endsAgree(FileChannel archive, String name) throws IOException {
        ClosingMark mark = readMark(archive, name);
        long copy = archive.size() - ClosingMark.SIZE - mark.headerLength();
        return read(archive, 0, mark.headerLength()).equals(read(archive, copy, mark.headerLength()));
    }

    /// Makes the two ends the same again after a rewrite that was interrupted: with the newer of them if it is whole,
    /// with the older otherwise. Does nothing to an archive whose ends agree.
    ///
    /// It can't tell an interrupted rewrite from an older header that somebody put back at one end; either way the
    /// newer wins. Copies in older closings are left to the next [#rewrite].
    ///
    /// @param secrets open either header
    /// @throws WrongKeyException if no secret opens either, or neither is whole
    public static Repaired repair(FileChannel archive, String name, List<? extends Secret> secrets)
            throws IOException {
        FileLock lock = lock(archive, name);
        try (lock) {
            ClosingMark mark = readMark(archive, name);
            long copy = archive.size() - ClosingMark.SIZE - mark.headerLength();
            ByteBuffer front = read(archive, 0, mark.headerLength());
            ByteBuffer last = read(archive, copy, mark.headerLength());
            Header[] ends = {parsed(last, name), parsed(front, name)};
            MasterKey key = openEither(ends[0], ends[1], secrets, name);
            Header newest = newest(ends, key);
            if (!front.equals(last)) {
                writeAll(archive, name, newest, List.of(copy));
            }
            return new Repaired(newest, key, !front.equals(last));
        }
    }

    /// @param header what the archive has now; it need not be the one that the secret opened
    /// @param key the caller's to wipe
    /// @param isChanged whether the ends differed
    public record Repaired(Header header, MasterKey key, boolean isChanged) implements AutoCloseable {
        @Override
        public void close() {
            key.close();
        }
    }

    private static Header newest(Header[] ends, MasterKey key) {
        Header newest = null;
        for (Header header : ends) {
            boolean isWhole = header != null && header.isAuthentic(key);
            if (isWhole && (newest == null || header.generation() > newest.generation())) {
                newest = header;
            }
        }
        return newest;
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
        int endLength = (int) Math.min(length, ClosingMark.SIZE);
        ByteBuffer end = read(archive, length - endLength, endLength);
        if (!ClosingMark.isAt(end)) {
            Header.lengthFrom(read(archive, 0, (int) Math.min(length, Header.PROBE_SIZE)), name);
        }
        ClosingMark mark = ClosingMark.readFrom(end, name);
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
