package io.walferry.transform.expression;

import dev.cel.common.types.CelType;
import java.util.Optional;

/** What an expression gives, and the type of PostgreSQL that a column of it has. */
public enum Result {
  BOOLEAN(16, "boolean"),
  INTEGER(20, "bigint"),
  DOUBLE(701, "double precision"),
  TEXT(25, "text"),
  BYTES(17, "bytea"),
  TIMESTAMP(1184, "timestamp with time zone");

  private final int typeOid;
  private final String typeName;

  Result(int typeOid, String typeName) {
    this.typeOid = typeOid;
    this.typeName = typeName;
  }

  public int typeOid() {
    return typeOid;
  }

  /** By {@code format_type}. */
  public String typeName() {
    return typeName;
  }

  /** Empty for what no column can hold without a choice that only the user can make. */
  static Optional<Result> of(CelType type) {
    return switch (type.kind()) {
      case BOOL -> Optional.of(BOOLEAN);
      case INT -> Optional.of(INTEGER);
      case DOUBLE -> Optional.of(DOUBLE);
      case STRING -> Optional.of(TEXT);
      case BYTES -> Optional.of(BYTES);
      case TIMESTAMP -> Optional.of(TIMESTAMP);
      default -> Optional.empty();
    };
  }
}
