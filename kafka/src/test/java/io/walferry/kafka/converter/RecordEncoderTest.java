package io.walferry.kafka.converter;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.change.Change;
import io.walferry.change.Lsn;
import io.walferry.change.TransactionHeader;
import io.walferry.change.Value;
import io.walferry.change.Xid;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.kafka.SampleTable;
import io.walferry.kafka.envelope.Envelope;
import io.walferry.kafka.envelope.EnvelopeSettings;
import io.walferry.kafka.envelope.Op;
import io.walferry.kafka.envelope.Origin;
import io.walferry.kafka.envelope.RowEvent;
import io.walferry.kafka.envelope.RowImage;
import io.walferry.kafka.envelope.TableShape;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.connect.json.JsonConverter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What Kafka's own JSON converter makes of schemas and rows. */
final class RecordEncoderTest {
  private static final ConverterSettings JSON =
      new ConverterSettings(JsonConverter.class.getName(), Map.of());

  /** Each type: its schema, and the same value as in the JSON that needs no converter. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "16   | t                          | boolean |",
        "21   | -32768                     | int16   |",
        "23   | 2147483647                 | int32   |",
        "20   | -9223372036854775808       | int64   |",
        "26   | 4294967295                 | int64   |",
        "700  | 1.5                        | float   |",
        "701  | 1.5e-10                    | double  |",
        "701  | NaN                        | double  |",
        "701  | -Infinity                  | double  |",
        "1700 | 12345678901234567890.1200  | string  |",
        "17   | \\x00ff10                  | bytes   |",
        "1082 | 0044-03-15 BC              | int32   | io.debezium.time.Date",
        "1082 | infinity                   | int32   | io.debezium.time.Date",
        "1083 | 24:00:00                   | int64   | io.debezium.time.MicroTime",
        "1114 | 1969-12-31 23:59:59.999999 | int64   | io.debezium.time.MicroTimestamp",
        "1114 | -infinity                  | int64   | io.debezium.time.MicroTimestamp",
        "1184 | 2026-01-02 03:04:05.5+00   | string  | io.debezium.time.ZonedTimestamp",
        "1184 | infinity                   | string  | io.debezium.time.ZonedTimestamp",
        "1266 | 10:00:00+02                | string  |",
        "3802 | [1, null]                  | string  | io.debezium.data.Json",
        "2950 | 7f0a4c3e-0000-4000-8000-000000000001 | string | io.debezium.data.Uuid",
        "1007 | {1,NULL,3}                 | string  |",
        "25   | é\"\\                      | string  |",
      })
  void aTypeHasASchemaAndTheValueOfPlainJson(int oid, String text, String type, String name) {
    TableShape shape = shape(SampleTable.of("t", "v:" + oid), List.of());
    JsonNode record = value(JSON, Envelope.DEBEZIUM, read(shape, text));
    JsonNode row = record.get("schema").get("fields").get(1);
    JsonNode column = row.get("fields").get(0);
    assertEquals("my_topic._1.t.Value", row.get("name").asString());
    assertEquals("v", column.get("field").asString());
    assertEquals(type, column.get("type").asString());
    assertTrue(column.get("optional").asBoolean());
    assertEquals(Optional.ofNullable(name), text(column, "name"));
    JsonNode plain = plain(Envelope.DEBEZIUM, read(shape, text));
    assertEquals(plain.get("after"), record.get("payload").get("after"));
  }

  @ParameterizedTest
  @CsvSource({"DEBEZIUM", "FLATTENED"})
  void anEnvelopeHasTheMembersOfPlainJson(Envelope envelope) {
    TableShape shape = shape(SampleTable.of("t", "*id:23", "v"), List.of("id"));
    JsonNode record = value(JSON, envelope, read(shape, "1", "a"));
    JsonNode payload = record.get("payload");
    JsonNode plain = plain(envelope, read(shape, "1", "a"));
    assertEquals(
        plain.propertyNames().stream().sorted().toList(),
        payload.propertyNames().stream().sorted().toList());
    if (envelope == Envelope.DEBEZIUM) {
      assertEquals("my_topic._1.t.Envelope", record.get("schema").get("name").asString());
      assertEquals(
          plain.get("source").propertyNames().stream().sorted().toList(),
          payload.get("source").propertyNames().stream().sorted().toList());
      assertEquals(plain.get("after"), payload.get("after"));
      assertEquals("r", payload.get("op").asString());
    } else {
      assertEquals("a", payload.get("v").asString());
      assertEquals("r", payload.get("__op").asString());
    }
  }

  @Test
  void aKeyThatIsNeverNullIsRequired() {
    SampleTable table = SampleTable.of("t", "*id:20", "v");
    for (boolean neverNull : List.of(true, false)) {
      TableShape shape = new TableShape(table.relation(), List.of("id"), neverNull);
      RecordEncoder encoder = encoder(Optional.of(JSON), Optional.empty(), Envelope.DEBEZIUM);
      RowImage image = RowImage.of(SampleTable.row("7", "x"));
      JsonNode key = json(encoder.key("my-topic.1.t", shape, image).bytes());
      assertEquals("{\"id\":7}", key.get("payload").toString());
      assertEquals("my_topic._1.t.Key", key.get("schema").get("name").asString());
      JsonNode field = key.get("schema").get("fields").get(0);
      assertEquals(!neverNull, field.get("optional").asBoolean());
    }
  }

  @Test
  void aTimestampBeyond64BitsIsRefused() {
    TableShape shape = shape(SampleTable.of("t", "v:1114"), List.of());
    WalferryException failure =
        assertThrows(
            WalferryException.class,
            () -> value(JSON, Envelope.DEBEZIUM, read(shape, "294276-12-31 23:59:59.999999")));
    assertEquals(ErrorCode.DESTINATION_RECORD_REFUSED, failure.code());
    assertFalse(String.valueOf(failure.getMessage()).contains("294276"), failure::getMessage);
  }

  @Test
  void whatWasNotSentHasThePlaceholder() {
    TableShape shape = shape(SampleTable.of("t", "a", "b:17"), List.of());
    JsonNode row =
        value(JSON, Envelope.DEBEZIUM, read(shape, SampleTable.UNCHANGED, SampleTable.UNCHANGED))
            .get("payload")
            .get("after");
    assertEquals("gone", row.get("a").asString());
    assertEquals("Z29uZQ==", row.get("b").asString());
  }

  @Test
  void longTextsAreCut() {
    TableShape shape = shape(SampleTable.of("t", "a", "b:17", "c:23"), List.of());
    RecordEncoder encoder = encoder(Optional.empty(), Optional.of(JSON), Envelope.DEBEZIUM);
    RowEvent event = read(shape, "aäöü", "\\x0102030405", "123456");
    JsonNode row = json(encoder.value("t", event, 4).bytes()).get("payload").get("after");
    assertEquals("{\"a\":\"aä\",\"b\":\"AQIDBA==\",\"c\":123456}", row.toString());
    assertEquals(java.util.Set.of("a", "b"), encoder.cut());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "some.Missing | a | neither on the class path nor in the 'jars'",
        "java.lang.String | a | it is no org.apache.kafka.connect.storage.Converter",
        "org.apache.kafka.connect.json.JsonConverter | not-a-number | schemas.cache.size",
      })
  void aConverterThatCannotBeUsedIsAnErrorOfTheConfiguration(
      String name, String size, String problem) {
    ConverterSettings settings = new ConverterSettings(name, Map.of("schemas.cache.size", size));
    WalferryException failure =
        assertThrows(
            WalferryException.class,
            () -> encoder(Optional.empty(), Optional.of(settings), Envelope.DEBEZIUM));
    assertEquals(ErrorCode.CONFIGURATION_INVALID, failure.code());
    assertTrue(String.valueOf(failure.getMessage()).contains(problem), failure::getMessage);
    assertFalse(String.valueOf(failure.getMessage()).contains("not-a-number"), failure::getMessage);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "poison   | DESTINATION_RECORD_REFUSED   | does not take a row of table public.t",
        "down     | DESTINATION_UNREACHABLE      | ConnectException: refused",
        "schema   | DESTINATION_CONVERTER_FAILED | refused by the registry at {url}",
        "mismatch | DESTINATION_CONVERTER_FAILED | IOException: differs",
        "nothing  | DESTINATION_CONVERTER_FAILED | it has made no bytes",
      })
  void aFaultIsOfTheRowOrNot(String fault, ErrorCode code, String said) {
    TableShape shape = shape(SampleTable.of("t", "v"), List.of());
    WalferryException failure =
        assertThrows(
            WalferryException.class,
            () -> value(faulty(fault), Envelope.DEBEZIUM, read(shape, "some poison")));
    assertEquals(code, failure.code(), failure::getMessage);
    String trace = trace(failure);
    assertTrue(trace.contains(said), trace);
    assertFalse(trace.contains("poison") || trace.contains("secret"), trace);
  }

  @Test
  void aFaultThatPassesIsNotOfTheRow() {
    TableShape shape = shape(SampleTable.of("t", "v"), List.of());
    JsonNode value = value(faulty("once"), Envelope.DEBEZIUM, read(shape, "some poison"));
    assertEquals("some poison", value.get("payload").get("after").get("v").asString());
  }

  @ParameterizedTest
  @CsvSource({"DEBEZIUM", "FLATTENED"})
  void whatAMessageSaysIsNotShown(Envelope envelope) {
    RecordEncoder encoder = encoder(Optional.empty(), Optional.of(faulty("poison")), envelope);
    Value.Binary content = new Value.Binary("some poison".getBytes(UTF_8));
    Change.Message message = new Change.Message(true, "audit", new Lsn(1), content);
    Origin.InTransaction origin =
        new Origin.InTransaction(new TransactionHeader(new Xid(1), new Lsn(1), Instant.EPOCH), 0);
    WalferryException failure =
        assertThrows(WalferryException.class, () -> encoder.value("t", message, origin));
    assertEquals(ErrorCode.DESTINATION_RECORD_REFUSED, failure.code(), failure::getMessage);
    assertFalse(trace(failure).contains("poison"), trace(failure));
  }

  private static ConverterSettings faulty(String fault) {
    return new ConverterSettings(
        FaultyConverter.class.getName(), Map.of("fault", fault, "url", "http://me:secret@r"));
  }

  /** With what causes say. */
  private static String trace(Throwable failure) {
    StringWriter trace = new StringWriter();
    failure.printStackTrace(new PrintWriter(trace));
    return trace.toString();
  }

