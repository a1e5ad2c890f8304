package io.walferry.type;

import java.util.List;

/**
 * A type of the source, with the types that it is made of. What a value of it is in Java is listed
 * at {@link ValueDecoder}.
 */
public sealed interface PgType {
  int oid();

  /** For messages: as SQL would name it, with its schema unless it is PostgreSQL's own. */
  String name();

  /** A type that stands for itself. */
  record ScalarType(int oid, String name, ScalarKind kind) implements PgType {}

  /**
   * An array.
   *
   * @param delimiter between elements in text: a comma for all types but {@code box}
   */
  record ArrayType(int oid, String name, PgType element, char delimiter) implements PgType {}

  record RangeType(int oid, String name, PgType subtype) implements PgType {}

  record MultirangeType(int oid, String name, RangeType range) implements PgType {}

  /**
   * A composite type; a table's row type is one, too. If it is altered, its values no longer fit
   * what was read of it, which is noticed where the fields differ in number or, in binary, in type:
   * then it has to be looked up again.
   */
  record CompositeType(int oid, String name, List<Field> fields) implements PgType {
    public CompositeType {
      fields = List.copyOf(fields);
    }
  }

  /** An attribute of a composite type. */
  record Field(String name, PgType type) {}

  /**
   * An enum. A value that came from the stream may have a label that is not listed here, if it was
   * added later, or no longer, if it was renamed.
   *
   * @param labels in the order in which they sort
   */
  record EnumType(int oid, String name, List<String> labels) implements PgType {
    public EnumType {
      labels = List.copyOf(labels);
    }
  }

  record DomainType(int oid, String name, PgType base) implements PgType {}

  /** A type of which nothing is known here but its number, and perhaps its name. */
  record UnknownType(int oid, String name) implements PgType {}
}
