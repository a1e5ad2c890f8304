package io.walferry.sinks.jsonlines;

import static io.walferry.sinks.Refusal.refused;
import static io.walferry.sinks.SourceTable.INT4;
import static io.walferry.sinks.SourceTable.row;
import static io.walferry.sinks.SourceTable.table;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.change.Lsn;
import io.walferry.change.Position;
import io.walferry.change.TransactionHeader;
import io.walferry.change.Xid;
import io.walferry.error.ErrorCode;
import io.walferry.sink.FeedIdentity;
import io.walferry.sink.SinkState;
import io.walferry.sinks.SourceTable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class JsonLinesFileTest {
  private static final FeedIdentity FEED = new FeedIdentity("a \"shop\"", -1L, 3, "slot");
  private static final SourceTable ITEM = table("item").key("id", INT4).build();

  @TempDir private Path directory;
  private Path file = Path.of("");

  @BeforeEach
  void nameTheFile() {
    file = directory.resolve("changes.jsonl");
  }

  private static Position position(long lsn) {
    return new Position(new Lsn(lsn), new Xid(-1));
  }

  private static void apply(JsonLinesSink sink, long lsn, String id) {
    sink.begin(new TransactionHeader(new Xid(7), new Lsn(lsn), Instant.EPOCH));
    sink.append(ITEM.insert(id));
    sink.commit(position(lsn + 1));
  }

  private void loadAndFollow() {
    try (JsonLinesSink sink = JsonLinesSink.toFile(file)) {
      assertEquals(SinkState.Fresh.FRESH, sink.open(FEED));
      assertFalse(Files.exists(file));
      sink.startLoad(List.of(ITEM.published()));
      sink.load(ITEM.published(), List.of(row("1"), row("2")));
      sink.finishLoad(position(0x10));
      apply(sink, 0x20, "3");
    }
  }

  private SinkState open() {
    try (JsonLinesSink sink = JsonLinesSink.toFile(file)) {
      return sink.open(FEED);
    }
  }

  @Test
  void aFileSaysHowFarItHasCome() throws IOException {
    loadAndFollow();
    String following =
        "{\"op\":\"position\",\"format\":1,\"pipeline\":\"a \\\"shop\\\"\","
            + "\"system_id\":\"18446744073709551615\",\"timeline\":3,\"slot\":\"slot\","
            + "\"state\":\"%s\",\"lsn\":\"%s\",\"xid\":%s}";
    assertEquals(
        List.of(
            following.formatted("loading", "0/0", "0"),
            "{\"op\":\"read\",\"schema\":\"public\",\"table\":\"item\",\"after\":{\"id\":1}}",
            "{\"op\":\"read\",\"schema\":\"public\",\"table\":\"item\",\"after\":{\"id\":2}}",
            following.formatted("following", "0/10", "4294967295"),
            "{\"op\":\"insert\",\"lsn\":\"0/20\",\"xid\":7,\"time\":\"1970-01-01T00:00:00Z\","
                + "\"ordinal\":0,\"schema\":\"public\",\"table\":\"item\",\"after\":{\"id\":3}}",
            following.formatted("following", "0/21", "4294967295")),
        Files.readAllLines(file));
    assertEquals(new SinkState.Following(position(0x21)), open());
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 65_490, 65_536, 65_537, 200_000})
  void whatFollowsTheLastPositionGoes(int tornBytes) throws IOException {
    loadAndFollow();
    byte[] whole = Files.readAllBytes(file);
    String torn = "{\"op\":\"insert\"}\n{\"op\":\"position\",\"x" + "y".repeat(tornBytes);
    Files.writeString(file, torn, StandardOpenOption.APPEND);
    try (JsonLinesSink sink = JsonLinesSink.toFile(file)) {
      assertEquals(new SinkState.Following(position(0x21)), sink.open(FEED));
      assertEquals(whole.length, Files.size(file));
      sink.resume(List.of(ITEM.published()));
      apply(sink, 0x30, "4");
    }
    assertEquals(8, Files.readAllLines(file).size());
    assertEquals(new SinkState.Following(position(0x31)), open());
  }

  /** Every place at which a crash could have cut the file off. */
  @Test
  void aFileCutOffAnywhereOpensAtAWholeCommit() throws IOException {
    loadAndFollow();
    byte[] whole = Files.readAllBytes(file);
    String text = Files.readString(file);
    int loadingEnd = text.indexOf('\n') + 1;
    int loadedEnd = text.indexOf("{\"op\":\"insert\"");
    for (int length = 0; length <= whole.length; length++) {
      Files.write(file, java.util.Arrays.copyOf(whole, length));
      SinkState expected =
          length < loadingEnd
              ? SinkState.Fresh.FRESH
              : length < loadedEnd
                  ? SinkState.Loading.LOADING
                  : new SinkState.Following(position(length < whole.length ? 0x10 : 0x21));
      assertEquals(expected, open(), "cut off after " + length + " bytes");
      long kept =
          length < loadingEnd
              ? 0
              : length < loadedEnd ? loadingEnd : length < whole.length ? loadedEnd : whole.length;
      assertEquals(kept, Files.size(file), "cut off after " + length + " bytes");
    }
  }

  @Test
  void anUnfinishedLoadStartsOver() throws IOException {
    try (JsonLinesSink sink = JsonLinesSink.toFile(file)) {
      sink.open(FEED);
      sink.startLoad(List.of(ITEM.published()));
      sink.load(ITEM.published(), java.util.Collections.nCopies(10_000, row("1")));
    }
    assertTrue(Files.size(file) > 100_000);
    try (JsonLinesSink sink = JsonLinesSink.toFile(file)) {
      assertEquals(SinkState.Loading.LOADING, sink.open(FEED));
      sink.startLoad(List.of(ITEM.published()));
      sink.load(ITEM.published(), List.of(row("2")));
      sink.finishLoad(position(0x10));
    }
    assertEquals(3, Files.readAllLines(file).size());
  }

  @Test
  void aSecondOpenerFindsTheFileBusy() {
    loadAndFollow();
    try (JsonLinesSink first = JsonLinesSink.toFile(file);
        JsonLinesSink second = JsonLinesSink.toFile(file)) {
      first.open(FEED);
      refused(ErrorCode.DESTINATION_BUSY, () -> second.open(FEED));
    }
    assertEquals(new SinkState.Following(position(0x21)), open());
  }

  @Test
  void ofTwoThatFoundNoFileTheFirstToWriteWins() {
    try (JsonLinesSink first = JsonLinesSink.toFile(file);
        JsonLinesSink second = JsonLinesSink.toFile(file)) {
      first.open(FEED);
      second.open(FEED);
      second.startLoad(List.of());
      refused(ErrorCode.DESTINATION_BUSY, () -> first.startLoad(List.of()));
    }
  }

  @Test
  void aFileOfOthersIsRefusedUntouched() throws IOException {
    Files.writeString(file, "{\"op\":\"insert\"}\n");
    refused(ErrorCode.DESTINATION_NOT_EMPTY, this::open);
    assertEquals("{\"op\":\"insert\"}\n", Files.readString(file));
    Files.writeString(file, "no line end");
    refused(ErrorCode.DESTINATION_NOT_EMPTY, this::open);
    assertEquals("no line end", Files.readString(file));
  }

  @Test
  void anotherFeedIsRefusedAndNamed() throws IOException {
    loadAndFollow();
    Files.writeString(file, "torn", StandardOpenOption.APPEND);
    long size = Files.size(file);
    try (JsonLinesSink sink = JsonLinesSink.toFile(file)) {
      String message =
          refused(
              ErrorCode.SOURCE_CHANGED,
              () -> sink.open(new FeedIdentity("a \"shop\"", -1L, 4, "slot")));
      assertTrue(message.endsWith(": expected timeline 3, got 4"), message);
    }
    assertEquals(size, Files.size(file));
  }

  @Test
  void aNewerFormatIsRefused() throws IOException {
    Files.writeString(file, "{\"op\":\"position\",\"format\":2,\"new\":1}\n");
    String message = refused(ErrorCode.DESTINATION_FORMAT, this::open);
    assertTrue(message.contains("format 2"), message);
    Files.writeString(file, "{\"op\":\"position\",\"format\":1,\"damaged\n");
    message = refused(ErrorCode.DESTINATION_FORMAT, this::open);
    assertTrue(message.contains("damaged"), message);
  }

  @Test
  void pathsThatCannotBeFilesAreRefused() throws IOException {
    Path plain = Files.writeString(directory.resolve("plain"), "x");
    for (Path bad : List.of(directory, plain.resolve("x"), directory.resolve("no/x"))) {
      try (JsonLinesSink sink = JsonLinesSink.toFile(bad)) {
        refused(ErrorCode.DESTINATION_UNWRITABLE, () -> sink.open(FEED));
      }
    }
  }
}