  private static TableShape shape(SampleTable table, List<String> key) {
    return new TableShape(table.relation(), key, true);
  }

  private static RowEvent read(TableShape shape, String... values) {
    return new RowEvent(
        Op.READ,
        shape,
        Optional.empty(),
        Optional.of(RowImage.of(SampleTable.row(values))),
        new Origin.InLoad("l", 0));
  }

  private static JsonNode value(ConverterSettings settings, Envelope envelope, RowEvent event) {
    RecordEncoder encoder = encoder(Optional.empty(), Optional.of(settings), envelope);
    return json(encoder.value("my-topic.1.t", event, Integer.MAX_VALUE).bytes());
  }

  private static JsonNode plain(Envelope envelope, RowEvent event) {
    RecordEncoder encoder = encoder(Optional.empty(), Optional.empty(), envelope);
    return json(encoder.value("my-topic.1.t", event, Integer.MAX_VALUE).bytes());
  }

  private static RecordEncoder encoder(
      Optional<ConverterSettings> key, Optional<ConverterSettings> value, Envelope envelope) {
    ConversionSettings settings =
        new ConversionSettings(key, value, List.of(), ConversionSettings.Unconvertible.FAIL);
    return new RecordEncoders(settings, new EnvelopeSettings(envelope, "p", "d", "gone")).encoder();
  }

  private static Optional<String> text(JsonNode node, String member) {
    return Optional.ofNullable(node.get(member)).map(JsonNode::asString);
  }

  private static JsonNode json(byte[] bytes) {
    return new JsonMapper().readTree(new String(bytes, UTF_8));
  }
}
