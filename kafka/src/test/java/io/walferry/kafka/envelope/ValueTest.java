package io.walferry.kafka.envelope;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.walferry.change.Row;
import io.walferry.kafka.SampleTable;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ValueTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "16   | t                          | true",
        "16   | f                          | false",
        "21   | -32768                     | -32768",
        "23   | 2147483647                 | 2147483647",
        "20   | 9223372036854775807        | 9223372036854775807",
        "26   | 4294967295                 | 4294967295",
        "700  | 1.5e-10                    | 1.5e-10",
        "701  | NaN                        | \"NaN\"",
        "701  | -Infinity                  | \"-Infinity\"",
        "1700 | 12345678901234567890.1200  | \"12345678901234567890.1200\"",
        "1700 | NaN                        | \"NaN\"",
        "17   | \\x00ff10                  | \"AP8Q\"",
        "17   | \\x                        | \"\"",
        "1082 | 1970-01-02                 | 1",
        "1082 | 0044-03-15 BC              | -735160",
        "1082 | infinity                   | 2147483647",
        "1083 | 00:00:00.000001            | 1",
        "1083 | 24:00:00                   | 86400000000",
        "1114 | 1970-01-01 00:00:00.5      | 500000",
        "1114 | 1969-12-31 23:59:59.999999 | -1",
        "1114 | 294276-12-31 23:59:59.999999 | 9224318015999999999",
        "1114 | infinity                   | 9223372036825200000",
        "1114 | -infinity                  | -9223372036832400000",
        "1184 | 2026-01-02 03:04:05.5+00   | \"2026-01-02T03:04:05.500Z\"",
        "1184 | infinity                   | \"infinity\"",
        "1266 | 10:00:00+02                | \"10:00:00+02\"",
        "1186 | 1 year 2 mons              | \"1 year 2 mons\"",
        "114  | {\"a\": 1}                 | \"{\\\"a\\\": 1}\"",
        "3802 | [1, null]                  | \"[1, null]\"",
        "2950 | 7f0a4c3e-0000-4000-8000-000000000001 | \"7f0a4c3e-0000-4000-8000-000000000001\"",
        "1007 | {1,NULL,3}                 | \"{1,NULL,3}\"",
        "25   | é\"\\                      | \"é\\\"\\\\\"",
      })
  void isWrittenAs(int oid, String text, String json) {
    assertEquals("{\"v\":" + json + "}", encoded(oid, text, Integer.MAX_VALUE));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "25  | abcdef | 3 | abc",
        "25  | aäöü   | 4 | aä",
        "25  | 🙂🙂    | 7 | 🙂",
        "17  | \\x0102030405 | 2 | AQI=",
        "114 | [1, 2] | 2 | [1",
      })
  void isCutBetweenCharacters(int oid, String text, int bytesMax, String kept) {
    assertEquals("{\"v\":\"" + kept + "\"}", encoded(oid, text, bytesMax));
  }

  @ParameterizedTest
  @CsvSource({"23, 123456", "1700, 12345.6789", "2950, 7f0a4c3e-0000-4000-8000-000000000001"})
  void isNeverCutWhereThatWouldBeAnotherValue(int oid, String text) {
    assertEquals(encoded(oid, text, Integer.MAX_VALUE), encoded(oid, text, 3));
  }

  /** The row in the Debezium envelope. */
  private static String encoded(int oid, String text, int bytesMax) {
    SampleTable sample = SampleTable.of("t", "v:" + oid);
    TableShape shape = new TableShape(sample.relation(), java.util.List.of(), false);
    EventEncoder encoder =
        new EventEncoder(new EnvelopeSettings(Envelope.DEBEZIUM, "p", "d", "gone"));
    Row row = SampleTable.row(text);
    RowEvent event =
        new RowEvent(
            Op.READ,
            shape,
            Optional.empty(),
            Optional.of(RowImage.of(row)),
            new Origin.InLoad("l", 0));
    String value = new String(encoder.value(event, bytesMax), UTF_8);
    return value.substring(
        value.indexOf("\"after\":") + "\"after\":".length(), value.indexOf(",\"source\""));
  }
}
