package io.walferry.sinks.jsonlines;

import static io.walferry.sinks.Refusal.refused;
import static io.walferry.sinks.SourceTable.INT4;
import static io.walferry.sinks.SourceTable.table;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.change.Lsn;
import io.walferry.change.Position;
import io.walferry.change.TableId;
import io.walferry.change.TransactionHeader;
import io.walferry.change.Xid;
import io.walferry.error.ErrorCode;
import io.walferry.sink.Claim;
import io.walferry.sink.FeedIdentity;
import io.walferry.sink.LedgerEntry;
import io.walferry.sink.SinkState;
import io.walferry.sinks.SourceTable;
import io.walferry.sinks.table.ExistingRows;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files of lines that follow one another hold each line once, in their order. */
final class JsonLinesRotationTest {
  private static final FeedIdentity FEED = new FeedIdentity("shop", 1, 1, "slot");
  private static final SourceTable ITEM = table("item").key("id", INT4).build();
  private static final Rotation EACH_COMMIT = Rotation.bySize(1);

  private static final LedgerEntry KEPT =
      new LedgerEntry(new TableId("public", "item"), LedgerEntry.Kind.TABLE, "", "{\"a\":1}");

  @TempDir private Path directory;
  private Path file = Path.of("");
  private Instant now = Instant.ofEpochSecond(1_000_000);

  @BeforeEach
  void nameTheFile() {
    file = directory.resolve("changes.jsonl");
  }

  private JsonLinesSink sink(Rotation rotation, ExistingRows existing) {
    return JsonLinesSink.toFile(file, existing, rotation, () -> now);
  }

  private JsonLinesSink sink(Rotation rotation) {
    return sink(rotation, ExistingRows.REFUSE);
  }

  private static void apply(JsonLinesSink sink, int id) {
    sink.begin(new TransactionHeader(new Xid(7), new Lsn(id * 0x10L), Instant.EPOCH));
    sink.append(ITEM.insert(Integer.toString(id)));
    sink.commit(position(id));
  }

  private static Position position(int id) {
    return new Position(new Lsn(id * 0x10L + 1), new Xid(-1));
  }

  private static SinkState at(int id) {
    return new SinkState.Following(position(id), FEED, List.of(KEPT));
  }

