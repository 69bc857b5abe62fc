package ptar.cli.s3;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.Locale;
import javax.net.ssl.SSLException;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.AbortedException;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.model.InvalidObjectStateException;

/// Turns what the SDK throws into one line: what, where, and what to do.
final class S3Errors {
    private S3Errors() {
    }

    /// @param name `s3://bucket/key`
    /// @param action the request, as AWS names the permission for it (`GetObject`)
    static IOException translate(SdkException e, String name, String action) {
        IOException translated = e instanceof AwsServiceException service
                ? ofService(service, name, action)
                : ofClient(e, name);
        if (translated.getCause() == null) {
            translated.initCause(e);
        }
        return translated;
    }

    static int statusOf(SdkException e) {
        return e instanceof AwsServiceException service ? service.statusCode() : 0;
    }

    /// AWS's own word for the failure, empty if there is none: answers to HEAD have no body.
    static String codeOf(SdkException e) {
        return e instanceof AwsServiceException service && service.awsErrorDetails() != null
                        && service.awsErrorDetails().errorCode() != null
                ? service.awsErrorDetails().errorCode()
                : "";
    }

    /// Whether new credentials would help.
    static boolean isExpired(SdkException e) {
        return switch (codeOf(e)) {
            case "ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired", "RequestExpired" -> true;
            default -> false;
        };
    }

    /// Whether the connection was lost where the SDK does not try again: while it read the answer's body. Asked by the
    /// thread that made the request.
    static boolean isCutAnswer(SdkException e) {
        return e instanceof SdkClientException && find(e, IOException.class) != null
                && RequestCounter.lastAttempts() == 1;
    }

    /// Whether a server seems not to know a header: what Swift, older Ceph and others answer.
    static boolean isNotSupported(SdkException e) {
        return statusOf(e) == 501
                || switch (codeOf(e)) {
                    case "NotImplemented", "InvalidArgument", "InvalidRequest", "XNotImplemented" -> true;
                    default -> false;
                };
    }

    private static IOException ofService(AwsServiceException e, String name, String action) {
        String region = e.awsErrorDetails() == null || e.awsErrorDetails().sdkHttpResponse() == null
                ? null
                : e.awsErrorDetails().sdkHttpResponse().firstMatchingHeader("x-amz-bucket-region").orElse(null);
        return switch (codeOf(e)) {
            case "AccessDenied", "AllAccessDisabled" -> new AccessDeniedException(
                    name, null, "access denied: these credentials may not do s3:" + action
                            + "; try --profile, or ask the bucket's owner");
            case "AccountProblem" -> new AccessDeniedException(name, null, "AWS has a problem with this account");
            case "InvalidAccessKeyId", "SignatureDoesNotMatch", "UnrecognizedClientException" ->
                new AccessDeniedException(
                        name, null, "the server does not accept these credentials (" + codeOf(e)
                                + "): check the key and the secret, --profile and --endpoint-url");
            case "ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired", "RequestExpired", "InvalidToken" ->
                new AccessDeniedException(
                        name, null, "the credentials have expired: log in again (aws sso login), then try again");
            case "RequestTimeTooSkewed" ->
                failure(name, "this machine's clock is wrong by more than 15 minutes: set it, then try again");
            case "NoSuchBucket" -> new NoSuchFileException(
                    name, null, "no such bucket: check its name, --region and --endpoint-url");
            case "NoSuchKey" -> new NoSuchFileException(name, null, "no such object");
            case "NoSuchVersion" -> new NoSuchFileException(name, null, "no such version of this object");
            case "InvalidObjectState" -> failure(
                    name, "archived" + storageClassOf(e)
                            + ": restore it first (aws s3api restore-object), then try again");
            case "PermanentRedirect", "TemporaryRedirect", "AuthorizationHeaderMalformed",
                    "IllegalLocationConstraintException", "BucketRegionError" -> wrongRegion(name, region);
            case "SlowDown", "ServiceUnavailable", "Throttling", "ThrottlingException", "RequestLimitExceeded" ->
                failure(name, "the server is overloaded (" + codeOf(e) + "), after "
                        + e.numAttempts() + " attempts: try again later");
            case "BadDigest", "XAmzContentSHA256Mismatch", "XAmzContentChecksumMismatch" ->
                failure(name, "bytes were changed on their way to the server (" + codeOf(e)
                        + "): check the network and the memory of this machine");
            case "EntityTooSmall" ->
                failure(name, "the server wants larger parts: give a larger --s3-part-size");
            case "InvalidPart" ->
                failure(name, "the server has lost or refused a part: try again, with --s3-part-size=64M "
                        + "if it wants equal parts");
            default -> ofStatus(e, name, action, region);
        };
    }

