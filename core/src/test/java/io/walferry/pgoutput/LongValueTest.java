package io.walferry.pgoutput;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.testkit.workload.Seeds;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Looks into messages of which there is the beginning only. */
final class LongValueTest {
  private static final int OID = 0x4E4E4E4E;
  private static final int LENGTH = 100_000;

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void theValueThatIsCutOffIsFoundInEachRowOfAMessage(boolean withXid) {
    Optional<LongValue> third = Optional.of(new LongValue(OID, 2, LENGTH));
    assertEquals(third, LongValue.find(row(begun('I', withXid), 'N', LENGTH).flip(), withXid));
    assertEquals(third, LongValue.find(row(begun('D', withXid), 'O', LENGTH).flip(), withXid));
    ByteBuffer update = row(begun('U', withXid), 'O', 50);
    update.position(update.position() + 10);
    assertEquals(third, LongValue.find(row(update, 'N', LENGTH).flip(), withXid));
  }

  @Test
  void aMessageOfNoRowHasNone() {
    ByteBuffer message = begun('M', false).putInt(LENGTH);
    assertEquals(Optional.empty(), LongValue.find(message.flip(), false));
  }

  @Test
  void anyBytesGiveOneOrNone() {
    long seed = Seeds.next();
    Random random = new Random(seed);
    for (int round = 0; round < 20_000; round++) {
      byte[] bytes = new byte[random.nextInt(60)];
      random.nextBytes(bytes);
      if (bytes.length > 0) {
        bytes[0] = (byte) "IUDM".charAt(random.nextInt(4));
      }
      Optional<LongValue> found = LongValue.find(ByteBuffer.wrap(bytes), random.nextBoolean());
      assertTrue(
          found.stream().allMatch(value -> value.bytes() > 0), "-Dwalferry.test.seed=" + seed);
    }
  }

  private static ByteBuffer begun(char type, boolean withXid) {
    ByteBuffer message = ByteBuffer.allocate(200).put((byte) type);
    if (withXid) {
      message.putInt(7);
    }
    return message.putInt(OID);
  }

  /** Adds a short value, a NULL, and a value of which 40 bytes are there. */
  private static ByteBuffer row(ByteBuffer message, char kind, int third) {
    message.put((byte) kind).putShort((short) 3);
    message.put((byte) 't').putInt(2).put(new byte[] {'n', 'b'});
    message.put((byte) 'n');
    return message.put((byte) 'b').putInt(third).put(new byte[40]);
  }
}
