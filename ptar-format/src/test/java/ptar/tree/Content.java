package ptar.tree;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/// Content of a file in memory: bytes that are there, or that are computed where they are read; with holes.
public interface Content {
    long size();

    /// Fills the target from an offset; all of it must lie before the end.
    void read(long offset, byte[] target);

    /// Where data is; everything else is a hole and reads as zeros.
    default List<SourceFile.Stretch> data() {
        return size() == 0 ? List.of() : List.of(new SourceFile.Stretch(0, size()));
    }

    /// The first stretch of data that ends behind an offset, or null.
    default SourceFile.Stretch firstData(long offset) {
        for (SourceFile.Stretch stretch : data()) {
            if (stretch.end() > offset) {
                return stretch;
            }
        }
        return null;
    }

    default byte[] bytes() {
        byte[] all = new byte[Math.toIntExact(size())];
        read(0, all);
        return all;
    }

    static Content of(byte[] bytes) {
        return new Content() {
            @Override
            public long size() {
                return bytes.length;
            }

            @Override
            public void read(long offset, byte[] target) {
                System.arraycopy(bytes, Math.toIntExact(offset), target, 0, target.length);
            }
        };
    }

    static Content of(String text) {
        return of(Bytes.of(text).toArray());
    }

    /// Bytes that do not compress; the same seed gives the same bytes, whatever the size.
    static Content random(long seed, long size) {
        return new Content() {
            @Override
            public long size() {
                return size;
            }

            @Override
            public void read(long offset, byte[] target) {
                for (int i = 0; i < target.length; i++) {
                    long at = offset + i;
                    target[i] = (byte) (mix(seed * 0x9e37_79b9L + (at >>> 3)) >>> 8 * (at & 7));
                }
            }
        };
    }

    /// Calls and accesses of 200 places, each from everywhere, with words of no meaning between them.
    static Content machineCode(long seed, int size) {
        Random random = new Random(seed);
        ByteBuffer code = ByteBuffer.allocate(size + 64).order(ByteOrder.LITTLE_ENDIAN);
        String[] words = new String[64];
        Arrays.setAll(words, i -> Integer.toString(random.nextInt(1 << 20), 36));
        while (code.position() < size) {
            int words1To3 = 1 + random.nextInt(3);
            for (int i = 0; i < words1To3; i++) {
                code.put(words[random.nextInt(words.length)].getBytes(StandardCharsets.US_ASCII));
            }
            switch (random.nextInt(3)) {
                case 0 -> code.put((byte) 0xe8);
                case 1 -> code.put((byte) 0xe9);
                default -> code.put((byte) (0x89 + 2 * random.nextInt(4))).put((byte) (5 + 8 * random.nextInt(8)));
            }
            code.putInt(random.nextInt(200) * 1009 - (code.position() + 4));
        }
        return of(Arrays.copyOf(code.array(), size));
    }

    /// SplitMix64's output function.
    private static long mix(long n) {
        long z = n * 0x9e37_79b9_7f4a_7c15L;
        z = (z ^ z >>> 30) * 0xbf58_476d_1ce4_e5b9L;
        z = (z ^ z >>> 27) * 0x94d0_49bb_1331_11ebL;
        return z ^ z >>> 31;
    }

    /// One behind the other.
    static Content join(Content... parts) {
        long size = Arrays.stream(parts).mapToLong(Content::size).sum();
        return new Content() {
            @Override
            public long size() {
                return size;
            }

            @Override
            public void read(long offset, byte[] target) {
                long start = 0;
                for (Content part : parts) {
                    long from = Math.max(offset, start);
                    long to = Math.min(offset + target.length, start + part.size());
                    if (from < to) {
                        byte[] piece = new byte[(int) (to - from)];
                        part.read(from - start, piece);
                        System.arraycopy(piece, 0, target, (int) (from - offset), piece.length);
                    }
                    start += part.size();
                }
            }

            @Override
            public List<SourceFile.Stretch> data() {
                List<SourceFile.Stretch> all = new ArrayList<>();
                long start = 0;
                for (Content part : parts) {
                    for (SourceFile.Stretch s : part.data()) {
                        all.add(new SourceFile.Stretch(start + s.start(), start + s.end()));
                    }
                    start += part.size();
                }
                return all;
            }
        };
    }

    static Content hole(long size) {
        return new Content() {
            @Override
            public long size() {
                return size;
            }

            @Override
            public void read(long offset, byte[] target) {
                Arrays.fill(target, (byte) 0);
            }

            @Override
            public List<SourceFile.Stretch> data() {
                return List.of();
            }
        };
    }
}
