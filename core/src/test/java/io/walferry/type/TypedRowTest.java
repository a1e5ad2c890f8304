package io.walferry.type;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.change.Column;
import io.walferry.change.Relation;
import io.walferry.change.ReplicaIdentity;
import io.walferry.change.Row;
import io.walferry.change.TableId;
import io.walferry.value.Extended;
import io.walferry.value.Numeric;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

final class TypedRowTest {
  private static final UUID ID = UUID.fromString("a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11");

  @Test
  void columnsAreReadByNameAndByPosition() {
    Map<ScalarKind, String> values = new LinkedHashMap<>();
    values.put(ScalarKind.BOOL, "t");
    values.put(ScalarKind.INT2, "-2");
    values.put(ScalarKind.INT4, "4");
    values.put(ScalarKind.INT8, "8000000000");
    values.put(ScalarKind.OID, "4000000000");
    values.put(ScalarKind.FLOAT4, "1.5");
    values.put(ScalarKind.FLOAT8, "2.5");
    values.put(ScalarKind.NUMERIC, "1.50");
    values.put(ScalarKind.TEXT, "é");
    values.put(ScalarKind.BYTEA, "\\x00ff");
    values.put(ScalarKind.UUID, ID.toString());
    values.put(ScalarKind.DATE, "2024-02-29");
    values.put(ScalarKind.TIMESTAMP, "2024-02-29 01:02:03.5");
    values.put(ScalarKind.TIMESTAMPTZ, "2024-02-29 01:02:03.5+00");
    values.put(ScalarKind.TIME, "01:02:03");
    TypedRow row = row(values);

    assertTrue(row.getBoolean("bool"));
    assertTrue(row.getBoolean(0));
    assertEquals(-2, row.getInt("int2"));
    assertEquals(4, row.getInt(2));
    assertEquals(-2, row.getLong("int2"));
    assertEquals(4, row.getLong("int4"));
    assertEquals(8_000_000_000L, row.getLong(3));
    assertEquals(4_000_000_000L, row.getLong("oid"));
    assertEquals(1.5, row.getDouble("float4"));
    assertEquals(2.5, row.getDouble(6));
    assertEquals(new BigDecimal("1.50"), row.getBigDecimal("numeric"));
    assertEquals("é", row.getString("text"));
    assertArrayEquals(new byte[] {0, -1}, row.getBytes("bytea"));
    assertEquals(ID, row.getUuid("uuid"));
    assertEquals(LocalDate.of(2024, 2, 29), row.getLocalDate("date"));
    assertEquals(LocalDateTime.of(2024, 2, 29, 1, 2, 3, 500_000_000), row.getLocalDateTime(12));
    assertEquals(Instant.parse("2024-02-29T01:02:03.5Z"), row.getInstant("timestamptz"));
    assertEquals(LocalTime.of(1, 2, 3), row.getLocalTime("time"));
    assertEquals(Optional.of("é"), row.find("text", String.class));
    assertEquals(Extended.of(LocalDate.of(2024, 2, 29)), row.get("date"));
    assertEquals(Numeric.Finite.class, row.get("numeric", Numeric.class).getClass());
  }

  @Test
  void listsAreArraysOfOneDimensionWithoutNulls() {
    assertEquals(List.of(1, 2), array("{1,2}").getList("a", Integer.class));
    assertEquals(List.of(), array("{}").getList(0, Integer.class));
    assertFails(
        IllegalStateException.class,
        "Column public.t.a has NULL elements: use get",
        () -> array("{1,NULL}").getList("a", Integer.class));
    assertFails(
        IllegalStateException.class,
        "Column public.t.a has several dimensions: use get",
        () -> array("{{1}}").getList("a", Integer.class));
    assertFails(
        IllegalArgumentException.class,
        "Column public.t.a has type int4[], which gives Integer, not String",
        () -> array("{1}").getList("a", String.class));
  }

  @Test
  void aColumnThatIsNotThereIsNamedWithItsNeighbour() {
    assertFails(
        IllegalArgumentException.class,
        "Table public.t has no column 'flaot4'; did you mean 'float4'?",
        () -> row(Map.of(ScalarKind.FLOAT4, "1")).getDouble("flaot4"));
    assertThrows(IndexOutOfBoundsException.class, () -> row(Map.of(ScalarKind.FLOAT4, "1")).get(1));
  }

  @Test
  void nullAndUnchangedAreNoValues() {
    Row.Builder builder = new Row.Builder(new byte[0], 2);
    builder.nullValue().unchanged();
    Relation relation = relation(List.of(column("n", 23), column("u", 25)));
    TypedRow row = new RowType(relation, TypeCatalog.BUILT_IN).over(builder.build());

    assertTrue(row.isNull("n"));
    assertFalse(row.isUnchanged("n"));
    assertTrue(row.isUnchanged("u"));
    assertFalse(row.isNull("u"));
    assertEquals(Optional.empty(), row.find("n", Integer.class));
    assertFails(
        IllegalStateException.class,
        "Column public.t.n is NULL: ask isNull, or use find",
        () -> row.getInt("n"));
    assertFails(
        IllegalStateException.class,
        "Column public.t.u is unchanged, so the stream does not carry it: ask isUnchanged",
        () -> row.find("u", String.class));
  }

