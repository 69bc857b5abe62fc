package ptar.cli.s3;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.net.URL;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import ptar.cli.location.RemoteOptions;
import ptar.storage.TransferStats;

class S3ConnectionTest {
    /// Opening takes that for granted.
    @ParameterizedTest
    @ValueSource(strings = {
        "software/amazon/awssdk/global/handlers/execution.interceptors",
        "software/amazon/awssdk/services/s3/execution.interceptors"
    })
    void noJarBringsInterceptors(String name) throws Exception {
        List<URL> found = Collections.list(S3Connection.class.getClassLoader().getResources(name));

        assertEquals(List.of(), found);
    }

    @Test
    void openingLeavesTheThreadItsClassLoader() throws Exception {
        ClassLoader before = Thread.currentThread().getContextClassLoader();
        RemoteOptions options = RemoteOptions.builder().region("x").build();

        S3Connection.open(options, new TransferStats()).close();

        assertEquals(before, Thread.currentThread().getContextClassLoader());
    }
}
