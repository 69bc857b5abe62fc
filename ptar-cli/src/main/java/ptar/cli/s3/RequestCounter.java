package ptar.cli.s3;

import java.util.Locale;
import ptar.storage.TransferStats;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttribute;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.core.interceptor.SdkExecutionAttribute;
import software.amazon.awssdk.http.SdkHttpRequest;

/// Counts requests as they leave, repeated ones too, and writes a line for each answer with `-vvv`.
final class RequestCounter implements ExecutionInterceptor {
    private static final ExecutionAttribute<Integer> ATTEMPT = new ExecutionAttribute<>("ptar-attempt");
    private static final ExecutionAttribute<Long> STARTED = new ExecutionAttribute<>("ptar-started");

    private final TransferStats stats;

    RequestCounter(TransferStats stats) {
        this.stats = stats;
    }

    /// How many attempts a request took that has just returned or failed; kept by the thread that has made it.
    private static final ThreadLocal<Integer> LAST_ATTEMPTS = ThreadLocal.withInitial(() -> 0);

    static int lastAttempts() {
        return LAST_ATTEMPTS.get();
    }

    @Override
    public void beforeExecution(Context.BeforeExecution context, ExecutionAttributes attributes) {
        LAST_ATTEMPTS.set(0);
    }

    @Override
    public void beforeTransmission(Context.BeforeTransmission context, ExecutionAttributes attributes) {
        Integer before = attributes.getAttribute(ATTEMPT);
        int attempt = before == null ? 1 : before + 1;
        attributes.putAttribute(ATTEMPT, attempt);
        attributes.putAttribute(STARTED, System.nanoTime());
        LAST_ATTEMPTS.set(attempt);
        stats.countRequest();
        if (attempt > 1) {
            stats.countRetry();
        }
        context.httpRequest().firstMatchingHeader("Content-Length").ifPresent(n -> stats.countSent(Long.parseLong(n)));
    }

    @Override
    public void afterTransmission(Context.AfterTransmission context, ExecutionAttributes attributes) {
        if (stats.isTraced()) {
            SdkHttpRequest request = context.httpRequest();
            Integer attempt = attributes.getAttribute(ATTEMPT);
            stats.trace(String.format(
                    Locale.ROOT, "%s %s%s%s: %d after %d ms%s",
                    attributes.getAttribute(SdkExecutionAttribute.OPERATION_NAME),
                    request.host() + request.encodedPath(),
                    request.firstMatchingRawQueryParameter("partNumber").map(n -> " part " + n).orElse(""),
                    request.firstMatchingHeader("Range").map(r -> " " + r).orElse(""),
                    context.httpResponse().statusCode(),
                    (System.nanoTime() - attributes.getAttribute(STARTED)) / 1_000_000,
                    attempt == null || attempt == 1 ? "" : ", attempt " + attempt));
        }
    }
}