    private static IOException ofStatus(AwsServiceException e, String name, String action, String region) {
        if (e.statusCode() == 400 && region != null && codeOf(e).isEmpty()) {
            // HEAD in the wrong region: no body, and so no code.
            return wrongRegion(name, region);
        }
        return switch (e.statusCode()) {
            case 301, 307 -> wrongRegion(name, region);
            case 401, 403 -> new AccessDeniedException(
                    name, null, "access denied: these credentials may not do s3:" + action
                            + "; try --profile, or ask the bucket's owner");
            case 404 -> new NoSuchFileException(name, null, "no such object");
            default -> {
                String code = codeOf(e);
                String message = e.awsErrorDetails() == null ? null : e.awsErrorDetails().errorMessage();
                yield failure(
                        name, action + " failed: " + e.statusCode() + (code.isEmpty() ? "" : " " + code)
                                + (message == null || message.isEmpty() ? "" : ", " + oneLine(message))
                                + (e.numAttempts() != null && e.numAttempts() > 1
                                        ? " (" + e.numAttempts() + " attempts)" : ""));
            }
        };
    }

    private static String storageClassOf(AwsServiceException e) {
        return e instanceof InvalidObjectStateException state && state.storageClassAsString() != null
                ? " in storage class " + state.storageClassAsString()
                : "";
    }

    private static IOException wrongRegion(String name, String region) {
        return failure(
                name, region == null
                        ? "the bucket is in another region: give it with --region"
                        : "the bucket is in region " + region + ": give --region " + region);
    }

    private static IOException ofClient(SdkException e, String name) {
        String message = e.getMessage() == null ? "" : e.getMessage();
        String lower = message.toLowerCase(Locale.ROOT);
        if (e instanceof AbortedException || find(e, InterruptedException.class) != null) {
            InterruptedIOException interrupted = new InterruptedIOException(name + ": interrupted");
            interrupted.initCause(e);
            return interrupted;
        }
        if (lower.contains("sso") && (lower.contains("expired") || lower.contains("invalid"))
                || lower.contains("token") && lower.contains("expired")) {
            return new AccessDeniedException(
                    name, null, "the single sign-on has expired: run aws sso login, then try again");
        }
        if (lower.contains("credentials") || lower.contains("profile")) {
            // The default chain names all places where it has looked, the profile called "default" among them.
            boolean isOneProfile = !lower.contains("providers in the chain")
                    && (lower.contains("profile file contained no credentials")
                            || lower.contains("profile not found") || lower.contains("no profile"));
            return new AccessDeniedException(
                    name, null, isOneProfile ? "no credentials for this profile: check --profile and ~/.aws/config"
                            : "no credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, give --profile, "
                                    + "or --no-sign-request for a public bucket");
        }
        String attempts = attempts(e);
        UnknownHostException unknown = find(e, UnknownHostException.class);
        if (unknown != null) {
            return failure(name, "host not found: check the network, the bucket's name and --endpoint-url" + attempts);
        }
        SSLException tls = find(e, SSLException.class);
        if (tls != null) {
            return failure(name, "TLS: " + oneLine(String.valueOf(tls.getMessage())) + attempts);
        }
        ConnectException refused = find(e, ConnectException.class);
        if (refused != null) {
            return failure(name, "can't connect: check the network and --endpoint-url" + attempts);
        }
        if (find(e, SocketTimeoutException.class) != null) {
            return failure(name, "the server does not answer in time" + attempts);
        }
        IOException io = find(e, IOException.class);
        return failure(
                name, io == null ? oneLine(message)
                        : "connection lost: " + oneLine(io.getMessage() == null
                                ? io.getClass().getSimpleName() : io.getMessage()) + attempts);
    }

    private static String attempts(SdkException e) {
        return e.numAttempts() != null && e.numAttempts() > 1 ? " (" + e.numAttempts() + " attempts)" : "";
    }

    private static <T extends Throwable> T find(Throwable e, Class<T> type) {
        for (Throwable t = e; t != null; t = t.getCause()) {
            if (type.isInstance(t)) {
                return type.cast(t);
            }
        }
        return null;
    }

    private static String oneLine(String message) {
        return message.replaceAll("\\s+", " ").strip();
    }

    static FileSystemException failure(String name, String reason) {
        return new FileSystemException(name, null, reason);
    }

    /// The same once more, caused by it: for another thread.
    static IOException copyOf(IOException e) {
        IOException copy = switch (e) {
            case AccessDeniedException f ->
                new AccessDeniedException(f.getFile(), f.getOtherFile(), f.getReason());
            case NoSuchFileException f ->
                new NoSuchFileException(f.getFile(), f.getOtherFile(), f.getReason());
            case FileAlreadyExistsException f ->
                new FileAlreadyExistsException(f.getFile(), f.getOtherFile(), f.getReason());
            case FileSystemException f ->
                new FileSystemException(f.getFile(), f.getOtherFile(), f.getReason());
            case InterruptedIOException f -> new InterruptedIOException(f.getMessage());
            default -> new IOException(e.getMessage());
        };
        copy.initCause(e);
        return copy;
    }
}
