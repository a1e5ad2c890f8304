package io.walferry.type;

import io.walferry.testkit.type.TypeCase;
import io.walferry.testkit.type.TypeCases;
import io.walferry.testkit.workload.Seeds;
import io.walferry.value.Bytes;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Bytes that are not a value give a {@link MalformedValueException} or a value that can be printed,
 * and nothing else. A failure shows the seed; {@code -Dwalferry.test.seed=…} replays it, {@code
 * -Dwalferry.fuzz.rounds=…} goes further.
 */
final class ValueFuzzTest {
  private static final int ROUNDS =
      Integer.getInteger(
          "walferry.fuzz.rounds", Boolean.getBoolean("walferry.full") ? 5_000_000 : 300_000);

  private static final long SEED = Seeds.next();

  /** Longer ones would only be mutated in their dull middle. */
  private static final int LENGTH_MAX = 400;

  private static final String MARKS =
      "{}[](),;:\"\\-+./ '<>=&|!*@aA0123456789NULLeEinfinity\u0000ÿ";

  private record Seed(PgType type, Format format, Bytes bytes) {}

  @Test
  void mutatedValuesGiveOurExceptionOnly() throws SQLException {
    List<Seed> seeds = seeds();
    Random random = new Random(SEED);
    for (int round = 0; round < ROUNDS; round++) {
      Seed valid = seeds.get(random.nextInt(seeds.size()));
      Format format = random.nextInt(10) == 0 ? Format.BINARY : valid.format;
      check(round, valid.type, format, mutated(valid.bytes.toArray(), random, format));
    }
  }

  private static void check(int round, PgType type, Format format, byte[] bytes) {
    // Neighbours, so that a read over the end is a wrong value and not an exception.
    byte[] buffer = new byte[bytes.length + 16];
    Arrays.fill(buffer, (byte) '1');
    System.arraycopy(bytes, 0, buffer, 8, bytes.length);
    try {
      Object value = ValueDecoder.decode(type, format, buffer, 8, bytes.length);
      Object unused = List.of(ValueText.print(type, value), value.hashCode());
    } catch (MalformedValueException e) {
      // What mutated bytes are for.
    } catch (RuntimeException | Error e) {
      throw new AssertionError(
          "round %d of -Dwalferry.test.seed=%d: %s as %s"
              .formatted(round, SEED, type.name(), format),
          e);
    }
  }

  private static List<Seed> seeds() throws SQLException {
    List<Seed> seeds = new ArrayList<>();
    try (TypedServer server = new TypedServer(18)) {
      for (TypeCase typeCase : TypeCases.all()) {
        PgType type = server.type(typeCase.type());
        byte[] text = typeCase.text().getBytes(StandardCharsets.UTF_8);
        if (text.length <= LENGTH_MAX) {
          seeds.add(new Seed(type, Format.TEXT, Bytes.of(text)));
          if (ValueDecoder.knowsBinary(type)) {
            byte[] binary = server.binary(typeCase.expression());
            seeds.add(new Seed(type, Format.BINARY, Bytes.of(binary)));
          }
        }
      }
    }
    return seeds;
  }

  private static byte[] mutated(byte[] valid, Random random, Format format) {
    byte[] bytes = valid.clone();
    int times = 1 + random.nextInt(3);
    for (int i = 0; i < times; i++) {
      int at = random.nextInt(bytes.length + 1);
      bytes =
          switch (random.nextInt(5)) {
            case 0 -> Arrays.copyOf(bytes, at);
            case 1 ->
                replaced(
                    bytes, at, Math.min(bytes.length, at + 1), new byte[] {any(random, format)});
            case 2 -> replaced(bytes, at, at, new byte[] {any(random, format)});
            case 3 -> replaced(bytes, at, Math.min(bytes.length, at + 1), new byte[0]);
            default -> {
              int from = random.nextInt(bytes.length + 1);
              int to = Math.min(bytes.length, from + random.nextInt(8));
              yield replaced(bytes, at, at, Arrays.copyOfRange(bytes, from, to));
            }
          };
    }
    return bytes;
  }

  private static byte any(Random random, Format format) {
    if (format == Format.BINARY) {
      return (byte) (random.nextBoolean() ? -random.nextInt(2) : random.nextInt());
    }
    return (byte) MARKS.charAt(random.nextInt(MARKS.length()));
  }

  private static byte[] replaced(byte[] bytes, int from, int to, byte[] by) {
    byte[] result = new byte[bytes.length - (to - from) + by.length];
    System.arraycopy(bytes, 0, result, 0, from);
    System.arraycopy(by, 0, result, from, by.length);
    System.arraycopy(bytes, to, result, from + by.length, bytes.length - to);
    return result;
  }
}
