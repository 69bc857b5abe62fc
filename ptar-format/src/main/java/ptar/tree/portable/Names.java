package ptar.tree.portable;

import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.nio.file.FileSystem;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystems;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.HexFormat;
import ptar.tree.Bytes;

/// Names as bytes and as the platform's paths: UTF-8 is text, and what is not text goes through percent-encoded URIs,
/// which the JDK's Unix file systems take byte by byte, whatever the locale.
final class Names {
    private static final boolean IS_LOCALE_UTF8 = "UTF-8".equalsIgnoreCase(System.getProperty("sun.jnu.encoding"));
    private static final HexFormat HEX = HexFormat.of().withUpperCase();

    private final FileSystem fileSystem;
    private final boolean takesUris;

    Names(FileSystem fileSystem) {
        this.fileSystem = fileSystem;
        takesUris = fileSystem == FileSystems.getDefault() && fileSystem.getSeparator().equals("/");
    }

    /// One name in a folder.
    ///
    /// @throws FileSystemException if the platform has no such names, or would take it for more than one
    Path path(Bytes name) throws FileSystemException {
        Path path = anyPath(name);
        if (path.getRoot() != null || path.getNameCount() != 1 || name.isEmpty() || name.indexOf((byte) 0, 0) >= 0) {
            throw invalid(name);
        }
        return path;
    }

    /// A path as a user gives it or a link holds it, with the platform's own separators and roots.
    Path anyPath(Bytes path) throws FileSystemException {
        String text = path.utf8OrNull();
        boolean isPlain = text != null && (IS_LOCALE_UTF8 || isAscii(text) || !takesUris);
        if (!isPlain && !takesUris) {
            throw invalid(path);
        }
        try {
            return isPlain ? fileSystem.getPath(text) : fromUri(path);
        } catch (InvalidPathException e) {
            throw invalid(path);
        }
    }

    private static Path fromUri(Bytes path) {
        StringBuilder uri = new StringBuilder("file:///");
        for (byte b : path.toArray()) {
            if (b == '/') {
                uri.append('/');
            } else {
                HEX.toHexDigits(uri.append('%'), b);
            }
        }
        Path absolute = Path.of(URI.create(uri.toString()));
        return path.get(0) == '/' ? absolute : absolute.getRoot().relativize(absolute);
    }

    /// The bytes of a path's last name.
    Bytes bytes(Path path) {
        return anyBytes(path.getFileName());
    }

    /// The bytes of a whole path.
    Bytes anyBytes(Path path) {
        String text = path.toString();
        if (isAscii(text) || IS_LOCALE_UTF8 && text.indexOf('\uFFFD') < 0 || !takesUris) {
            return Bytes.of(text);
        }
        byte[] all = decoded(path.toUri().getRawPath());
        int length = all.length;
        while (length > 1 && all[length - 1] == '/') {
            length--;
        }
        Bytes absolute = Bytes.copyOf(all, 0, length);
        if (path.isAbsolute()) {
            return absolute;
        }
        Bytes here = Bytes.wrap(decoded(Path.of("").toUri().getRawPath()));
        return absolute.slice(here.length(), absolute.length());
    }

    private static byte[] decoded(String rawPath) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int i = 0; i < rawPath.length(); i++) {
            char c = rawPath.charAt(i);
            if (c == '%') {
                out.write(HexFormat.fromHexDigits(rawPath, i + 1, i + 3));
                i += 2;
            } else {
                out.write(c);
            }
        }
        return out.toByteArray();
    }

    private static boolean isAscii(String text) {
        return text.chars().allMatch(c -> c < 0x80);
    }

    private static FileSystemException invalid(Bytes name) {
        return new FileSystemException(name.toString(), null, "Invalid or incomplete multibyte or wide character");
    }
}
