package io.walferry.pgoutput;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.walferry.change.Row;
import io.walferry.change.Value;
import io.walferry.testkit.workload.Seeds;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** A row as it was sent keeps nothing of its columns, and finds each of them in any order. */
final class SentRowTest {
  private static final long SEED = Seeds.next();
  private static final int MESSAGES = 20_000;
  private static final int ROUNDS = 5;
  private static final Value TEXT = new Value.Text("some text");

  private final Random random = new Random(SEED);

  @Test
  void columnsAreFoundInAnyOrder() {
    for (int round = 0; round < 500; round++) {
      List<Value> values = values(random.nextInt(40));
      Row row = decoded(message(values));
      Row kept = row.detached();
      Row built = built(values);
      assertEquals(values.size(), row.columnCount());
      for (int look = 0; look < 3 * values.size(); look++) {
        int column = random.nextInt(values.size());
        String where = "-Dwalferry.test.seed=" + SEED + ", column " + column;
        assertEquals(values.get(column), row.value(column), where);
        assertEquals(values.get(column), kept.value(column), where);
        assertEquals(built.length(column), row.length(column), where);
        assertTrue(row.sameValue(column, built, column), where);
      }
      assertEquals(built, row);
      assertEquals(built.hashCode(), kept.hashCode());
      assertThrows(IndexOutOfBoundsException.class, () -> row.kind(values.size()));
      assertThrows(IndexOutOfBoundsException.class, () -> row.kind(-1));
    }
  }

  @Test
  void whatWasNotSentIsTakenFromAnEarlierRow() {
    for (int round = 0; round < 500; round++) {
      List<Value> later = values(random.nextInt(40));
      List<Value> earlier = values(later.size());
      List<Value> expected = new ArrayList<>(later);
      for (int column = 0; column < later.size(); column++) {
        if (later.get(column) instanceof Value.Unchanged) {
          expected.set(column, earlier.get(column));
        }
      }
      Row merged =
          decoded(message(later))
              .over(random.nextBoolean() ? built(earlier) : decoded(message(earlier)));
      assertEquals(built(expected), merged, "-Dwalferry.test.seed=" + SEED);
    }
  }

  private List<Value> values(int count) {
    List<Value> values = new ArrayList<>();
    for (int column = 0; column < count; column++) {
      byte[] bytes = new byte[random.nextInt(20)];
      random.nextBytes(bytes);
      values.add(
          switch (random.nextInt(4)) {
            case 0 -> Value.Null.NULL;
            case 1 -> Value.Unchanged.UNCHANGED;
            case 2 -> new Value.Binary(bytes);
            default -> new Value.Text("ü".repeat(bytes.length));
          });
    }
    return values;
  }

  private static byte[] message(List<Value> values) {
    ByteBuffer message = ByteBuffer.allocate(100_000);
    message.put((byte) 'I').putInt(7).put((byte) 'N').putShort((short) values.size());
    for (Value value : values) {
      switch (value) {
        case Value.Null ignored -> message.put((byte) 'n');
        case Value.Unchanged ignored -> message.put((byte) 'u');
        case Value.Text text -> put(message, 't', text.string().getBytes(StandardCharsets.UTF_8));
        case Value.Binary binary -> put(message, 'b', binary.bytes());
      }
    }
    byte[] bytes = new byte[message.position()];
    message.get(0, bytes);
    return bytes;
  }

  private static void put(ByteBuffer message, char kind, byte[] value) {
    message.put((byte) kind).putInt(value.length).put(value);
  }

  private static Row built(List<Value> values) {
    ByteBuffer bytes = ByteBuffer.allocate(100_000);
    Row.Builder row = new Row.Builder(bytes.array(), values.size());
    for (Value value : values) {
      int start = bytes.position();
      switch (value) {
        case Value.Null ignored -> row.nullValue();
        case Value.Unchanged ignored -> row.unchanged();
        case Value.Text text -> {
          bytes.put(text.string().getBytes(StandardCharsets.UTF_8));
          row.text(start, bytes.position() - start);
        }
        case Value.Binary binary -> {
          bytes.put(binary.bytes());
          row.binary(start, bytes.position() - start);
        }
      }
    }
    return row.build();
  }

  private static Row decoded(byte[] message) {
    PgOutputMessage decoded = new PgOutputDecoder(1).decode(message, 0, message.length);
    return assertInstanceOf(PgOutputMessage.Insert.class, decoded).after();
  }

  @Test
  void nothingIsAllocatedForAColumnThatNobodyReads() {
    long few = bytesOfAMessage(5);
    long many = bytesOfAMessage(500);
    assertTrue(many <= few + 32, () -> few + " bytes for 5 columns, " + many + " for 500");
  }

  /** The least of some rounds: the compiler allocates nothing for this thread, but changes it. */
  private static long bytesOfAMessage(int columns) {
    byte[] message = message(Collections.nCopies(columns, TEXT));
    PgOutputDecoder decoder = new PgOutputDecoder(1);
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long least = Long.MAX_VALUE;
    int rows = 0;
    for (int round = 0; round < ROUNDS; round++) {
      long before = threads.getCurrentThreadAllocatedBytes();
      for (int i = 0; i < MESSAGES; i++) {
        PgOutputMessage decoded = decoder.decode(message, 0, message.length);
        rows += decoded instanceof PgOutputMessage.Insert ? 1 : 0;
      }
      least = Math.min(least, (threads.getCurrentThreadAllocatedBytes() - before) / MESSAGES);
    }
    assertEquals(ROUNDS * MESSAGES, rows);
    return least;
  }
}
