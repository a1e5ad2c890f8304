package io.walferry.sinks.sqlite;

import io.walferry.sinks.type.Dialect;
import io.walferry.sinks.type.SourceType;
import io.walferry.sinks.type.TypeFamily;
import io.walferry.sinks.type.TypeTable;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * How SQLite keeps the values of a type family that the type table declares so: how they are bound,
 * and the affinities of columns that keep every value as it is bound.
 *
 * <p>Floats are bound as REAL, and {@code NaN}, {@code Infinity}, {@code -Infinity} and {@code -0}
 * as text. Their column is declared without a type, since one of REAL affinity turns NaN into NULL
 * and {@code -0} into {@code 0}, whichever way they are bound; a column without a type keeps both
 * storage classes. Everything that is not a truth value, a whole number, a float or bytes is TEXT
 * as PostgreSQL prints it; NUMERIC affinity would turn {@code 1.50} into {@code 1.5}.
 */
enum SqliteType {
  BOOLEAN("BOOLEAN", EnumSet.of(Affinity.INTEGER, Affinity.NUMERIC, Affinity.NONE)),
  INTEGER("INTEGER", EnumSet.of(Affinity.INTEGER, Affinity.NUMERIC, Affinity.NONE)),
  FLOAT("", EnumSet.of(Affinity.NONE)),
  BLOB("BLOB", EnumSet.allOf(Affinity.class)),
  TEXT("TEXT", EnumSet.of(Affinity.TEXT, Affinity.NONE));

  /** What SQLite does to a value that is put into a column; follows from the declared type. */
  enum Affinity {
    INTEGER,
    TEXT,
    NONE,
    REAL,
    NUMERIC;

    /** SQLite's own rule, in its order. */
    static Affinity of(String declaredType) {
      String type = declaredType.toUpperCase(Locale.ROOT);
      if (type.contains("INT")) {
        return INTEGER;
      }
      if (type.contains("CHAR") || type.contains("CLOB") || type.contains("TEXT")) {
        return TEXT;
      }
      if (type.isEmpty() || type.contains("BLOB")) {
        return NONE;
      }
      boolean real = type.contains("REAL") || type.contains("FLOA") || type.contains("DOUB");
      return real ? REAL : NUMERIC;
    }
  }

  private static final Map<TypeFamily, SqliteType> BY_FAMILY =
      Arrays.stream(TypeFamily.values())
          .collect(Collectors.toMap(Function.identity(), SqliteType::declaredFor));

  private final String declaration;
  private final Set<Affinity> faithful;

  SqliteType(String declaration, Set<Affinity> faithful) {
    this.declaration = declaration;
    this.faithful = Set.copyOf(faithful);
  }

  /** By what the type table has in SQLite's column. */
  private static SqliteType declaredFor(TypeFamily family) {
    String declared = TypeTable.column(SourceType.of(family), Dialect.SQLITE).declaration();
    return Arrays.stream(values())
        .filter(type -> type.declaration.equals(declared))
        .findFirst()
        .orElseThrow();
  }

  static SqliteType of(int typeOid) {
    return BY_FAMILY.getOrDefault(TypeFamily.of(typeOid), TEXT);
  }

  /** The declared type of a column that Walferry creates; empty for none. */
  String declaration() {
    return declaration;
  }

  /** Whether a column declared with this type gives every value back as it was bound. */
  boolean isKeptBy(String declaredType) {
    return faithful.contains(Affinity.of(declaredType));
  }
}
