package io.walferry.stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.change.Change;
import io.walferry.change.Lsn;
import io.walferry.change.Transaction;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.spool.Spool;
import io.walferry.spool.SpoolSettings;
import io.walferry.time.NanoClock;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TransactionReaderTest {
  @TempDir Path directory;

  /** While a bulk load comes without a pause, what has committed before it has to be applied. */
  @Test
  void whoeverWaitsForSoLongIsNotKeptByBlocksThatComeWithoutAPause() {
    long[] blocks = {0};
    BlockSource busy =
        source(
            () -> {
              if (blocks[0] == 1_000_000) {
                return Optional.empty();
              }
              blocks[0]++;
              return Optional.of(frames(start(7, blocks[0] == 1), stop()));
            });
    try (Spool spool = new Spool(SpoolSettings.in(directory))) {
      TransactionReader reader = reader(busy, spool);
      reader.next(Duration.ofMillis(1));
      assertTrue(blocks[0] < 1_000_000, "it has taken all there was: " + blocks[0] + " blocks");
    }
  }

  /**
   * A server up to 15 at least does not say that what a crash has ended was rolled back
   * (ReorderBufferAbortOld), so the transaction id can come again for another one.
   */
  @Test
  void aFirstBlockBeginsAnewWhateverIsKnownOfItsTransactionId() {
    Deque<ByteBuffer> blocks = new ArrayDeque<>();
    blocks.add(frames(start(7, true), relation(7), insert(7, "old"), stop()));
    blocks.add(frames(start(7, true), relation(7), insert(7, "new"), stop(), commit(7)));
    try (Spool spool = new Spool(SpoolSettings.in(directory))) {
      TransactionReader reader = reader(source(() -> Optional.ofNullable(blocks.poll())), spool);
      StreamEvent event = reader.next(Duration.ofSeconds(30));
      Transaction transaction = assertInstanceOf(StreamEvent.Begun.class, event).transaction();
      List<String> rows = new ArrayList<>();
      while (transaction.advance()) {
        rows.add(((Change.Insert) transaction.change()).after().text(0));
      }
      assertEquals(List.of("new"), rows);
    }
  }

  /** What somebody else has taken from the slot is lost, and must not be passed over. */
  @Test
  void aPreparedTransactionThatNobodyHasSeenIsNotPassedOver() {
    Deque<ByteBuffer> blocks = new ArrayDeque<>();
    ByteBuffer message = ByteBuffer.allocate(64).put((byte) 'K').put((byte) 0);
    message.putLong(100).putLong(200).putLong(0).putInt(7).put(bytes("gid\0"));
    blocks.add(frames(message.flip()));
    try (Spool spool = new Spool(SpoolSettings.in(directory))) {
      TransactionReader reader =
          new TransactionReader(
              source(() -> Optional.ofNullable(blocks.poll())),
              3,
              Lsn.ZERO,
              spool,
              xids -> Optional.of(new XidSet()));
      WalferryException failure =
          assertThrows(WalferryException.class, () -> reader.next(Duration.ZERO));
      assertEquals(ErrorCode.SLOT_AHEAD, failure.code());
    }
  }

  private static TransactionReader reader(BlockSource blocks, Spool spool) {
    return new TransactionReader(blocks, 2, Lsn.ZERO, spool, xids -> Optional.of(new XidSet()));
  }

  private static BlockSource source(Supplier<Optional<ByteBuffer>> blocks) {
    return new BlockSource() {
      @Override
      public String where() {
        return "a slot";
      }

      @Override
      public NanoClock clock() {
        return NanoClock.system();
      }

      @Override
      public Optional<ByteBuffer> next(Duration atMost) {
        return blocks.get();
      }

      @Override
      public boolean isInterrupted() {
        return false;
      }
    };
  }

  private static ByteBuffer frames(ByteBuffer... messages) {
    ByteBuffer frames = ByteBuffer.allocate(4096);
    for (ByteBuffer message : messages) {
      frames.put((byte) 'd').putInt(4 + 25 + message.remaining());
      frames.put((byte) 'w').putLong(1).putLong(1).putLong(0).put(message);
    }
    return frames.flip();
  }

  private static ByteBuffer start(int xid, boolean first) {
    return ByteBuffer.allocate(6).put((byte) 'S').putInt(xid).put((byte) (first ? 1 : 0)).flip();
  }

  private static ByteBuffer stop() {
    return ByteBuffer.allocate(1).put((byte) 'E').flip();
  }

  private static ByteBuffer relation(int xid) {
    ByteBuffer message = ByteBuffer.allocate(100).put((byte) 'R').putInt(xid).putInt(42);
    message.put(bytes("public\0t\0")).put((byte) 'd').putShort((short) 1);
    return message.put((byte) 1).put(bytes("v\0")).putInt(25).putInt(-1).flip();
  }

  private static ByteBuffer insert(int xid, String value) {
    ByteBuffer message = ByteBuffer.allocate(100).put((byte) 'I').putInt(xid).putInt(42);
    message.put((byte) 'N').putShort((short) 1).put((byte) 't').putInt(value.length());
    return message.put(bytes(value)).flip();
  }

  private static ByteBuffer commit(int xid) {
    ByteBuffer message = ByteBuffer.allocate(100).put((byte) 'c').putInt(xid).put((byte) 0);
    return message.putLong(100).putLong(200).putLong(0).flip();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
