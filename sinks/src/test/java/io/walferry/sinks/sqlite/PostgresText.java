package io.walferry.sinks.sqlite;

import io.walferry.sinks.type.TypeFamily;
import io.walferry.type.PgType;
import io.walferry.type.TypeCatalog;
import io.walferry.type.ValueText;
import java.util.HexFormat;

/** Recovers PostgreSQL's text output from what SQLite keeps, by the rules of {@link SqliteSink}. */
final class PostgresText {
  private PostgresText() {}

  static String recover(int oid, Object kept) {
    return switch (TypeFamily.of(oid)) {
      case BOOL -> kept.equals(1) ? "t" : "f";
      case BYTEA -> "\\x" + HexFormat.of().formatHex((byte[]) kept);
      case FLOAT4, FLOAT8 ->
          kept instanceof Double number ? shortest(number, oid == 700) : (String) kept;
      case INT2, INT4, INT8, OID -> String.valueOf(kept);
      case NUMERIC, TEXT, VARCHAR, BPCHAR, UUID, JSON, JSONB, OTHER -> (String) kept;
      case DATE, TIME, TIMETZ, TIMESTAMP, TIMESTAMPTZ, INTERVAL -> (String) kept;
    };
  }

  private static String shortest(double number, boolean single) {
    PgType type = TypeCatalog.BUILT_IN.type(single ? 700 : 701);
    return ValueText.print(type, single ? (Object) (float) number : (Object) number).orElseThrow();
  }
}
