package ptar.cli;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.NoSuchAlgorithmException;
import java.util.Random;
import javax.net.ssl.SSLContext;
import ptar.cli.location.Location;
import ptar.cli.location.RemoteOptions;
import ptar.cli.s3.S3;
import ptar.hash.Blake3;
import ptar.storage.TransferStats;

/// What the build does once with the finished program, so that the classes it loads go into the AOT cache and later
/// starts find them ready. Not for users; its output goes to a log of the build.
final class Training {
    /// What the build looks for in the log.
    private static final String UNEXPECTED = " in place of ";

    private Training() {
    }

    /// @param args a folder to work in, which exists and is empty, and where the training server finds `training.ptar`;
    ///     `local` for plain archives on this machine, `keys` for encrypted ones too, or `remote` for both, S3 and web
    ///     servers, with that server's URL
    public static void main(String[] args) throws IOException, InterruptedException {
        hashMuch();
        Path folder = Path.of(args[0]);
        Path tree = Files.createDirectories(folder.resolve("tree"));
        // 20 MB: enough for the loops over content to be compiled, so that their profiles are kept too.
        Random random = new Random(0);
        for (int i = 0; i < 400; i++) {
            Path sub = Files.createDirectories(tree.resolve("folder" + i % 4));
            byte[] content = new byte[random.nextInt(100_000)];
            for (int j = 0; j < content.length; j++) {
                content[j] = (byte) ('a' + random.nextInt(1 + i % 26));
            }
            Files.write(sub.resolve("file" + i + ".txt"), content);
        }
        Path many = Files.createDirectories(tree.resolve("many"));
        for (int i = 0; i < 3000; i++) {
            Files.writeString(many.resolve("small" + i), "small file " + i);
        }
        // With these the index has four leaves, so a node above them, and leaves to read ahead.
        for (int i = 0; i < 2000; i++) {
            Files.createSymbolicLink(many.resolve("link" + i), Path.of("small".repeat(30) + i));
        }
        Files.createSymbolicLink(tree.resolve("link"), Path.of("folder1/file1.txt"));
        try (FileChannel holes = FileChannel.open(
                tree.resolve("holes"), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            holes.write(ByteBuffer.wrap(new byte[] {1}), 1 << 20);
        }
        try {
            Files.createLink(tree.resolve("name"), tree.resolve("folder1/file1.txt"));
            Files.setAttribute(tree.resolve("name"), "user:training", ByteBuffer.wrap(new byte[] {1}));
        } catch (IOException | UnsupportedOperationException e) {
            System.err.println("training: not every file system has these: " + e);
        }
        String archive = folder.resolve("training.ptar").toString();

        train("--version");
        train("--help");
        train(64, "--no-such-option");
        train("-cvf", archive, "-C", folder.toString(), "tree");
        train("tvf", archive);
        train("tf", archive, "tree/folder1");
        train("xOf", archive, "tree/many/small7");
        String out = Files.createDirectories(folder.resolve("out")).toString();
        train("xf", archive, "-C", out);
        train("xf", archive, "-C", out, "tree/folder2/file2.txt"); // over what is there
        train("czf", archive, "--exclude=*7.txt", "-C", folder.toString(), "tree"); // in the place of another
        // A class that is not in the cache is looked for in one jar after the other, each of which has to be opened.
        String names = Files.writeString(folder.resolve("names"), "tree/folder2\n").toString();
        String renamed = folder.resolve("renamed.ptar").toString();
        train(2, "cf", renamed, "--transform=s/tree/wood/", "-C", folder.toString(), "-T", names, "tree/not-there");
        train(2, "xvf", renamed, "--strip-components=1", "--wildcards", "-C", out, "*.txt", "not-there");
        train(2, "tf", folder.resolve("not-there").toString());
        // For their classes only, so a few files: what a training run compiles, every later run compiles at once.
        train("cvf", renamed, "--totals", "--stats", "-C", folder.toString(), "tree/name", "tree/holes", "tree/link");
        if (args[1].equals("local")) {
            trainPipes(folder, Path.of(renamed), out); // in the other caches they cost sealed extraction some CPU
        } else {
            trainSealed(folder, tree);
        }
        if (args[1].equals("remote")) {
            trainRemote(folder, args[2]);
        }
        train("cf", "-", "-C", folder.toString(), "tree/link"); // the last, as it closes the output
    }

    /// Both widths of BLAKE3's lanes, until C2 has compiled them, before there is a second thread. Of two threads that
    /// count in one profile some counts get lost, and C2 takes the vector's size from how many rounds a loop seems to
    /// have had. (65 chunks and 13, 17 and 2 alone.)
    private static void hashMuch() {
        byte[] content = new byte[80_000];
        byte[] hash = new byte[Blake3.HASH_SIZE];
        for (int i = 0; i < 2000; i++) {
            Blake3.hash(content, 0, content.length, hash, 0);
            Blake3.hash(content, 0, content.length / 4, hash, 0);
        }
    }

    /// A pipe with a name does what standard input does, and can be there again and again.
    private static void trainPipes(Path folder, Path archive, String out) throws IOException, InterruptedException {
        String pipe = folder.resolve("pipe").toString();
        if (new ProcessBuilder("mkfifo", pipe).inheritIO().start().waitFor() != 0) {
            return; // it has said why
        }
        for (String[] command : new String[][] {
            {"tf", pipe}, {"tvf", pipe}, {"xf", pipe, "-C", out}, {"xvf", pipe, "-C", out, "tree/link"}}) {
            // A process, which opens the pipe before the archive, and can be ended if nobody reads.
            Process writer = new ProcessBuilder("sh", "-c", "exec cat \"$0\" > \"$1\"", archive.toString(), pipe)
                    .inheritIO().start();
            train(command);
            writer.destroy();
        }
    }

    private static void trainRemote(Path folder, String server) throws IOException {
        String out = Files.createDirectories(folder.resolve("out2")).toString();
        String endpoint = "--endpoint-url=" + server;
        train("tf", "s3://training/a.ptar", endpoint);
        train("xf", "s3://training/a.ptar", endpoint, "--stats", "-C", out, "tree/folder1");
        train("cf", "s3://training/new.ptar", endpoint, "--s3-part-size=5M", "-C", folder.toString(), "tree");
        train("tf", server + "/a.ptar");
        train("cf", "s3://training/new.ptar", "-C", folder.toString(), "tree/folder1"); // by AWS_ENDPOINT_URL
        train("tf", "s3://training/a.ptar", "--profile=training", "tree/link");
        try {
            // What every server but this one asks for: certificates, and a client that is ready for TLS. No more of it:
            // with TLS itself in the training, extracting a large archive from S3 took 1.17 times the CPU.
            SSLContext.getDefault();
            RemoteOptions byTls = RemoteOptions.builder().endpoint(server.replace("http:", "https:")).build();
            S3.openSource(new Location.S3("training", "a.ptar", null), byTls, new TransferStats()).close();
        } catch (NoSuchAlgorithmException noTls) {
            System.err.println("training: " + noTls);
        }
    }

    /// By a password: what can be saved is the loading of classes, not Argon2's second of computing.
    private static void trainSealed(Path folder, Path tree) throws IOException {
        String password = "--password-file=" + Files.writeString(folder.resolve("password"), "training");
        String sealed = folder.resolve("sealed.ptar").toString();
        train("-cf", sealed, password, "-C", tree.toString(), "folder2");
        train("tf", sealed, password, "folder2/file2.txt");
        train("xf", sealed, password, "-C", Files.createDirectories(folder.resolve("out3")).toString());
        train("key", "ls", sealed);
        String key = folder.resolve("key").toString();
        train("key", "new", key);
        train("-cf", sealed, "--key-file=" + key, "-C", tree.toString(), "folder2");
        train("tf", sealed, "--key-file=" + key);
    }

    private static void train(String... command) {
        train(0, command);
    }

    /// Tells the build what went another way than it should: such commands will start slower than they could.
    private static void train(int expected, String... command) {
        int exit = Main.run(command);
        System.err.println("\ntraining: " + String.join(" ", command) + ": exit " + exit
                + (exit == expected ? "" : UNEXPECTED + expected));
    }
}
