package io.walferry.sinks.jsonlines;

import static io.walferry.sinks.Refusal.refused;
import static io.walferry.sinks.SinkCalls.chunk;
import static io.walferry.sinks.SinkCalls.line;
import static io.walferry.sinks.SinkCalls.load;
import static io.walferry.sinks.SourceTable.INT4;
import static io.walferry.sinks.SourceTable.table;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.change.Lsn;
import io.walferry.change.Position;
import io.walferry.change.TableId;
import io.walferry.change.TransactionHeader;
import io.walferry.change.Xid;
import io.walferry.error.ErrorCode;
import io.walferry.sink.ChunkWriter;
import io.walferry.sink.Claim;
import io.walferry.sink.FeedIdentity;
import io.walferry.sink.LedgerEntry;
import io.walferry.sink.LedgerEntry.Kind;
import io.walferry.sink.SinkState;
import io.walferry.sinks.SourceTable;
import io.walferry.sinks.table.ExistingRows;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

final class JsonLinesFileTest {
  private static final FeedIdentity FEED = new FeedIdentity("a \"shop\"", -1L, 3, "slot");
  private static final SourceTable ITEM = table("item").key("id", INT4).build();

  private static final LedgerEntry SLOT =
      new LedgerEntry(new TableId("", ""), LedgerEntry.Kind.SLOT, "slot", "soon");

  @TempDir private Path directory;
  private Path file = Path.of("");

