package ptar.cli.remote;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/// A proxy as companies have them, which TLS goes through by `CONNECT`: knows every name, and leads all of them to one
/// server of this machine.
public final class TunnelProxy implements Closeable {
    private final ServerSocket listener;
    private final int serverPort;
    private final String login;
    private final List<String> tunnels = new CopyOnWriteArrayList<>();
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();

    /// @param login `user:password` that is asked for, null for none
    public TunnelProxy(int serverPort, String login) throws IOException {
        this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        this.serverPort = serverPort;
        this.login = login;
        Thread.ofPlatform().daemon().start(this::accept);
    }

    /// For `https_proxy`.
    public String url() {
        return "http://" + (login == null ? "" : login + "@") + "127.0.0.1:" + listener.getLocalPort();
    }

    /// Hosts and ports, in the order of the tunnels that were dug.
    public List<String> tunnels() {
        return List.copyOf(tunnels);
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket client = listener.accept();
                sockets.add(client);
                Thread.ofVirtual().start(() -> serve(client));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void serve(Socket client) {
        try (client) {
            while (true) {
                String[] request = line(client.getInputStream()).split(" ");
                String said = "";
                for (String h = line(client.getInputStream()); !h.isEmpty(); h = line(client.getInputStream())) {
                    if (h.toLowerCase(Locale.ROOT).startsWith("proxy-authorization: basic ")) {
                        said = new String(Base64.getDecoder().decode(h.substring(27)), StandardCharsets.UTF_8);
                    }
                }
                if (!request[0].equals("CONNECT")) {
                    say(client, "405 Only tunnels\r\nContent-Length: 0");
                } else if (login != null && !login.equals(said)) {
                    say(client, "407 Who\r\nProxy-Authenticate: Basic realm=\"test\"\r\nContent-Length: 0");
                } else {
                    tunnel(client, request[1]);
                    return;
                }
            }
        } catch (IOException closed) {
            // The client sees it.
        } finally {
            sockets.remove(client);
        }
    }

    private void tunnel(Socket client, String to) throws IOException {
        try (Socket server = new Socket(InetAddress.getLoopbackAddress(), serverPort)) {
            sockets.add(server);
            tunnels.add(to);
            say(client, "200 Dug");
            Thread back = Thread.ofVirtual().start(() -> pass(server, client));
            pass(client, server);
            back.join();
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    private static void pass(Socket from, Socket to) {
        try {
            from.getInputStream().transferTo(to.getOutputStream());
            to.shutdownOutput();
        } catch (IOException closed) {
            // By one of the two.
        }
    }

    private static void say(Socket client, String what) throws IOException {
        client.getOutputStream().write(("HTTP/1.1 " + what + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
    }

    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0) {
                throw new IOException("ended");
            }
            line.append((char) b);
        }
        return line.toString().strip();
    }

    @Override
    public void close() throws IOException {
        listener.close();
        for (Socket socket : sockets) {
            socket.close();
        }
    }
}