  private void follow(Rotation rotation, int first, int last) {
    try (JsonLinesSink sink = sink(rotation)) {
      assertEquals(
          first == 1 ? SinkState.Fresh.FRESH : at(first - 1), sink.open(FEED, new Claim()));
      if (first == 1) {
        sink.note(List.of(KEPT));
      }
      for (int id = first; id <= last; id++) {
        apply(sink, id);
      }
    }
  }

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(it -> String.valueOf(it.getFileName())).sorted().toList();
    }
  }

  /** The rows of all files, one after the other as their names sort. */
  private List<Integer> rows() throws IOException {
    List<Integer> rows = new ArrayList<>();
    for (String name : names()) {
      for (String line : Files.readAllLines(directory.resolve(name))) {
        if (line.contains("\"after\"")) {
          rows.add(Integer.parseInt(line.replaceAll(".*\"id\":(\\d+).*", "$1")));
        }
      }
    }
    return rows;
  }

  @Test
  void closedFilesSortInTheirOrderAndMayBeTakenAway() throws IOException {
    follow(EACH_COMMIT, 1, 11);
    List<String> names = names();
    assertEquals(12, names.size());
    assertEquals("changes-0000000001.jsonl", names.getFirst());
    assertEquals("changes-0000000011.jsonl", names.get(10));
    assertEquals("changes.jsonl", names.getLast());
    assertEquals(List.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11), rows());
    for (String name : names.subList(0, 11)) {
      Files.delete(directory.resolve(name));
    }
    follow(EACH_COMMIT, 12, 13);
    assertEquals(
        List.of("changes-0000000012.jsonl", "changes-0000000013.jsonl", "changes.jsonl"), names());
    assertEquals(List.of(12, 13), rows());
  }

  @Test
  void aFileIsClosedWhenItIsLargeAndNotBefore() throws IOException {
    Rotation rotation = Rotation.bySize(3_000);
    follow(rotation, 1, 20);
    List<String> names = names();
    assertTrue(names.size() > 1 && names.size() < 10, names::toString);
    for (String name : names.subList(0, names.size() - 1)) {
      long size = Files.size(directory.resolve(name));
      assertTrue(size >= 3_000 && size < 4_000, name + " has " + size + " bytes");
    }
    follow(rotation, 21, 22);
    assertEquals(22, rows().size());
  }

  @Test
  void aFileIsClosedWhenItsFirstLineIsOldEvenAfterARestart() throws IOException {
    Rotation rotation = new Rotation(Optional.empty(), Optional.of(Duration.ofMinutes(1)));
    follow(rotation, 1, 1);
    now = now.plusSeconds(59);
    follow(rotation, 2, 2);
    assertEquals(List.of("changes.jsonl"), names());
    now = now.plusSeconds(1);
    follow(rotation, 3, 3);
    assertEquals(List.of("changes-0000000001.jsonl", "changes.jsonl"), names());
    now = now.plus(Duration.ofDays(1));
    // Nothing came, so there is nothing to close.
    try (JsonLinesSink sink = sink(rotation)) {
      sink.open(FEED, new Claim());
      sink.commit(position(3));
    }
    assertEquals(2, names().size());
    assertEquals(List.of(1, 2, 3), rows());
  }

  /** Every state that a kill can leave on the way from one file to the next. */
  @Test
  void aKillOnTheWayNeitherLosesNorDoublesALine() throws IOException {
    follow(EACH_COMMIT, 1, 3);
    Path closed = directory.resolve("changes-0000000003.jsonl");
    byte[] full = Files.readAllBytes(closed);
    byte[] begun = Files.readAllBytes(file);
    Path next = directory.resolve("changes.jsonl.next");
    for (int length = 0; length <= begun.length; length++) {
      Files.deleteIfExists(closed);
      Files.deleteIfExists(directory.resolve("changes-0000000004.jsonl"));
      Files.write(file, full);
      Files.write(next, Arrays.copyOf(begun, length));
      follow(EACH_COMMIT, 4, 4);
      assertEquals(List.of(1, 2, 3, 4), rows(), "the next file had " + length + " bytes");
      assertFalse(Files.exists(next));
    }
    Files.delete(directory.resolve("changes-0000000003.jsonl"));
    Files.write(closed, full);
    Files.delete(file);
    Files.write(next, begun);
    follow(EACH_COMMIT, 4, 5);
    assertEquals(List.of(1, 2, 3, 4, 5), rows());
    assertEquals(6, names().size());
  }

  @Test
  void aFileThatHadNoRotationGetsIt() throws IOException {
    follow(Rotation.NEVER, 1, 3);
    assertEquals(List.of("changes.jsonl"), names());
    follow(EACH_COMMIT, 4, 5);
    follow(Rotation.NEVER, 6, 7);
    assertEquals(3, names().size());
    follow(EACH_COMMIT, 8, 8);
    assertEquals("changes-0000000003.jsonl", names().get(2));
    assertEquals(List.of(1, 2, 3, 4, 5, 6, 7, 8), rows());
  }

  @Test
  void closedFilesOfOthersAreRefusedOrGoneOnBehind() throws IOException {
    Files.writeString(directory.resolve("changes-0000000041.jsonl"), "{}\n");
    Files.writeString(directory.resolve("changes-old.jsonl"), "{}\n");
    try (JsonLinesSink sink = sink(EACH_COMMIT)) {
      String message = refused(ErrorCode.DESTINATION_NOT_EMPTY, () -> sink.open(FEED, new Claim()));
      assertTrue(message.contains("changes-0000000041.jsonl"), message);
    }
    try (JsonLinesSink sink = sink(EACH_COMMIT, ExistingRows.APPEND)) {
      sink.open(FEED, new Claim());
      apply(sink, 1);
    }
    assertTrue(names().contains("changes-0000000042.jsonl"), names()::toString);
  }

  @Test
  void aLargeLedgerIsNoReasonForAnotherFile() throws IOException {
    LedgerEntry large =
        new LedgerEntry(KEPT.table(), LedgerEntry.Kind.TABLE, "", "x".repeat(10_000));
    Rotation rotation = Rotation.bySize(3_000);
    for (int id = 1; id <= 20; id++) {
      try (JsonLinesSink sink = sink(rotation)) {
        sink.open(FEED, new Claim());
        if (id == 1) {
          sink.note(List.of(large));
        }
        apply(sink, id);
        for (int idle = 0; idle < 3; idle++) {
          sink.commit(position(id));
        }
      }
    }
    int files = names().size();
    assertTrue(files > 2 && files <= 10, names()::toString);
    // The first of them has the ledger behind its first line; the others begin with it.
    try (JsonLinesSink sink = sink(EACH_COMMIT)) {
      sink.open(FEED, new Claim());
      apply(sink, 21);
      int closed = names().size();
      for (int idle = 0; idle < 3; idle++) {
        sink.commit(position(21));
      }
      assertEquals(closed, names().size());
    }
    assertEquals(IntStream.rangeClosed(1, 21).boxed().toList(), rows());
  }

  @Test
  void aFileOfOthersUnderTheNextNameIsNeverTouched() throws IOException {
    Path next = directory.resolve("changes.jsonl.next");
    for (String others : List.of("", "{\"op\":", "somebody else's\n")) {
      Files.writeString(next, others);
      try (JsonLinesSink sink = sink(EACH_COMMIT)) {
        String message =
            refused(ErrorCode.DESTINATION_UNWRITABLE, () -> sink.open(FEED, new Claim()));
        assertTrue(message.contains("changes.jsonl.next is there"), message);
        assertTrue(message.contains("move it away"), message);
      }
      follow(Rotation.NEVER, 1, 2);
      follow(Rotation.NEVER, 3, 3);
      try (JsonLinesSink sink = sink(EACH_COMMIT)) {
        refused(ErrorCode.DESTINATION_UNWRITABLE, () -> sink.open(FEED, new Claim()));
      }
      assertEquals(others, Files.readString(next));
      Files.delete(next);
      try (JsonLinesSink sink = sink(EACH_COMMIT)) {
        sink.open(FEED, new Claim());
        Files.writeString(next, others);
        refused(ErrorCode.DESTINATION_UNWRITABLE, () -> apply(sink, 4));
      }
      assertEquals(others, Files.readString(next));
      assertEquals(List.of(1, 2, 3, 4), rows());
      Files.delete(file);
    }
  }

  @Test
  void aClosedFileIsNeverWrittenOver() throws IOException {
    follow(EACH_COMMIT, 1, 1);
    Path taken = directory.resolve("changes-0000000002.jsonl");
    Files.writeString(taken, "somebody else's");
    try (JsonLinesSink sink = sink(EACH_COMMIT)) {
      sink.open(FEED, new Claim());
      String message = refused(ErrorCode.DESTINATION_UNWRITABLE, () -> apply(sink, 2));
      assertTrue(message.contains("changes-0000000002.jsonl is there already"), message);
    }
    assertEquals("somebody else's", Files.readString(taken));
    Files.delete(taken);
    follow(EACH_COMMIT, 3, 3);
    assertEquals(List.of(1, 2, 3), rows());
  }

  @Test
  void aSecondOpenerFindsTheFilesBusy() {
    try (JsonLinesSink first = sink(EACH_COMMIT)) {
      first.open(FEED, new Claim());
      for (int id = 1; id <= 2; id++) {
        apply(first, id);
        try (JsonLinesSink second = sink(EACH_COMMIT)) {
          refused(ErrorCode.DESTINATION_BUSY, () -> second.open(FEED, new Claim()));
        }
      }
    }
  }
}
