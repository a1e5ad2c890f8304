package io.walferry.sinks.jsonlines;

import static io.walferry.sinks.SourceTable.BYTEA;
import static io.walferry.sinks.SourceTable.INT4;
import static io.walferry.sinks.SourceTable.JSON;
import static io.walferry.sinks.SourceTable.NULL;
import static io.walferry.sinks.SourceTable.TEXT;
import static io.walferry.sinks.SourceTable.UNCHANGED;
import static io.walferry.sinks.SourceTable.full;
import static io.walferry.sinks.SourceTable.key;
import static io.walferry.sinks.SourceTable.row;
import static io.walferry.sinks.SourceTable.table;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.change.Change;
import io.walferry.change.Lsn;
import io.walferry.change.Position;
import io.walferry.change.ReplicaIdentity;
import io.walferry.change.TransactionHeader;
import io.walferry.change.Value;
import io.walferry.change.Xid;
import io.walferry.error.ErrorCode;
import io.walferry.json.JsonNumber;
import io.walferry.sink.Claim;
import io.walferry.sink.FeedIdentity;
import io.walferry.sinks.Refusal;
import io.walferry.sinks.SourceTable;
import java.io.ByteArrayOutputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class JsonLinesFormatTest {
  private static final SourceTable ITEM =
      table("item").key("id", INT4).column("name", TEXT).column("note", TEXT).build();

  private static final String COMMIT =
      "\"lsn\":\"16/3002D50\",\"xid\":4294967295,\"time\":\"2024-02-29T12:00:00.000001Z\"";

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  private List<String> lines(Change... changes) {
    try (JsonLinesSink sink = JsonLinesSink.toStream(bytes, "a test")) {
      sink.open(new FeedIdentity("p", 1, 1, "s"), new Claim());
      sink.resume(List.of());
      sink.begin(
          new TransactionHeader(
              new Xid(-1), Lsn.parse("16/3002D50"), Instant.parse("2024-02-29T12:00:00.000001Z")));
      List.of(changes).forEach(sink::append);
      sink.commit(new Position(Lsn.parse("16/3002D80"), new Xid(-1)));
    }
    return bytes.toString(StandardCharsets.UTF_8).lines().toList();
  }

  @Test
  void everyChangeIsOneLine() {
    SourceTable log =
        table("sales.log")
            .column("a", INT4)
            .column("b", TEXT)
            .identity(ReplicaIdentity.FULL)
            .build();
    assertEquals(
        List.of(
            "{\"op\":\"insert\","
                + COMMIT
                + ",\"ordinal\":0,\"schema\":\"public\",\"table\":\"item\""
                + ",\"after\":{\"id\":1,\"name\":\"a\",\"note\":null}}",
            "{\"op\":\"update\","
                + COMMIT
                + ",\"ordinal\":1,\"schema\":\"public\",\"table\":\"item\""
                + ",\"after\":{\"id\":1},\"unchanged\":[\"name\",\"note\"]}",
            "{\"op\":\"update\","
                + COMMIT
                + ",\"ordinal\":2,\"schema\":\"public\",\"table\":\"item\""
                + ",\"before\":{\"id\":1},\"after\":{\"id\":2,\"name\":\"\",\"note\":\"x\"}}",
            "{\"op\":\"update\","
                + COMMIT
                + ",\"ordinal\":3,\"schema\":\"sales\",\"table\":\"log\""
                + ",\"before\":{\"a\":1,\"b\":null},\"after\":{\"a\":2,\"b\":\"y\"}}",
            "{\"op\":\"delete\","
                + COMMIT
                + ",\"ordinal\":4,\"schema\":\"public\",\"table\":\"item\""
                + ",\"before\":{\"id\":2}}",
            "{\"op\":\"truncate\","
                + COMMIT
                + ",\"ordinal\":5,\"schema\":\"public\",\"table\":\"item\""
                + ",\"cascade\":true,\"restart_identity\":false}",
            "{\"op\":\"truncate\","
                + COMMIT
                + ",\"ordinal\":6,\"schema\":\"sales\",\"table\":\"log\""
                + ",\"cascade\":true,\"restart_identity\":false}",
            "{\"op\":\"message\","
                + COMMIT
                + ",\"ordinal\":7,\"transactional\":true,\"prefix\":\"app\\\"\""
                + ",\"content\":\"\\\\x00ff\"}"),
        lines(
            ITEM.insert("1", "a", NULL),
            ITEM.update("1", UNCHANGED, UNCHANGED),
            ITEM.update(key("1", NULL, NULL), "2", "", "x"),
            log.update(full("1", NULL), "2", "y"),
            ITEM.delete(key("2", NULL, NULL)),
            new Change.Truncate(List.of(ITEM.relation(), log.relation()), true, false),
            new Change.Message(true, "app\"", new Lsn(9), new Value.Binary(new byte[] {0, -1}))));
  }

  record ValueCase(int oid, String text, String json) {}

  static List<ValueCase> values() {
    return List.of(
        new ValueCase(16, "t", "true"),
        new ValueCase(16, "f", "false"),
        new ValueCase(20, "-9223372036854775808", "-9223372036854775808"),
        new ValueCase(26, "4294967295", "4294967295"),
        new ValueCase(701, "-0", "-0"),
        new ValueCase(701, "1e+15", "1e+15"),
        new ValueCase(701, "5e-324", "5e-324"),
        new ValueCase(701, "NaN", "\"NaN\""),
        new ValueCase(700, "-Infinity", "\"-Infinity\""),
        new ValueCase(1700, "0.10", "0.10"),
        new ValueCase(1700, "123456789012345678901234567890", "123456789012345678901234567890"),
        new ValueCase(1700, "NaN", "\"NaN\""),
        new ValueCase(25, "", "\"\""),
        new ValueCase(25, "12", "\"12\""),
        new ValueCase(25, "it's \"q\" \\ /", "\"it's \\\"q\\\" \\\\ /\""),
        new ValueCase(25, "\n\r\t\b\u0001\u001f", "\"\\n\\r\\t\\u0008\\u0001\\u001f\""),
        new ValueCase(25, "ünï 😀 \u2028\u007f", "\"ünï 😀 \u2028\u007f\""),
        new ValueCase(JSON, "{\"a\":  1.0,\r\n \"a\":[null]}", "{\"a\":  1.0,   \"a\":[null]}"),
        new ValueCase(3802, "\"text\"", "\"text\""),
        new ValueCase(BYTEA, "\\x00ff", "\"\\\\x00ff\""),
        new ValueCase(1184, "2024-01-01 00:00:00+00", "\"2024-01-01 00:00:00+00\""),
        new ValueCase(1007, "{1,NULL}", "\"{1,NULL}\""));
  }

  @ParameterizedTest
  @MethodSource("values")
  void valuesAreJson(ValueCase value) {
    SourceTable one = table("t").column("v\"\n", value.oid()).build();
    String line = lines(one.insert(value.text())).getFirst();
    String after = line.substring(line.indexOf("\"after\":"));
    assertEquals("\"after\":{\"v\\\"\\u000a\":" + value.json() + "}}", after);
  }

  @Test
  void onlyJsonNumbersCountAsNumbers() {
    for (String yes : List.of("0", "-0", "10", "0.5", "-1.25e-7", "1E+9", "1e5")) {
      assertTrue(JsonNumber.isOne(row(yes), 0), yes);
    }
    for (String no :
        List.of("", "-", "01", "-01", ".5", "1.", "+1", "1e", "1e+", "NaN", "0x1", "1 ", "1.e5")) {
      assertFalse(JsonNumber.isOne(row(no), 0), no);
    }
  }

  @Test
  void aLineMayBeLongerThanTheBuffer() {
    String text = "é".repeat(100_000);
    String line = lines(ITEM.insert("1", text, "x")).getFirst();
    assertTrue(line.endsWith("\"name\":\"" + text + "\",\"note\":\"x\"}}"));
  }

  @Test
  void aReaderThatEndsIsReported(@TempDir Path directory) throws IOException, InterruptedException {
    Path pipe = directory.resolve("pipe");
    assertEquals(0, new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor());
    Process reader = new ProcessBuilder("head", "-n", "1", pipe.toString()).start();
    try (FileOutputStream stream = new FileOutputStream(pipe.toFile());
        JsonLinesSink sink = JsonLinesSink.toStream(stream, "a pipe")) {
      sink.open(new FeedIdentity("p", 1, 1, "s"), new Claim());
      String message =
          Refusal.refused(
              ErrorCode.DESTINATION_UNWRITABLE,
              () -> {
                for (int i = 0; i < 100_000; i++) {
                  sink.append(ITEM.insert("1", "a", "x".repeat(1000)));
                }
              });
      assertEquals(
          "could not write JSON lines to a pipe: its reader has ended; start it again", message);
    }
    assertEquals(0, reader.waitFor());
  }

  @Test
  void aFullDeviceIsReported() throws IOException {
    try (FileOutputStream full = new FileOutputStream("/dev/full");
        JsonLinesSink sink = JsonLinesSink.toStream(full, "/dev/full")) {
      sink.append(ITEM.insert("1", "a", "b"));
      Refusal.refused(
          ErrorCode.DESTINATION_FULL, () -> sink.commit(new Position(new Lsn(1), new Xid(1))));
    }
  }

  @Test
  void aCommitReachesTheReader() throws IOException {
    try (PipedInputStream in = new PipedInputStream();
        PipedOutputStream out = new PipedOutputStream(in);
        JsonLinesSink sink = JsonLinesSink.toStream(out, "a pipe")) {
      assertFalse(sink.capabilities().savesPosition());
      sink.append(ITEM.insert("1", "a", "b"));
      assertEquals(0, in.available());
      sink.commit(new Position(new Lsn(1), new Xid(1)));
      assertTrue(in.available() > 0);
    }
  }
}
