package io.walferry.sinks.jsonlines;

import io.walferry.change.Column;
import io.walferry.change.Relation;
import io.walferry.change.Row;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.json.JsonNumber;
import io.walferry.json.JsonText;
import io.walferry.json.JsonWriter;
import io.walferry.sinks.type.TypeFamily;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Writes rows of one relation as JSON objects. Names and types are looked up once. */
final class RowEncoder {
  private final Relation relation;
  private final byte[] tableMembers;
  private final List<byte[]> names;
  private final List<TypeFamily> families;

  RowEncoder(Relation relation) {
    this.relation = relation;
    String members =
        ",\"schema\":"
            + JsonText.quoted(relation.table().schema())
            + ",\"table\":"
            + JsonText.quoted(relation.table().name());
    this.tableMembers = members.getBytes(StandardCharsets.UTF_8);
    this.names =
        relation.columns().stream()
            .map(column -> JsonText.quoted(column.name()).getBytes(StandardCharsets.UTF_8))
            .toList();
    this.families =
        relation.columns().stream().map(column -> TypeFamily.of(column.typeOid())).toList();
  }

  /** The members {@code schema} and {@code table}, with a comma before each. */
  void table(JsonWriter json) {
    json.raw(tableMembers);
  }

  /** Every column that was sent. */
  void row(JsonWriter json, Row row) {
    columns(json, row, false);
  }

  /** The columns of the replica identity. */
  void key(JsonWriter json, Row row) {
    columns(json, row, true);
  }

  /** The member {@code unchanged}, with a comma before it, if there are such columns. */
  void unchanged(JsonWriter json, Row row) {
    String before = ",\"unchanged\":[";
    for (int column = 0; column < names.size(); column++) {
      if (row.isUnchanged(column)) {
        json.raw(before).raw(names.get(column));
        before = ",";
      }
    }
    if (before.length() == 1) {
      json.raw("]");
    }
  }

  private void columns(JsonWriter json, Row row, boolean keyOnly) {
    String before = "{";
    for (int column = 0; column < names.size(); column++) {
      Column announced = relation.columns().get(column);
      if (!row.isUnchanged(column) && (announced.key() || !keyOnly)) {
        json.raw(before).raw(names.get(column)).raw(":");
        value(json, row, column);
        before = ",";
      }
    }
    json.raw(before.equals("{") ? "{}" : "}");
  }

  private void value(JsonWriter json, Row row, int column) {
    switch (row.kind(column)) {
      case NULL, UNCHANGED -> json.raw("null");
      case TEXT -> text(json, row, column);
      case BINARY ->
          throw new WalferryException(
              ErrorCode.PROTOCOL_VIOLATION,
              "Column "
                  + relation.columns().get(column).name()
                  + " of table "
                  + relation.table()
                  + ": expected text, got a binary value");
    }
  }

  private void text(JsonWriter json, Row row, int column) {
    switch (families.get(column)) {
      case BOOL -> json.raw(row.byteAt(column, 0) == 't' ? "true" : "false");
      case INT2, INT4, INT8, OID, FLOAT4, FLOAT8, NUMERIC -> number(json, row, column);
      case JSON, JSONB -> json.document(row, column);
      case BYTEA, UUID, DATE, TIME, TIMETZ, TIMESTAMP, TIMESTAMPTZ, INTERVAL ->
          json.string(row, column);
      case TEXT, VARCHAR, BPCHAR, OTHER -> json.string(row, column);
    }
  }

  private static void number(JsonWriter json, Row row, int column) {
    if (JsonNumber.isOne(row, column)) {
      json.number(row, column);
    } else {
      json.string(row, column);
    }
  }
}
