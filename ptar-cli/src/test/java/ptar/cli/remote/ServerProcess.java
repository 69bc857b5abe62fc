package ptar.cli.remote;

import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// A server that runs beside the tests.
public final class ServerProcess implements Closeable {
    private final Process process;

    private ServerProcess(Process process) {
        this.process = process;
    }

    /// A program of this name, null if it is not installed (`.ci/install-remote-test-servers` does that).
    public static Path find(String name) {
        String own = System.getenv("PTAR_TEST_SERVERS");
        Path servers = own != null ? Path.of(own)
                : Path.of(System.getProperty("user.home"), ".cache/ptar-test-servers");
        String path = servers.resolve("node_modules/.bin") + ":" + System.getenv("PATH") + ":/usr/sbin";
        for (String folder : path.split(":")) {
            Path program = Path.of(folder, name);
            if (Files.isExecutable(program)) {
                return program;
            }
        }
        return null;
    }

    public static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /// Starts a program and waits until it listens.
    public static ServerProcess start(int port, List<String> command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        StringBuilder said = new StringBuilder();
        Thread.ofVirtual().start(() -> {
            try (BufferedReader reader = process.inputReader()) {
                reader.lines().forEach(said::append);
            } catch (IOException e) {
                // It has ended.
            }
        });
        for (int i = 0; i < 200; i++) {
            try (Socket _ = new Socket(InetAddress.getLoopbackAddress(), port)) {
                return new ServerProcess(process);
            } catch (IOException notYet) {
                if (!process.isAlive()) {
                    break;
                }
                Thread.sleep(50);
            }
        }
        process.destroyForcibly();
        throw new IOException(command + " does not listen: " + said);
    }

    @Override
    public void close() throws IOException {
        process.destroy();
        try {
            if (!process.waitFor(5, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
