package io.walferry.spool;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class SpoolTest {
  private static final long DISK = 1L << 30;

  @TempDir Path directory;

  @ParameterizedTest
  @CsvSource({"0, NONE", "0, ZSTD", "100000, NONE", "100000, ZSTD", "1073741824, ZSTD"})
  void whatIsAppendedComesBackInOrder(long memory, Compression compression) throws Exception {
    Random random = new Random(1);
    SpoolSettings settings = new SpoolSettings(directory, memory, DISK).with(compression);
    try (Spool spool = new Spool(settings)) {
      List<SpooledTransaction> transactions = new ArrayList<>();
      List<ByteArrayOutputStream> expected = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        transactions.add(spool.begin());
        expected.add(new ByteArrayOutputStream());
      }
      for (int i = 0; i < 500; i++) {
        int which = random.nextInt(8);
        byte[] bytes = new byte[1 + random.nextInt(random.nextInt(20) == 0 ? 300_000 : 3_000)];
        if (random.nextBoolean()) {
          random.nextBytes(bytes);
        }
        int from = random.nextInt(bytes.length);
        transactions.get(which).append(ByteBuffer.wrap(bytes, from, bytes.length - from));
        expected.get(which).write(bytes, from, bytes.length - from);
        assertTrue(spool.memoryBytes() <= memory, "memory " + spool.memoryBytes());
      }
      for (int i = 0; i < 8; i++) {
        assertArrayEquals(expected.get(i).toByteArray(), all(transactions.get(i)));
        transactions.get(i).close();
      }
      assertEquals(0, spool.memoryBytes());
      assertEquals(0, spool.diskBytes());
    }
    assertEquals(0, directory.toFile().list().length, "files with names");
  }

  private static byte[] all(SpooledTransaction transaction) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    Optional<ByteBuffer> block = transaction.next();
    while (block.isPresent()) {
      byte[] bytes = new byte[block.get().remaining()];
      block.get().get(bytes);
      all.writeBytes(bytes);
      block = transaction.next();
    }
    return all.toByteArray();
  }

  @Test
  void theLargestGoesToDisk() {
    try (Spool spool = new Spool(new SpoolSettings(directory, 20_000, DISK))) {
      SpooledTransaction small = spool.begin();
      small.append(ByteBuffer.wrap(new byte[1000]));
      SpooledTransaction large = spool.begin();
      large.append(ByteBuffer.wrap(new byte[15_000]));
      assertEquals(0, spool.diskBytes());
      small.append(ByteBuffer.wrap(new byte[4000]));
      assertEquals(15_000 + RecordFile.HEADER_BYTES, spool.diskBytes());
      large.close();
      assertEquals(0, spool.diskBytes());
      assertEquals(5000, all(small).length);
    }
  }

  @Test
  void theDiskHasALimit() {
    try (Spool spool = new Spool(new SpoolSettings(directory, 0, 10_000))) {
      SpooledTransaction transaction = spool.begin();
      transaction.append(ByteBuffer.wrap(new byte[9000]));
      WalferryException failure =
          assertThrows(
              WalferryException.class, () -> transaction.append(ByteBuffer.wrap(new byte[1000])));
      assertEquals(ErrorCode.SPOOL_FULL, failure.code());
      assertTrue(failure.getMessage().contains(directory.toString()), failure.getMessage());
    }
  }

  @Test
  void aDirectoryThatCannotBeMadeIsNamed() throws Exception {
    Path file = Files.writeString(directory.resolve("file"), "");
    try (Spool spool = new Spool(new SpoolSettings(file, 0, DISK))) {
      SpooledTransaction transaction = spool.begin();
      WalferryException failure =
          assertThrows(
              WalferryException.class, () -> transaction.append(ByteBuffer.wrap(new byte[1])));
      assertEquals(ErrorCode.SPOOL_FAILED, failure.code());
      assertTrue(failure.getMessage().contains(file.toString()), failure.getMessage());
    }
  }

  @Test
  void whatRepeatsItselfTakesLessRoom() {
    byte[] bytes = "0123456789".repeat(10_000).getBytes(StandardCharsets.US_ASCII);
    SpoolSettings settings = new SpoolSettings(directory, 0, 110_000).with(Compression.ZSTD);
    try (Spool spool = new Spool(settings);
        SpooledTransaction transaction = spool.begin()) {
      for (int i = 0; i < 10; i++) {
        transaction.append(ByteBuffer.wrap(bytes));
      }
      assertTrue(spool.diskBytes() < 10_000, "disk " + spool.diskBytes());
      assertEquals(10 * bytes.length, all(transaction).length);
    }
  }

  @ParameterizedTest
  @CsvSource({"5, NONE", "500, ZSTD"})
  void everyByteOfARecordIsWatched(int length, Compression compression) throws Exception {
    Path path = directory.resolve("records");
    long size = RecordFile.HEADER_BYTES + 1;
    for (int damaged = 0; damaged < size; damaged++) {
      try (FileChannel channel =
              FileChannel.open(
                  path,
                  StandardOpenOption.CREATE,
                  StandardOpenOption.TRUNCATE_EXISTING,
                  StandardOpenOption.READ,
                  StandardOpenOption.WRITE);
          RecordFile file = new RecordFile(channel, channel.size(), compression)) {
        file.append(ByteBuffer.allocate(length));
        size = file.size();
        ByteBuffer flipped = ByteBuffer.allocate(1);
        channel.read(flipped, damaged);
        flipped.put(0, (byte) (flipped.get(0) ^ 4)).rewind();
        channel.write(flipped, damaged);
        assertThrows(IOException.class, file::next, "byte " + damaged);
      }
    }
  }

  @Test
  void aFileThatWasCutIsNoticed() throws Exception {
    try (FileChannel channel =
            FileChannel.open(
                directory.resolve("records"),
                StandardOpenOption.CREATE,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE);
        RecordFile file = new RecordFile(channel, channel.size(), Compression.NONE)) {
      file.append(ByteBuffer.wrap(new byte[] {1, 2, 3, 4, 5}));
      channel.truncate(file.size() - 1);
      assertThrows(IOException.class, file::next);
    }
  }

  @Test
  void noCompressedRecordIsTrusted() {
    Random random = new Random(2);
    for (int i = 0; i < 10_000; i++) {
      byte[] bytes = new byte[random.nextInt(40)];
      random.nextBytes(bytes);
      ByteBuffer record = ByteBuffer.allocate(4 + bytes.length);
      record.putInt(i == 0 ? -1 : 1 + random.nextInt(100)).put(bytes).flip();
      assertThrows(DamagedRecordException.class, () -> Compression.unpacked(record));
    }
  }
}
