package ptar;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import ptar.index.EntryCursor;
import ptar.layout.Entry;
import ptar.read.ArchiveReader;
import ptar.read.ExtractListener;
import ptar.read.Extractor;
import ptar.read.KeyFinder;
import ptar.read.RestoreListener;
import ptar.read.RestoreOptions;
import ptar.read.Restorer;
import ptar.read.Selection;
import ptar.storage.FileSink;
import ptar.storage.FileSource;
import ptar.storage.Sink;
import ptar.tree.Bytes;
import ptar.tree.EntryPath;
import ptar.tree.SourceTree;
import ptar.tree.TargetTree;
import ptar.write.ArchiveWriter;
import ptar.write.EntrySource;
import ptar.write.TreeWalk;
import ptar.write.WalkOperand;
import ptar.write.WriteListener;
import ptar.write.WriteOptions;

/// The README's examples: what stands there between the markers is what runs here.
class ReadmeTest {
    @TempDir
    Path folder;

    private final List<String> listed = new ArrayList<>();

    private void write(String home, Path file) throws IOException {
        // README: write
        try (SourceTree files = Trees.source(Bytes.of(home), SourceTree.Wanted.DEFAULT);
                EntrySource entries = new TreeWalk(List.of(WalkOperand.of(files, Bytes.of("notes"))));
                Sink sink = new FileSink(file)) {
            ArchiveWriter.write(entries, sink, WriteOptions.DEFAULT, WriteListener.NONE);
        }
        // README: end
    }

    private ByteBuffer read(Path file) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(3);
        // README: read
        try (ArchiveReader archive = ArchiveReader.open(new FileSource(file), KeyFinder.PLAIN)) {
            EntryCursor entries = archive.entries(EntryPath.of("notes"), EntryCursor.Damage.FATAL);
            for (Entry entry = entries.next(); entry != null; entry = entries.next()) {
                listed.add(entry.path() + " " + entry.metadata().size());
            }
            try (SeekableByteChannel todo = archive.open(archive.find(EntryPath.of("notes/todo.txt")))) {
                todo.position(4).read(bytes);
            }
        }
        // README: end
        return bytes;
    }

    private void extract(Path file, String target, RestoreListener problems) throws IOException {
        // README: extract
        try (ArchiveReader archive = ArchiveReader.open(new FileSource(file), KeyFinder.PLAIN);
                TargetTree tree = Trees.target(Bytes.of(target), false);
                Restorer restorer = new Restorer(tree, RestoreOptions.defaults(false), problems);
                Extractor extractor = new Extractor(archive, restorer, Selection.ALL, ExtractListener.NONE, 4)) {
            extractor.extract(archive.entries(EntryPath.ROOT, EntryCursor.Damage.FATAL), true);
        }
        // README: end
    }

    @Test
    void examplesDoWhatTheySay() throws IOException {
        Path home = Files.createDirectories(folder.resolve("home/notes")).getParent();
        Files.writeString(home.resolve("notes/todo.txt"), "buy milk");
        Path archive = folder.resolve("notes.ptar");
        write(home.toString(), archive);
        ByteBuffer read = read(archive);
        assertEquals(List.of("notes 0", "notes/todo.txt 8"), listed);
        assertArrayEquals("mil".getBytes(), read.array());
        Path out = Files.createDirectory(folder.resolve("out"));
        List<String> problems = new ArrayList<>();
        extract(archive, out.toString(), new RestoreListener() {
            @Override
            public void failed(Bytes name, String message, IOException cause) {
                problems.add(name + ": " + message);
            }

            @Override
            public void notRestored(Bytes name, String kind, IOException cause) {
                problems.add(name + ": " + kind);
            }

            @Override
            public void kept(Bytes name, Kept why) {
                problems.add(name + ": " + why);
            }

            @Override
            public void backedUp(Bytes name, Bytes backup) {
                problems.add(name + ": " + backup);
            }
        });
        assertEquals(List.of(), problems);
        assertEquals("buy milk", Files.readString(out.resolve("notes/todo.txt")));
    }

    @Test
    void readmeShowsTheExamples() throws IOException {
        Path module = Path.of("").toAbsolutePath();
        String readme = Files.readString(module.resolveSibling("README.md"));
        List<String> source = Files.readAllLines(module.resolve("src/test/java/ptar/ReadmeTest.java"));
        int examples = 0;
        for (int i = 0; i < source.size(); i++) {
            String marker = source.get(i).strip();
            if (marker.startsWith("// README: ") && !marker.endsWith(" end")) {
                StringBuilder example = new StringBuilder();
                for (int k = i + 1; !source.get(k).strip().equals("// README: end"); k++) {
                    example.append(source.get(k).substring(8)).append('\n');
                }
                assertTrue(readme.contains(example), () -> marker + " differs from README.md:\n" + example);
                examples++;
            }
        }
        assertEquals(3, examples);
    }
}
