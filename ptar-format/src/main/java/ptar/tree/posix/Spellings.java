package ptar.tree.posix;

import java.nio.file.FileSystemException;
import java.text.Normalizer;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import ptar.tree.Bytes;
import ptar.tree.FileFailure;

/// Finds what a folder takes for a name though it is spelt otherwise there: in case-folding folders of ext4 and f2fs,
/// on FAT, exFAT, NTFS, and servers of SMB.
///
/// Whether a folder does that no call tells for all of them. So a second spelling is looked for, and only where it
/// leads to something too, the folder is listed: elsewhere a question costs one call.
final class Spellings {
    private static final Bytes HERE = Bytes.of(".");

    /// What some fold to nothing: names without letters are spelt otherwise by it.
    private static final Bytes ZERO_WIDTH_JOINER = Bytes.of("\u200d");

    /// The folder asked for last: its names, so that many questions list it once.
    private Parents.Parent listed;
    private Set<Bytes> names;

    /// @param name that something was found by in the folder
    /// @throws FileSystemException if it is there under another spelling
    void refuseOther(Parents.Parent folder, Bytes name, Bytes path) throws FileSystemException {
        for (Bytes variant : variants(name)) {
            if (Inspector.isThere(folder.fd, variant)) {
                refuseUnlessListed(folder, name, path);
                return;
            }
        }
    }

    private synchronized void refuseUnlessListed(Parents.Parent folder, Bytes name, Bytes path)
            throws FileSystemException {
        if (listed == folder && names.contains(name)) {
            return;
        }
        names = Set.of();
        listed = folder;
        names = new HashSet<>(list(folder.fd, path));
        if (!names.contains(name)) {
            String key = key(name);
            Bytes other = names.stream().filter(n -> key(n).equals(key)).findFirst().orElse(null);
            throw FileFailure.otherSpelling(path.toString(), other);
        }
    }

    private static List<Bytes> list(int folder, Bytes path) throws FileSystemException {
        int fd = (int) Errno.check(Inspector.open(folder, HERE, false, Kernel.O_DIRECTORY), path);
        try {
            return PosixSourceTree.listNames(fd, path);
        } finally {
            Kernel.close(fd);
        }
    }

    private static Set<Bytes> variants(Bytes name) {
        Set<Bytes> variants = new LinkedHashSet<>();
        variants.add(withOtherCase(name));
        String text = name.utf8OrNull();
        if (text != null && text.length() < name.length()) {
            variants.add(Bytes.of(Normalizer.normalize(text, Normalizer.Form.NFC)));
            variants.add(Bytes.of(Normalizer.normalize(text, Normalizer.Form.NFD)));
            variants.add(Bytes.of(text.toUpperCase(Locale.ROOT)));
            variants.add(Bytes.of(text.toLowerCase(Locale.ROOT)));
        }
        variants.remove(name);
        return variants.isEmpty() ? Set.of(name.concat(ZERO_WIDTH_JOINER)) : variants;
    }

    /// Of ASCII's letters: those that all who fold at all do fold.
    private static Bytes withOtherCase(Bytes name) {
        byte[] bytes = name.toArray();
        for (int i = 0; i < bytes.length; i++) {
            int lower = bytes[i] | 0x20;
            if (lower >= 'a' && lower <= 'z') {
                bytes[i] = (byte) (bytes[i] ^ 0x20);
            }
        }
        return Bytes.wrap(bytes);
    }

    private static String key(Bytes name) {
        return Normalizer.normalize(
                name.toString().toUpperCase(Locale.ROOT).toLowerCase(Locale.ROOT), Normalizer.Form.NFKD);
    }
}