  @Test
  void valuesThatTheJdkDoesNotKnowAreRefusedByTheShortMethodsOnly() {
    TypedRow row =
        row(
            Map.of(
                ScalarKind.NUMERIC, "NaN",
                ScalarKind.DATE, "-infinity",
                ScalarKind.TIME, "24:00:00"));

    assertEquals(Numeric.Special.NAN, row.get("numeric"));
    assertFails(
        IllegalStateException.class,
        "Column public.t.numeric is NAN: use get",
        () -> row.getBigDecimal("numeric"));
    assertFails(
        IllegalStateException.class,
        "Column public.t.date is infinite: use get",
        () -> row.getLocalDate("date"));
    assertFails(
        IllegalStateException.class,
        "Column public.t.time is 24:00:00, which is no LocalTime: use get",
        () -> row.getLocalTime("time"));
  }

  @Test
  void aWrongClassIsToldWithTheTypeOfTheColumn() {
    TypedRow row = row(Map.of(ScalarKind.TEXT, "secret"));

    assertFails(
        IllegalArgumentException.class,
        "Column public.t.text has type text, which gives String, not Long",
        () -> row.getLong("text"));
  }

  @Test
  void malformedBytesAreToldWithoutTheValue() {
    TypedRow row = row(Map.of(ScalarKind.INT4, "12secret"));

    assertFails(
        MalformedValueException.class,
        "Column public.t.int4: int4 of 8 bytes, as TEXT: byte 2: expected the end of the value",
        () -> row.getInt("int4"));
    assertEquals("Row[1 columns] of public.t", row.toString());
  }

  @Test
  void malformedUtf8IsRefusedAndAReplacementCharacterIsNot() {
    byte[] malformed = {'a', (byte) 0xFF};
    byte[] replacement = "\uFFFD".getBytes(StandardCharsets.UTF_8);
    PgType text = TypeCatalog.BUILT_IN.type(25);

    assertThrows(
        MalformedValueException.class,
        () -> ValueDecoder.decode(text, Format.TEXT, malformed, 0, 2));
    assertEquals("\uFFFD", ValueDecoder.decode(text, Format.BINARY, replacement, 0, 3));
  }

  @Test
  void aTypeThatIsNotKnownGivesWhatTheServerSent() {
    Row.Builder builder = new Row.Builder(new byte[] {'a', 'b'}, 2);
    builder.text(0, 2).binary(0, 2);
    Relation relation = relation(List.of(column("t", 4_000_000), column("b", 4_000_000)));
    TypedRow row = new RowType(relation, TypeCatalog.BUILT_IN).over(builder.build());

    assertEquals("ab", row.getString("t"));
    assertArrayEquals(new byte[] {'a', 'b'}, row.getBytes("b"));
    assertEquals(new PgType.UnknownType(4_000_000, "type 4000000"), row.type().type(0));
  }

  @Test
  void aRowOfAnotherRelationIsRefused() {
    Relation relation = relation(List.of(column("t", 25)));
    Row row = new Row.Builder(new byte[0], 0).build();

    assertFails(
        IllegalArgumentException.class,
        "A row of 0 columns for the 1 of table public.t",
        () -> new RowType(relation, TypeCatalog.BUILT_IN).over(row));
  }

  private static <T extends Exception> void assertFails(
      Class<T> type, String message, Executable attempt) {
    assertEquals(message, assertThrows(type, attempt).getMessage());
  }

  private static TypedRow array(String text) {
    return row(List.of(column("a", ScalarKind.INT4.arrayOid())), List.of(text));
  }

  private static TypedRow row(Map<ScalarKind, String> values) {
    List<Column> columns = new ArrayList<>();
    values.keySet().forEach(kind -> columns.add(column(kind.typeName(), kind.oid())));
    return row(columns, List.copyOf(values.values()));
  }

  private static TypedRow row(List<Column> columns, List<String> texts) {
    byte[] bytes = String.join("", texts).getBytes(StandardCharsets.UTF_8);
    Row.Builder builder = new Row.Builder(bytes, texts.size());
    int at = 0;
    for (String text : texts) {
      int length = text.getBytes(StandardCharsets.UTF_8).length;
      builder.text(at, length);
      at += length;
    }
    return new RowType(relation(columns), TypeCatalog.BUILT_IN).over(builder.build());
  }

  private static Relation relation(List<Column> columns) {
    return new Relation(1, new TableId("public", "t"), ReplicaIdentity.DEFAULT, columns);
  }

  private static Column column(String name, int typeOid) {
    return new Column(name, typeOid, -1, false);
  }
}
