package io.walferry.spool;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.change.Lsn;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.time.NanoClock;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class DurableLogTest {
  private static final LogIdentity IDENTITY = new LogIdentity(-7, 2, "walferry_shop");
  private static final Lsn START = new Lsn(1000);
  private static final long SEGMENT = 500;
  private static final long MUCH = 1 << 30;

  @TempDir Path directory;

  /** Whatever is written later, and however that is kept. */
  @ParameterizedTest
  @EnumSource
  void whatWasAppendedIsReadAgainByAnotherProcess(Compression compression) throws Exception {
    Random random = new Random(3);
    ByteArrayOutputStream expected = new ByteArrayOutputStream();
    Lsn end = START;
    try (DurableLog log = DurableLog.open(directory, MUCH, SEGMENT, SegmentFiles.of(compression))) {
      log.begin(IDENTITY, START);
      for (int i = 0; i < 200; i++) {
        if (log.isSegmentFull()) {
          log.startSegment(IDENTITY);
        }
        int parts = 1 + random.nextInt(3);
        for (int part = 1; part <= parts; part++) {
          byte[] bytes = new byte[1 + random.nextInt(300)];
          if (random.nextBoolean()) {
            random.nextBytes(bytes);
          }
          expected.write(bytes);
          end = part == parts ? new Lsn(end.value() + 10) : end;
          int middle = random.nextInt(bytes.length);
          log.append(
              end,
              part == parts,
              ByteBuffer.wrap(bytes, 0, middle),
              ByteBuffer.wrap(bytes, middle, bytes.length - middle));
        }
      }
      assertEquals(end, log.sync());
      assertArrayEquals(expected.toByteArray(), read(log));
    }
    assertTrue(segments().size() > 10, "segments " + segments().size());
    try (DurableLog log = open(MUCH)) {
      assertEquals(Optional.of(new LogExtent(IDENTITY, START, end)), log.extent());
      assertArrayEquals(expected.toByteArray(), read(log));
      log.cut();
      log.append(end, true, ByteBuffer.wrap(new byte[] {9}));
      expected.write(9);
      assertArrayEquals(expected.toByteArray(), read(log));
    }
  }

  @Test
  void nobodyReadsWhatIsOpenAtTheEndAndIsCut() throws Exception {
    try (DurableLog log = open(MUCH)) {
      log.begin(IDENTITY, START);
      transactions(log, 1, 3);
      LogReader reader = log.reader(NanoClock.system());
      assertEquals(300, readAll(reader).length);
      for (int i = 0; i < 10; i++) {
        log.append(end(3), false, block(200));
      }
      log.sync();
      assertEquals(Optional.empty(), reader.next(Duration.ZERO));
      assertTrue(segments().size() > 3);
      log.cut();
      assertEquals(end(3), log.extent().orElseThrow().to());
      transactions(log, 4, 4);
      assertEquals(100, reader.next(Duration.ZERO).orElseThrow().remaining());
      assertEquals(Optional.empty(), reader.next(Duration.ZERO));
    }
    try (DurableLog log = open(MUCH)) {
      assertEquals(end(4), log.extent().orElseThrow().to());
      assertEquals(400, read(log).length);
    }
  }

  /** As when somebody begins anew while it is read. */
  @Test
  void whoeverHasReadWhatIsGoneIsTold() throws Exception {
    try (DurableLog log = open(MUCH)) {
      log.begin(IDENTITY, START);
      transactions(log, 1, 3);
      LogReader reader = log.reader(NanoClock.system());
      reader.next(Duration.ZERO);
      log.begin(IDENTITY, end(3));
      transactions(log, 4, 9);
      assertEquals(
          ErrorCode.CONNECTION_LOST,
          assertThrows(WalferryException.class, () -> reader.next(Duration.ZERO)).code());
      assertEquals(600, read(log).length);
    }
  }

  @Test
  void aTransactionThatWasNotFinishedWhenTheProcessEndedIsNotThere() throws Exception {
    try (DurableLog log = open(MUCH)) {
      log.begin(IDENTITY, START);
      transactions(log, 1, 3);
      for (int i = 0; i < 10; i++) {
        log.append(end(3), false, block(200));
      }
      log.sync();
    }
    try (DurableLog log = open(MUCH)) {
      assertEquals(end(3), log.extent().orElseThrow().to());
      log.cut();
      assertEquals(300, read(log).length);
      transactions(log, 4, 30);
    }
    try (DurableLog log = open(MUCH)) {
      assertEquals(3000, read(log).length);
    }
  }

  /** Whatever of the last segment a crash has left. */
  @Test
  void whatIsTornOffIsNotThereAndTheRestIs() throws Exception {
    try (DurableLog log = open(MUCH)) {
      log.begin(IDENTITY, START);
      transactions(log, 1, 7);
    }
    Path last = segments().getLast();
    int size = (int) Files.size(last);
    byte[] bytes = Files.readAllBytes(last);
    boolean cutWithin = false;
    for (int length = size - 1; length >= 0; length--) {
      Files.write(last, Arrays.copyOf(bytes, length));
      try (DurableLog log = open(MUCH)) {
        int there = read(log).length;
        assertEquals(0, there % 100, "length " + length);
        assertEquals(end(there / 100), log.extent().orElseThrow().to());
        cutWithin |= log.torn().isPresent();
        log.cut();
        assertEquals(there, read(log).length);
        assertEquals(Optional.empty(), log.torn());
      }
      if (!Files.exists(last)) {
        Files.createFile(last);
      }
    }
    assertTrue(cutWithin);
  }

  /** In the last segment it counts as torn off: whoever knows what was confirmed finds out. */
  @Test
  void everyFlippedBitIsFound() throws Exception {
    try (DurableLog log = open(MUCH)) {
      log.begin(IDENTITY, START);
      transactions(log, 1, 12);
    }
    List<Path> segments = segments();
    assertTrue(segments.size() > 2);
    for (Path segment : segments) {
      byte[] bytes = Files.readAllBytes(segment);
      for (int at = 0; at < bytes.length; at += 7) {
        byte[] flipped = bytes.clone();
        flipped[at] ^= 16;
        Files.write(segment, flipped);
        int there = 1200;
        try (DurableLog log = open(MUCH)) {
          there = read(log).length;
          assertEquals(segments.getLast(), segment, "byte " + at);
          assertTrue(log.torn().orElseThrow().contains(segment.toString()));
        } catch (WalferryException e) {
          assertEquals(ErrorCode.SPOOL_DAMAGED, e.code());
          assertTrue(e.getMessage().contains(segment.toString()), e.getMessage());
          there = 0;
        }
        assertTrue(there < 1200, "byte " + at);
      }
      Files.write(segment, bytes);
    }
  }

  @Test
  void aSegmentThatIsMissingIsNamed() throws Exception {
    try (DurableLog log = open(MUCH)) {
      log.begin(IDENTITY, START);
      transactions(log, 1, 3);
      for (int i = 0; i < 10; i++) {
        log.append(end(3), false, block(200));
      }
      log.append(end(4), true, block(100));
      transactions(log, 5, 12);
    }
    List<Path> segments = segments();
    for (int missing = 0; missing < segments.size() - 1; missing++) {
      byte[] bytes = Files.readAllBytes(segments.get(missing));
      if (missing > 0) {
        Files.delete(segments.get(missing));
        assertDamaged(segments.get(missing + 1));
      }
      Files.write(segments.get(missing), Arrays.copyOf(bytes, bytes.length - 1));
      assertDamaged(segments.get(missing));
      Files.write(segments.get(missing), bytes);
    }
    open(MUCH).close();
  }

  /** As when a crash comes while segments go; who needs what they held sees that it is gone. */
  @Test
  void aLogThatBeginsWithinATransactionBeginsBehindIt() throws Exception {
    try (DurableLog log = open(MUCH)) {
      log.begin(IDENTITY, START);
      for (int i = 0; i < 10; i++) {
        log.append(START, false, block(200));
      }
      log.append(end(1), true, block(100));
    }
    Files.delete(segments().getFirst());
    try (DurableLog log = open(MUCH)) {
      assertEquals(Optional.empty(), log.extent());
    }
    DurableLog.openEmpty(directory, MUCH, Compression.NONE).close();
    try (DurableLog log = open(MUCH)) {
      log.begin(IDENTITY, START);
      for (int i = 0; i < 10; i++) {
        log.append(START, false, block(200));
      }
      log.append(end(1), true, block(100));
      transactions(log, 2, 12);
    }
    Files.delete(segments().getFirst());
    try (DurableLog log = open(MUCH)) {
      int read = read(log).length;
      assertTrue(read > 0 && read <= 1100, "read " + read);
      assertEquals(end(12 - read / 100), log.extent().orElseThrow().from());
      int before = segments().size();
      log.release(START);
      assertTrue(segments().size() < before);
    }
  }

  /** What could not be finished may have left a file. */
  @Test
  void aSegmentThatWasMadeAndNotAddedIsNoMatter() throws Exception {
    try (DurableLog log = open(MUCH)) {
      log.begin(IDENTITY, START);
      transactions(log, 1, 2);
      Path stray = directory.resolve("0000000000000002.segment");
      try (FileChannel channel =
          FileChannel.open(stray, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
        new RecordFile(channel, 0, Compression.NONE)
            .append(new SegmentHead(IDENTITY, 2, end(2), true, 12345).encode());
      }
      log.cut();
      assertFalse(Files.exists(stray));
    }
    try (DurableLog log = open(MUCH)) {
      assertEquals(200, read(log).length);
    }
  }

  private void assertDamaged(Path segment) {
    WalferryException refused = assertThrows(WalferryException.class, () -> open(MUCH));
    assertEquals(ErrorCode.SPOOL_DAMAGED, refused.code());
    assertTrue(refused.getMessage().contains(segment.toString()), refused.getMessage());
  }

  @Test
  void aNewerFormatIsRefusedAndAForeignFileNamed() throws Exception {
    try (DurableLog log = open(MUCH)) {
      log.begin(IDENTITY, START);
    }
    Path segment = segments().getFirst();
    ByteBuffer head =
        new SegmentHead(IDENTITY, 1, START, false, 0)
            .encode()
            .putInt(8, SegmentHead.FORMAT_VERSION + 1);
    try (FileChannel channel =
        FileChannel.open(segment, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
      new RecordFile(channel, 0, Compression.NONE).append(head);
    }
    assertEquals(
        ErrorCode.SPOOL_FORMAT, assertThrows(WalferryException.class, () -> open(MUCH)).code());
    Files.write(segment, new byte[1000]);
    assertDamaged(segment);
    DurableLog.openEmpty(directory, MUCH, Compression.NONE).close();
    assertEquals(List.of(), segments());
  }

  @Test
  void aDirectoryBelongsToOne() {
    try (DurableLog log = open(MUCH)) {
      assertEquals(
          ErrorCode.SPOOL_BUSY, assertThrows(WalferryException.class, () -> open(MUCH)).code());
      assertEquals(directory, log.directory());
    }
    open(MUCH).close();
  }

  @Test
  void whoeverAppendsWaitsForRoom() throws Exception {
    try (DurableLog log = open(2000)) {
      log.begin(IDENTITY, START);
      LogReader reader = log.reader(NanoClock.system());
      CompletableFuture<Void> writer = CompletableFuture.runAsync(() -> transactions(log, 1, 100));
      int read = 0;
      while (read < 10_000) {
        Optional<ByteBuffer> block = reader.next(Duration.ofMillis(20));
        assertTrue(log.bytes() <= 2000, "bytes " + log.bytes());
        if (block.isPresent()) {
          read += block.get().remaining();
        } else {
          assertFalse(writer.isDone());
          log.release(end(read / 100));
        }
      }
      writer.get();
      assertTrue(segments().size() < 6);
    }
  }

  @Test
  void whoeverAppendsWhatNeverFitsIsTold() throws Exception {
    try (DurableLog log = open(2000)) {
      log.begin(IDENTITY, START);
      transactions(log, 1, 2);
      log.release(end(2));
      assertEquals(
          ErrorCode.SPOOL_TOO_SMALL,
          assertThrows(
                  WalferryException.class,
                  () -> {
                    for (int i = 0; i < 20; i++) {
                      log.append(end(2), false, block(200));
                    }
                  })
              .code());
      log.cut();
      assertEquals(200, read(log).length);
    }
  }

  /** What was not flushed comes again, and whoever may have read of it begins anew. */
  @ParameterizedTest
  @EnumSource
  void aDiskThatFailsForAWhileLosesNothing(FaultyFiles.Fault fault) throws Exception {
    FaultyFiles files = new FaultyFiles();
    try (DurableLog log = open(MUCH, files)) {
      log.begin(IDENTITY, START);
      transactions(log, 1, 5);
      LogReader early = log.reader(NanoClock.system());
      assertEquals(100, early.next(Duration.ZERO).orElseThrow().remaining());
      log.append(end(6), true, content(6));
      LogReader late = log.reader(NanoClock.system());
      assertEquals(600, readAll(late).length);
      files.fail(fault);
      assertFails(() -> transactions(log, 7, 20));
      if (fault != FaultyFiles.Fault.WRITE) {
        assertFails(log::cut);
      }
      files.heal();
      log.cut();
      int flushed = (int) (log.extent().orElseThrow().to().value() - START.value()) / 10;
      // Where a new segment could not be made, those before it were flushed.
      assertEquals(fault == FaultyFiles.Fault.OPEN, flushed > 5);
      assertEquals(100 * (flushed - 1), readAll(early).length);
      if (flushed == 5) {
        assertEquals(
            ErrorCode.CONNECTION_LOST,
            assertThrows(WalferryException.class, () -> late.next(Duration.ZERO)).code());
      }
      transactions(log, flushed + 1, 30);
      assertArrayEquals(contents(1, 30), read(log));
    }
    try (DurableLog log = open(MUCH)) {
      assertEquals(end(30), log.extent().orElseThrow().to());
      assertArrayEquals(contents(1, 30), read(log));
    }
  }

  private static void assertFails(Executable action) {
    WalferryException failure = assertThrows(WalferryException.class, action);
    assertEquals(ErrorCode.SPOOL_FAILED, failure.code());
    assertInstanceOf(IOException.class, failure.getCause());
  }

  @Test
  void theEndComesBehindWhatIsThere() throws Exception {
    try (DurableLog log = open(MUCH)) {
      log.begin(IDENTITY, START);
      transactions(log, 1, 1);
      LogReader reader = log.reader(NanoClock.system());
      log.end(new WalferryException(ErrorCode.SLOT_LOST, "the slot is gone"));
      assertEquals(100, reader.next(Duration.ZERO).orElseThrow().remaining());
      assertEquals(
          ErrorCode.SLOT_LOST,
          assertThrows(WalferryException.class, () -> reader.next(Duration.ZERO)).code());
    }
  }

  /** Each of 100 bytes. */
  private static void transactions(DurableLog log, int first, int last) {
    for (int i = first; i <= last; i++) {
      if (log.isSegmentFull()) {
        log.startSegment(IDENTITY);
      }
      log.append(end(i), true, content(i));
    }
    log.sync();
  }

  private static ByteBuffer content(int transaction) {
    return ByteBuffer.wrap(contents(transaction, transaction));
  }

  private static byte[] contents(int first, int last) {
    byte[] bytes = new byte[100 * (last + 1 - first)];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) (first + i / 100);
    }
    return bytes;
  }

  private static Lsn end(int transaction) {
    return new Lsn(START.value() + 10L * transaction);
  }

  private static ByteBuffer block(int length) {
    return ByteBuffer.allocate(length);
  }

  private DurableLog open(long bytesMax) {
    return open(bytesMax, FileChannel::open);
  }

  private DurableLog open(long bytesMax, SegmentFiles.Opener files) {
    return DurableLog.open(directory, bytesMax, SEGMENT, new SegmentFiles(Compression.NONE, files));
  }

  private List<Path> segments() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.filter(path -> path.toString().endsWith(Segment.SUFFIX)).sorted().toList();
    }
  }

  private static byte[] read(DurableLog log) throws InterruptedException {
    try (LogReader reader = log.reader(NanoClock.system())) {
      return readAll(reader);
    }
  }

  private static byte[] readAll(LogReader reader) throws InterruptedException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    Optional<ByteBuffer> block = reader.next(Duration.ZERO);
    while (block.isPresent()) {
      byte[] bytes = new byte[block.get().remaining()];
      block.get().get(bytes);
      all.writeBytes(bytes);
      block = reader.next(Duration.ZERO);
    }
    return all.toByteArray();
  }
}
