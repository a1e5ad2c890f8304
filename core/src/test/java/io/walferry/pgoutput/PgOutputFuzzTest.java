package io.walferry.pgoutput;

import io.walferry.change.OldRow;
import io.walferry.change.Row;
import io.walferry.testkit.workload.Seeds;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/**
 * Garbage gives a {@link ProtocolException} or a message, and nothing else. A failure shows the
 * seed; {@code -Dwalferry.test.seed=…} replays it, {@code -Dwalferry.fuzz.rounds=…} goes further.
 */
final class PgOutputFuzzTest {
  /** Different messages, each of which every protocol has to decode. */
  private static final int ROUNDS =
      Integer.getInteger(
          "walferry.fuzz.rounds", Boolean.getBoolean("walferry.full") ? 10_000_000 : 200_000);

  private static final long SEED = Seeds.next();

  private interface Garbage {
    byte[] next(Random random);
  }

  /** By their hashes, of 64 bits; of ten million messages hardly two share one. */
  private static final class Seen {
    private final long[] hashes = new long[Integer.highestOneBit(ROUNDS) * 4];

    byte[] firstNew(Supplier<byte[]> source) {
      byte[] bytes = source.get();
      while (!add(hash(bytes))) {
        bytes = source.get();
      }
      return bytes;
    }

    private boolean add(long hash) {
      int at = (int) hash & (hashes.length - 1);
      while (hashes[at] != 0 && hashes[at] != hash) {
        at = (at + 1) & (hashes.length - 1);
      }
      boolean isNew = hashes[at] == 0;
      hashes[at] = hash;
      return isNew;
    }

    /**
     * FNV-1a, mixed once more so that its low bits depend on all; never the mark of a free place.
     */
    private static long hash(byte[] bytes) {
      long hash = 0xcbf29ce484222325L;
      for (byte b : bytes) {
        hash = (hash ^ (b & 0xff)) * 0x100000001b3L;
      }
      hash = (hash ^ (hash >>> 32)) * 0xd6e8feb86659fd93L;
      hash ^= hash >>> 32;
      return hash == 0 ? 1 : hash;
    }
  }

  @Test
  void mutatedMessagesGiveOurExceptionOnly() {
    List<byte[]> valid = DecodedCase.ALL.stream().map(DecodedCase::bytes).toList();
    run(random -> mutated(valid.get(random.nextInt(valid.size())), random));
  }

  @Test
  void randomBytesGiveOurExceptionOnly() {
    run(PgOutputFuzzTest::randomBytes);
  }

  private static void run(Garbage garbage) {
    Random random = new Random(SEED);
    PgOutputDecoder[] decoders = new PgOutputDecoder[PgOutputDecoder.MAX_PROTOCOL_VERSION];
    Arrays.setAll(decoders, i -> new PgOutputDecoder(i + 1));
    Seen seen = new Seen();
    for (int round = 0; round < ROUNDS; round++) {
      byte[] bytes = seen.firstNew(() -> garbage.next(random));
      for (PgOutputDecoder decoder : decoders) {
        try {
          readAll(decoder.decode(bytes, 0, bytes.length));
        } catch (ProtocolException e) {
          // What garbage is for.
        } catch (RuntimeException | Error e) {
          throw new AssertionError("round " + round + " of -Dwalferry.test.seed=" + SEED, e);
        }
      }
    }
  }

  /** A row is decoded late: its places must lie inside the buffer too. */
  private static void readAll(PgOutputMessage message) {
    switch (message) {
      case PgOutputMessage.Insert insert -> readAll(insert.after());
      case PgOutputMessage.Update update -> {
        readAll(update.before());
        readAll(update.after());
      }
      case PgOutputMessage.Delete delete -> readAll(delete.before());
      default -> {
        int unused = message.hashCode();
      }
    }
  }

  private static void readAll(OldRow row) {
    switch (row) {
      case OldRow.Full full -> readAll(full.row());
      case OldRow.Key key -> readAll(key.row());
      case OldRow.Absent ignored -> {}
    }
  }

  private static void readAll(Row row) {
    for (int column = 0; column < row.columnCount(); column++) {
      int unused = row.value(column).hashCode();
    }
  }

  private static byte[] mutated(byte[] valid, Random random) {
    byte[] bytes = valid.clone();
    int times = 1 + random.nextInt(3);
    for (int i = 0; i < times && bytes.length > 0; i++) {
      int at = random.nextInt(bytes.length);
      switch (random.nextInt(5)) {
        case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
        case 1 -> bytes[at] = (byte) random.nextInt();
        case 2 -> bytes = Arrays.copyOf(bytes, at);
        case 3 -> bytes = Arrays.copyOf(bytes, bytes.length + 1 + random.nextInt(9));
        default ->
            Arrays.fill(bytes, at, Math.min(bytes.length, at + 4), (byte) -random.nextInt(2));
      }
    }
    return bytes;
  }

  private static byte[] randomBytes(Random random) {
    byte[] bytes = new byte[random.nextInt(64)];
    random.nextBytes(bytes);
    if (bytes.length > 0 && random.nextBoolean()) {
      bytes[0] = (byte) "BCORYIUDTMSEcAbPKrp".charAt(random.nextInt(19));
    }
    return bytes;
  }
}
