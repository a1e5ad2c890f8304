package io.walferry.transform.expression;

import dev.cel.common.types.CelType;
import dev.cel.common.types.NullableType;
import dev.cel.common.types.SimpleType;
import dev.cel.common.values.CelByteString;
import dev.cel.common.values.NullValue;
import io.walferry.change.Column;
import io.walferry.type.TypedRow;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A column as expressions see it. What CEL cannot hold exactly is a string, as PostgreSQL prints
 * it: numeric above all.
 */
enum Variable {
  BOOLEAN(NullableType.create(SimpleType.BOOL)) {
    @Override
    Object value(TypedRow row, int column) {
      return row.getBoolean(column);
    }
  },
  INTEGER(NullableType.create(SimpleType.INT)) {
    @Override
    Object value(TypedRow row, int column) {
      return row.getLong(column);
    }
  },
  DOUBLE(NullableType.create(SimpleType.DOUBLE)) {
    @Override
    Object value(TypedRow row, int column) {
      return row.getDouble(column);
    }
  },
  BYTES(NullableType.create(SimpleType.BYTES)) {
    @Override
    Object value(TypedRow row, int column) {
      return CelByteString.of(row.getBytes(column));
    }
  },
  TIMESTAMP(SimpleType.TIMESTAMP) {
    @Override
    Object value(TypedRow row, int column) {
      return row.getInstant(column);
    }
  },
  TEXT(NullableType.create(SimpleType.STRING)) {
    @Override
    Object value(TypedRow row, int column) {
      return row.text(column).orElseThrow();
    }
  };

  private static final Pattern IDENTIFIER = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");

  private final CelType type;

  Variable(CelType type) {
    this.type = type;
  }

  /** Nothing where CEL has no way to write the column's name. */
  static Optional<Variable> of(Column column) {
    if (!IDENTIFIER.matcher(column.name()).matches()) {
      return Optional.empty();
    }
    return Optional.of(
        switch (column.typeOid()) {
          case 16 -> BOOLEAN;
          case 20, 21, 23 -> INTEGER;
          case 700, 701 -> DOUBLE;
          case 17 -> BYTES;
          case 1184 -> TIMESTAMP;
          default -> TEXT;
        });
  }

  CelType type() {
    return type;
  }

  /** Of a column that has a value. */
  abstract Object value(TypedRow row, int column);

  Object read(TypedRow row, int column) {
    return row.isNull(column) ? NullValue.NULL_VALUE : value(row, column);
  }
}
