package io.walferry.bench;

import io.walferry.change.Column;
import io.walferry.change.Relation;
import io.walferry.change.ReplicaIdentity;
import io.walferry.change.Row;
import io.walferry.change.TableId;
import io.walferry.type.RowType;
import io.walferry.type.ScalarKind;
import io.walferry.type.TypeCatalog;
import io.walferry.type.TypedRow;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.OffsetDateTime;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What one column costs as a Java value: from text and from binary, and the usual way, where a
 * string is made of the text first and the JDK reads that.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class ValueBenchmark {
  private static final DateTimeFormatter TIMESTAMP =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss.SSSSSSx");

  @Param({"BOOL", "INT4", "INT8", "NUMERIC", "TEXT", "TIMESTAMPTZ", "UUID"})
  @SuppressWarnings("NullAway.Init") // JMH fills it.
  private ScalarKind type;

  @SuppressWarnings("NullAway.Init") // Filled before the first round.
  private TypedRow row;

  /** One value of the type, as text and as binary. */
  @Setup
  public void fill() {
    byte[] text = text(type).getBytes(StandardCharsets.UTF_8);
    byte[] binary = HexFormat.of().parseHex(binary(type));
    byte[] both = new byte[text.length + binary.length];
    System.arraycopy(text, 0, both, 0, text.length);
    System.arraycopy(binary, 0, both, text.length, binary.length);
    Row.Builder columns = new Row.Builder(both, 2);
    columns.text(0, text.length).binary(text.length, binary.length);
    Column column = new Column("c", type.oid(), -1, false);
    Relation relation =
        new Relation(
            1, new TableId("public", "t"), ReplicaIdentity.DEFAULT, List.of(column, column));
    row = new RowType(relation, TypeCatalog.BUILT_IN).over(columns.build());
    if (!row.get(0).equals(row.get(1))) {
      throw new IllegalStateException("Text and binary of " + type + " differ");
    }
  }

  private static String text(ScalarKind type) {
    return switch (type) {
      case BOOL -> "t";
      case INT4 -> "-12345678";
      case INT8 -> "1234567890123";
      case NUMERIC -> "12345678.90";
      case TEXT -> "a text of some thirty characters";
      case TIMESTAMPTZ -> "2024-02-29 12:34:56.789012+00";
      case UUID -> "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11";
      default -> throw new IllegalArgumentException("No value of " + type);
    };
  }

  private static String binary(ScalarKind type) {
    return switch (type) {
      case BOOL -> "01";
      case INT4 -> "ff439eb2";
      case INT8 -> "0000011f71fb04cb";
      case NUMERIC -> "0003000100000002" + "04d2162e2328";
      case TEXT -> HexFormat.of().formatHex(text(type).getBytes(StandardCharsets.UTF_8));
      case TIMESTAMPTZ -> HexFormat.of().toHexDigits(762_525_296_789_012L);
      case UUID -> text(type).replace("-", "");
      default -> throw new IllegalArgumentException("No value of " + type);
    };
  }

  @Benchmark
  public Object fromText() {
    return row.get(0);
  }

  @Benchmark
  public Object fromBinary() {
    return row.get(1);
  }

  /** The baseline. */
  @Benchmark
  public Object throughString() {
    String text = row.row().text(0);
    return switch (type) {
      case BOOL -> text.equals("t");
      case INT4 -> Integer.valueOf(text);
      case INT8 -> Long.valueOf(text);
      case NUMERIC -> new BigDecimal(text);
      case TEXT -> text;
      case TIMESTAMPTZ -> OffsetDateTime.parse(text, TIMESTAMP).toInstant();
      case UUID -> UUID.fromString(text);
      default -> throw new IllegalArgumentException("No value of " + type);
    };
  }
}