  /** Of one process, unless another is meant. */
  private final Claim claim = new Claim();

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
    try (JsonLinesSink sink = JsonLinesSink.toFile(file, ExistingRows.REFUSE)) {
      assertEquals(SinkState.Fresh.FRESH, sink.open(FEED, claim));
      assertFalse(Files.exists(file));
      sink.prepare(List.of(ITEM.published()));
      sink.note(List.of(SLOT));
      sink.commit(position(0x10));
      load(sink, ITEM, line("1"), line("2"));
      settle(sink);
      sink.commit(position(0x10));
      apply(sink, 0x20, "3");
    }
  }

  private static void settle(JsonLinesSink sink) {
    sink.forget(SLOT.table(), EnumSet.of(LedgerEntry.Kind.SLOT));
    sink.forget(ITEM.published().table(), EnumSet.of(LedgerEntry.Kind.CHUNK));
  }

  private static SinkState at(long lsn, LedgerEntry... ledger) {
    return new SinkState.Following(position(lsn), FEED, List.of(ledger));
  }

  private SinkState open() {
    return open(claim);
  }

  private SinkState open(Claim presented) {
    try (JsonLinesSink sink = JsonLinesSink.toFile(file, ExistingRows.REFUSE)) {
      return sink.open(FEED, presented);
    }
  }

  @Test
  void aFileSaysHowFarItHasCome() throws IOException {
    loadAndFollow();
    String ledger = new String(LedgerLine.encode(List.of(SLOT)), StandardCharsets.UTF_8);
    String following =
        "{\"op\":\"position\",\"format\":1,\"pipeline\":\"a \\\"shop\\\"\","
            + "\"system_id\":\"18446744073709551615\",\"timeline\":3,\"slot\":\"slot\","
            + "\"state\":\"%s\",\"lsn\":\"%s\",\"xid\":%s,\"epoch\":"
            + claim.epoch()
            + "}";
    assertEquals(
        List.of(
            ledger.strip(),
            following
                .formatted("loading", "0/10", "4294967295")
                .replace(",\"epoch\"", ",\"ledger\":[0," + ledger.length() + "],\"epoch\""),
            "{\"op\":\"read\",\"schema\":\"public\",\"table\":\"item\",\"after\":{\"id\":1}}",
            "{\"op\":\"read\",\"schema\":\"public\",\"table\":\"item\",\"after\":{\"id\":2}}",
            following.formatted("following", "0/10", "4294967295"),
            "{\"op\":\"insert\",\"lsn\":\"0/20\",\"xid\":7,\"time\":\"1970-01-01T00:00:00Z\","
                + "\"ordinal\":0,\"schema\":\"public\",\"table\":\"item\",\"after\":{\"id\":3}}",
            following.formatted("following", "0/21", "4294967295")),
        Files.readAllLines(file));
    assertEquals(at(0x21), open());
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 65_490, 65_536, 65_537, 200_000})
  void whatFollowsTheLastPositionGoes(int tornBytes) throws IOException {
    loadAndFollow();
    byte[] whole = Files.readAllBytes(file);
    String torn = "{\"op\":\"insert\"}\n{\"op\":\"position\",\"x" + "y".repeat(tornBytes);
    Files.writeString(file, torn, StandardOpenOption.APPEND);
    try (JsonLinesSink sink = JsonLinesSink.toFile(file, ExistingRows.REFUSE)) {
      assertEquals(at(0x21), sink.open(FEED, claim));
      assertEquals(whole.length, Files.size(file));
      sink.resume(List.of(ITEM.published()));
      apply(sink, 0x30, "4");
    }
    assertEquals(9, Files.readAllLines(file).size());
    assertEquals(at(0x31), open());
  }

  /** Every place at which a crash could have cut the file off. */
  @Test
  void aFileCutOffAnywhereOpensAtAWholeCommit() throws IOException {
    loadAndFollow();
    byte[] whole = Files.readAllBytes(file);
    String text = Files.readString(file);
    int loadingEnd = text.indexOf("{\"op\":\"read\"");
    int loadedEnd = text.indexOf("{\"op\":\"insert\"");
    for (int length = 0; length <= whole.length; length++) {
      Files.write(file, Arrays.copyOf(whole, length));
      SinkState expected =
          length < loadingEnd
              ? SinkState.Fresh.FRESH
              : length < loadedEnd ? at(0x10, SLOT) : at(length < whole.length ? 0x10 : 0x21);
      assertEquals(expected, open(new Claim()), "cut off after " + length + " bytes");
      int kept =
          length < loadingEnd
              ? 0
              : length < loadedEnd ? loadingEnd : length < whole.length ? loadedEnd : whole.length;
      String found = Files.readString(file);
      assertTrue(found.startsWith(text.substring(0, kept)), "cut off after " + length + " bytes");
      assertEquals(
          kept == 0 ? List.of() : List.of("position"),
          found.substring(kept).lines().map(JsonLinesFileTest::operation).toList(),
          "cut off after " + length + " bytes");
    }
  }

  @Test
  void whatALoadHasNotCommittedGoes() throws IOException {
    byte[][] many = new byte[10_000][];
    Arrays.fill(many, line("1"));
    try (JsonLinesSink sink = JsonLinesSink.toFile(file, ExistingRows.REFUSE)) {
      sink.open(FEED, claim);
      sink.note(List.of(SLOT));
      sink.prepare(List.of(ITEM.published()));
      sink.commit(position(0x10));
      load(sink, ITEM, copies(many));
    }
    assertTrue(Files.size(file) > 100_000);
    try (JsonLinesSink sink = JsonLinesSink.toFile(file, ExistingRows.REFUSE)) {
      assertEquals(at(0x10, SLOT), sink.open(FEED, claim));
      load(sink, ITEM, line("2"));
      settle(sink);
      sink.commit(position(0x40));
    }
    assertEquals(
        List.of("ledger", "position", "read", "position"),
        Files.readAllLines(file).stream().map(JsonLinesFileTest::operation).toList());
    assertEquals(at(0x40), open());
  }

  @Test
  void aLoadGoesOnBehindACommit() throws IOException {
    try (JsonLinesSink sink = JsonLinesSink.toFile(file, ExistingRows.REFUSE)) {
      sink.open(FEED, claim);
      sink.note(List.of(SLOT));
      sink.commit(position(0x10));
      load(sink, ITEM, line("1"));
      // Changes behind the rows, while the ledger still has lines that are not settled.
      apply(sink, 0x20, "3");
      apply(sink, 0x30, "4");
    }
    assertEquals(at(0x31, SLOT, chunk(ITEM, "1")), open());
    assertEquals(
        List.of("ledger", "position", "read", "insert", "ledger", "position", "insert", "position"),
        Files.readAllLines(file).stream().map(JsonLinesFileTest::operation).toList());
  }

  @Test
  void ofALargeLoadOnlyItsEndHasToBeReadAgain() throws IOException {
    SourceTable large = table("large").key("id", SourceTable.TEXT).build();
    byte[][] rows = new byte[33][];
    for (int row = 0; row < rows.length; row++) {
      rows[row] = line(row + "x".repeat(2 << 20));
    }
    try (JsonLinesSink sink = JsonLinesSink.toFile(file, ExistingRows.REFUSE)) {
      sink.open(FEED, claim);
      sink.commit(position(0x10));
      load(sink, large, rows);
      try (ChunkWriter writer = sink.chunkWriter()) {
        writer.begin(large.published());
        writer.write(line("end"));
        writer.commit(new LedgerEntry(large.published().table(), Kind.CHUNK, "2", ""));
      }
    }
    assertEquals(at(0x10, chunk(large, "1")), open());
    assertFalse(Files.readString(file).contains("end"));
  }

  /** A version that could not go on with a load has not said what is missing of it. */
  @Test
  void aLoadWithoutALedgerIsRefused() throws IOException {
    loadAndFollow();
    Files.writeString(file, Files.readString(file).replace("following", "loading"));
    refused(ErrorCode.DESTINATION_FORMAT, this::open);
  }

  /** The parser takes escapes out of a line in place. */
  private static byte[][] copies(byte[][] lines) {
    return Arrays.stream(lines).map(byte[]::clone).toArray(byte[][]::new);
  }

  private static String operation(String line) {
    return line.substring(7, line.indexOf('"', 7));
  }

  @Test
  void anAbandonedChunkLeavesNoLines() throws IOException {
    try (JsonLinesSink sink = JsonLinesSink.toFile(file, ExistingRows.REFUSE)) {
      sink.open(FEED, claim);
      sink.prepare(List.of(ITEM.published()));
      sink.commit(position(0x10));
      load(sink, ITEM, line("1"));
      try (ChunkWriter abandoned = sink.chunkWriter()) {
        abandoned.begin(ITEM.published());
        for (int row = 0; row < 10_000; row++) {
          abandoned.write(line("7"));
        }
      }
      load(sink, ITEM, line("2"));
      settle(sink);
      sink.commit(position(0x11));
    }
    assertEquals(
        List.of("1", "2"),
        Files.readAllLines(file).stream()
            .filter(line -> operation(line).equals("read"))
            .map(line -> line.substring(line.indexOf("id") + 4, line.indexOf('}')))
            .toList());
  }

  @Test
  void settledLinesOfTheLedgerComeBack() throws IOException {
    TableId odd = new TableId("it's", "\"q\" \\ ünï 😀\n\u0001");
    LedgerEntry table = new LedgerEntry(odd, LedgerEntry.Kind.TABLE, "", "{\"a\":[\"\\\\\"]}");
    LedgerEntry long1 = new LedgerEntry(odd, LedgerEntry.Kind.TABLE, "1", "x".repeat(200_000));
    try (JsonLinesSink sink = JsonLinesSink.toFile(file, ExistingRows.REFUSE)) {
      sink.open(FEED, claim);
      sink.note(List.of(table));
      sink.commit(position(0x10));
      apply(sink, 0x20, "1");
      sink.note(List.of(long1));
      apply(sink, 0x30, "2");
      apply(sink, 0x40, "3");
    }
    assertEquals(at(0x41, table, long1), open());
    try (JsonLinesSink sink = JsonLinesSink.toFile(file, ExistingRows.REFUSE)) {
      sink.open(FEED, claim);
      apply(sink, 0x50, "4");
      sink.forget(odd, EnumSet.of(LedgerEntry.Kind.TABLE));
      apply(sink, 0x60, "5");
    }
    assertEquals(at(0x61), open());
    assertEquals(2, Files.readString(file).split("\"op\":\"ledger\"", -1).length - 1);
  }

  @Test
  void aFirstCommitWithALedgerMayBeCutOffAnywhere() throws IOException {
    LedgerEntry table =
        new LedgerEntry(ITEM.published().table(), LedgerEntry.Kind.TABLE, "", "followed");
    try (JsonLinesSink sink = JsonLinesSink.toFile(file, ExistingRows.REFUSE)) {
      sink.open(FEED, claim);
      sink.note(List.of(table));
      sink.commit(position(0x10));
    }
    byte[] whole = Files.readAllBytes(file);
    for (int length = 0; length < whole.length; length++) {
      Files.write(file, Arrays.copyOf(whole, length));
      assertEquals(SinkState.Fresh.FRESH, open(new Claim()), "cut off after " + length + " bytes");
      assertEquals(0, Files.size(file));
    }
    Files.write(file, whole);
    assertEquals(at(0x10, table), open(new Claim()));
  }

  @ParameterizedTest
  @EnumSource(names = {"REFUSE", "APPEND"})
  void soMayOneWithALargeLedger(ExistingRows existing) throws IOException {
    String foreign = existing == ExistingRows.APPEND ? "line\n" : "";
    Files.writeString(file, foreign);
    LedgerEntry large = new LedgerEntry(new TableId("a", "b"), Kind.TABLE, "", "x".repeat(200_000));
    try (JsonLinesSink sink = JsonLinesSink.toFile(file, existing)) {
      sink.open(FEED, claim);
      sink.note(List.of(large));
      sink.commit(position(0x10));
    }
    byte[] whole = Files.readAllBytes(file);
    int ledgerEnd = Files.readString(file).indexOf(PositionLine.START);
    for (int length : List.of(100_000, ledgerEnd - 1, ledgerEnd, whole.length - 1)) {
      Files.write(file, Arrays.copyOf(whole, length));
      try (JsonLinesSink sink = JsonLinesSink.toFile(file, existing)) {
        assertEquals(SinkState.Fresh.FRESH, sink.open(FEED, new Claim()), "cut at " + length);
      }
      assertEquals(foreign, Files.readString(file), "cut at " + length);
    }
  }

  @Test
  void aSecondOpenerFindsTheFileBusy() {
    loadAndFollow();
    try (JsonLinesSink first = JsonLinesSink.toFile(file, ExistingRows.REFUSE);
        JsonLinesSink second = JsonLinesSink.toFile(file, ExistingRows.REFUSE)) {
      first.open(FEED, claim);
      refused(ErrorCode.DESTINATION_BUSY, () -> second.open(FEED, new Claim()));
    }
    assertEquals(at(0x21), open());
  }

  @Test
  void ofTwoThatFoundNoFileTheFirstToWriteWins() {
    try (JsonLinesSink first = JsonLinesSink.toFile(file, ExistingRows.REFUSE);
        JsonLinesSink second = JsonLinesSink.toFile(file, ExistingRows.REFUSE)) {
      first.open(FEED, claim);
      second.open(FEED, new Claim());
      second.commit(position(0x10));
      refused(ErrorCode.DESTINATION_BUSY, () -> first.commit(position(0x10)));
    }
  }

  @Test
  void aProcessOpensAgainUntilAnotherTakesOver() throws IOException {
    Claim early = new Claim();
    assertEquals(SinkState.Fresh.FRESH, open(early));
    loadAndFollow();
    refused(ErrorCode.DESTINATION_FENCED, () -> open(early));
    assertEquals(at(0x21), open());
    // The successor has committed nothing yet.
    Claim successor = new Claim();
    assertEquals(at(0x21), open(successor));
    String message = refused(ErrorCode.DESTINATION_FENCED, this::open);
    assertTrue(
        message.endsWith(": expected epoch " + claim.epoch() + ", got epoch " + successor.epoch()),
        message);
    assertEquals(at(0x21), open(successor));
    Files.delete(file);
    refused(ErrorCode.DESTINATION_FENCED, () -> open(successor));
    assertEquals(SinkState.Fresh.FRESH, open(new Claim()));
  }

  @Test
  void anUnfinishedLoadIsTakenOverToo() {
    try (JsonLinesSink sink = JsonLinesSink.toFile(file, ExistingRows.REFUSE)) {
      sink.open(FEED, claim);
      sink.note(List.of(SLOT));
      sink.commit(position(0x10));
      load(sink, ITEM, line("1"));
    }
    assertEquals(at(0x10, SLOT), open(new Claim()));
    refused(ErrorCode.DESTINATION_FENCED, this::open);
  }

  @Test
  void aFileThatSaysNoEpochIsTakenOver() throws IOException {
    loadAndFollow();
    Files.writeString(file, Files.readString(file).replaceAll(",\"epoch\":\\d+", ""));
    assertEquals(at(0x21), open(new Claim()));
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

  @ParameterizedTest
  @ValueSource(strings = {"line\n", "a\nline without an end"})
  void aFileOfOthersIsGoneOnWithIfAsked(String foreign) throws IOException {
    Files.writeString(file, foreign);
    try (JsonLinesSink sink = JsonLinesSink.toFile(file, ExistingRows.APPEND)) {
      assertEquals(SinkState.Fresh.FRESH, sink.open(FEED, claim));
      assertEquals(foreign, Files.readString(file));
      sink.note(List.of(SLOT));
      sink.commit(position(0));
    }
    byte[] whole = Files.readAllBytes(file);
    Files.write(file, Arrays.copyOf(whole, whole.length - 5));
    try (JsonLinesSink sink = JsonLinesSink.toFile(file, ExistingRows.APPEND)) {
      assertEquals(SinkState.Fresh.FRESH, sink.open(FEED, new Claim()));
      apply(sink, 0x20, "1");
    }
    List<String> lines = Files.readAllLines(file);
    assertEquals(foreign.lines().toList(), lines.subList(0, lines.size() - 2));
    assertEquals("insert", operation(lines.get(lines.size() - 2)));
    assertEquals(at(0x21), open(new Claim()));
  }

  @Test
  void linesCanNeitherBeReplacedNorMerged() {
    for (ExistingRows existing : List.of(ExistingRows.REPLACE, ExistingRows.MERGE)) {
      assertThrows(IllegalArgumentException.class, () -> JsonLinesSink.toFile(file, existing));
    }
  }

  @Test
  void anotherFeedIsRefusedAndNamed() throws IOException {
    loadAndFollow();
    Files.writeString(file, "torn", StandardOpenOption.APPEND);
    long size = Files.size(file);
    try (JsonLinesSink sink = JsonLinesSink.toFile(file, ExistingRows.REFUSE)) {
      String message =
          refused(
              ErrorCode.SOURCE_CHANGED,
              () -> sink.open(new FeedIdentity("a \"shop\"", 5L, 3, "slot"), new Claim()));
      assertTrue(message.endsWith(": expected system id 18446744073709551615, got 5"), message);
    }
    assertEquals(size, Files.size(file));
  }

  @Test
  void anotherTimelineIsSavedWithTheNextCommit() throws IOException {
    loadAndFollow();
    SinkState before = open();
    FeedIdentity promoted = new FeedIdentity("a \"shop\"", -1L, 4, "slot");
    try (JsonLinesSink sink = JsonLinesSink.toFile(file, ExistingRows.REFUSE)) {
      assertEquals(before, sink.open(promoted, claim));
    }
    assertEquals(before, open());
    try (JsonLinesSink sink = JsonLinesSink.toFile(file, ExistingRows.REFUSE)) {
      sink.open(promoted, claim);
      sink.commit(position(0x99));
    }
    assertEquals(new SinkState.Following(position(0x99), promoted, List.of()), open());
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
      try (JsonLinesSink sink = JsonLinesSink.toFile(bad, ExistingRows.REFUSE)) {
        refused(ErrorCode.DESTINATION_UNWRITABLE, () -> sink.open(FEED, claim));
      }
    }
  }
}
