package ptar.cli.s3;

import java.net.URI;
import java.util.Properties;
import org.gaul.s3proxy.S3Proxy;
import ptar.cli.remote.FaultProxy;

/// A server that speaks S3 behind a network with latency and little bandwidth, as a program of its own: for
/// `benchmarks/compare-remote`.
final class FarServer {
    private FarServer() {
    }

    /// Prints the server's URL and the one that leads through the network, then serves until standard input ends. Each
    /// line of it is answered with what the network has counted since the last: requests, bytes to the server, bytes to
    /// the client.
    ///
    /// @param args folder for the objects, latency in ms, bytes a second of each connection (0: no limit)
    public static void main(String[] args) throws Exception {
        Properties folder = new Properties();
        folder.setProperty("jclouds.filesystem.basedir", args[0]);
        S3Proxy server = S3Server.start("filesystem-nio2", folder);
        URI uri = S3Server.uriOf(server);
        try (FaultProxy network = new FaultProxy(uri)) {
            network.latencyMillis(Integer.parseInt(args[1])).bytesPerSecond(Long.parseLong(args[2]));
            System.out.println(uri + " " + network.uri());
            while (System.in.read() >= 0) {
                System.out.println(
                        network.requests().size() + " " + network.bytesToServer() + " " + network.bytesToClient());
                network.reset();
            }
        } finally {
            server.stop();
        }
    }
}
