package ptar.cli.s3;

/// How long each part of a multipart upload is, before anyone knows how long the whole will be.
///
/// S3 takes 10,000 parts of 5 MiB to 5 GiB. Without a hint the first are as small as may be, so that all connections
/// have work soon and the last of them ends soon (over 20 MB/s, 5 MiB take 0.3 s). 8 MiB follow, as a request costs
/// some 7 ms of CPU while the SDK is interpreted, then 12 MiB, and from the 1,000th on 132 KiB more each, just enough
/// to reach 5 TiB with the last. Growing late and in a straight line keeps the largest part near 1.2 GiB; doubling
/// every 1,000 parts would end at 8 GiB, which S3 does not take. With a hint all parts are equal, with room for a tenth
/// more; then they double every 100.
///
/// @param fixed length of each part, 0 for growing ones
/// @param grows whether parts may grow when a hint turns out too small; servers that want equal parts can't have that
record PartSchedule(long fixed, boolean grows) {
    static final int MAX_PARTS = 10_000;
    static final long MIN_PART = 5L << 20;
    static final long MAX_PART = 5L << 30;
    static final long MAX_OBJECT = MAX_PARTS * MAX_PART;

    private static final long MIB = 1 << 20;
    private static final int FIRST_PARTS = 16;
    private static final long FIRST_LENGTH = MIN_PART;
    private static final int SECOND_PARTS = 128;
    private static final long SECOND_LENGTH = 8 * MIB;
    private static final int EARLY_PARTS = 1000;
    private static final long EARLY_LENGTH = 12 * MIB;
    private static final long STEP = 132 << 10;
    private static final int HINTED_PARTS = 9000;

    /// @param partSize as given by the user, 0 if not
    /// @param expectedSize as given by the user, 0 if not
    /// @param equalParts whether the server wants that
    /// @throws IllegalArgumentException with a message for the user
    static PartSchedule of(long partSize, long expectedSize, boolean equalParts) {
        if (expectedSize > MAX_OBJECT) {
            throw new IllegalArgumentException("--expected-size is above S3's limit of 48.8 TiB");
        }
        if (partSize != 0) {
            if (partSize < MIN_PART || partSize > MAX_PART) {
                throw new IllegalArgumentException("--s3-part-size must be 5 MiB to 5 GiB");
            }
            if (expectedSize > partSize * MAX_PARTS) {
                throw new IllegalArgumentException(
                        "--expected-size is above 10,000 parts of --s3-part-size: give a larger part size");
            }
            return new PartSchedule(partSize, false);
        }
        if (expectedSize > 0 || equalParts) {
            // 64 MiB parts reach 625 GiB.
            long least = expectedSize > 0 ? EARLY_LENGTH : 64 * MIB;
            long needed = (expectedSize + HINTED_PARTS - 1) / HINTED_PARTS;
            return new PartSchedule(
                    Math.min(MAX_PART, Math.max(least, (needed + MIB - 1) / MIB * MIB)), !equalParts);
        }
        return new PartSchedule(0, true);
    }

    /// @param number from 1
    /// @throws IllegalArgumentException if the archive is too long for S3
    long lengthOf(int number) {
        if (number > MAX_PARTS) {
            throw new IllegalArgumentException("number of parts out of range: " + number);
        }
        if (fixed > 0) {
            return grows && number > HINTED_PARTS
                    ? Math.min(MAX_PART, fixed << Math.min(10, (number - HINTED_PARTS + 99) / 100))
                    : fixed;
        }
        if (number <= FIRST_PARTS) {
            return FIRST_LENGTH;
        }
        if (number <= SECOND_PARTS) {
            return SECOND_LENGTH;
        }
        if (number <= EARLY_PARTS) {
            return EARLY_LENGTH;
        }
        return EARLY_LENGTH + (number - EARLY_PARTS) * STEP;
    }
}
