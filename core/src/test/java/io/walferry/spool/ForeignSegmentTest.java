package io.walferry.spool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.change.Lsn;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A file that was copied among those of another log. */
final class ForeignSegmentTest {
  private static final LogIdentity IDENTITY = new LogIdentity(-7, 2, "walferry_shop");
  private static final Lsn START = new Lsn(1000);

  @TempDir Path directory;

  /** In its place and as long as the right one. */
  @ParameterizedTest
  @CsvSource({"-7, walferry_dock, 2", "8, walferry_shop, 2", "-7, walferry_dock, 3"})
  void isNamedThoughItFits(long systemId, String slot, int number) throws Exception {
    Path ours = directory.resolve("ours");
    List<Path> segments = make(ours, IDENTITY);
    List<Path> foreign = make(directory.resolve("others"), new LogIdentity(systemId, 2, slot));
    assertEquals(3, segments.size());
    Path segment = segments.get(number - 1);
    assertEquals(Files.size(segment), Files.size(foreign.get(number - 1)));
    Files.copy(foreign.get(number - 1), segment, StandardCopyOption.REPLACE_EXISTING);
    WalferryException refused = assertThrows(WalferryException.class, () -> open(ours));
    assertEquals(ErrorCode.SPOOL_DAMAGED, refused.code());
    assertTrue(
        refused
            .getMessage()
            .endsWith(
                segment
                    + " cannot be read: it is of another server or slot than the one before it"),
        refused::getMessage);
  }

  /** The promoted standby is the same server. */
  @Test
  void ofALaterTimelineIsNone() throws Exception {
    Path ours = directory.resolve("ours");
    List<Path> segments = make(ours, IDENTITY);
    LogIdentity promoted = new LogIdentity(IDENTITY.systemId(), 3, IDENTITY.slot());
    List<Path> others = make(directory.resolve("others"), promoted);
    Files.copy(others.getLast(), segments.getLast(), StandardCopyOption.REPLACE_EXISTING);
    try (DurableLog log = open(ours)) {
      assertEquals(promoted, log.extent().orElseThrow().identity());
    }
  }

  private static DurableLog open(Path path) {
    return DurableLog.open(path, 1 << 20, 1 << 16, SegmentFiles.of(Compression.NONE));
  }

  /** Three segments of one transaction each. */
  private static List<Path> make(Path path, LogIdentity identity) throws IOException {
    try (DurableLog log = open(path)) {
      log.begin(identity, START);
      for (int i = 1; i <= 3; i++) {
        if (i > 1) {
          log.startSegment(identity);
        }
        log.append(new Lsn(START.value() + i), true, ByteBuffer.allocate(100));
      }
      log.sync();
    }
    try (Stream<Path> files = Files.list(path)) {
      return files.filter(file -> file.toString().endsWith(Segment.SUFFIX)).sorted().toList();
    }
  }
}
