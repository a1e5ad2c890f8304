package io.walferry.type;

import io.walferry.change.Column;
import io.walferry.change.Relation;
import io.walferry.type.PgType.ArrayType;
import io.walferry.type.PgType.DomainType;
import io.walferry.type.PgType.MultirangeType;
import io.walferry.type.PgType.RangeType;
import io.walferry.type.PgType.ScalarType;
import io.walferry.type.PgType.UnknownType;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Types by their oids: those of PostgreSQL itself, and what was read of the others. The stream
 * names a column's type by its oid only; what that is, only the source's catalog says, and it says
 * it as of now. So a catalog only ever learns more: a type that was dropped since stays known.
 * Immutable.
 */
public final class TypeCatalog {
  /** PostgreSQL's own types, whose oids are the same everywhere. */
  public static final TypeCatalog BUILT_IN = builtIn();

  private static final char DELIMITER = ',';
  private static final char BOX_DELIMITER = ';';

  private final Map<Integer, PgType> types;

  private TypeCatalog(Map<Integer, PgType> types) {
    this.types = types;
  }

  /** The type, or an {@link UnknownType}, whose values are as the server sent them. */
  public PgType type(int oid) {
    PgType type = types.get(oid);
    return type != null ? type : new UnknownType(oid, "type " + Integer.toUnsignedString(oid));
  }

  /** Whether there is nothing more to learn about the type. */
  public boolean knows(int oid) {
    return types.containsKey(oid);
  }

  /** The oids of the relation's types that have to be looked up first. */
  public Set<Integer> unknown(Relation relation) {
    Set<Integer> unknown = new LinkedHashSet<>();
    for (Column column : relation.columns()) {
      if (!knows(column.typeOid())) {
        unknown.add(column.typeOid());
      }
    }
    return unknown;
  }

  /** This catalog and these types, which take the place of those with the same oids. */
  public TypeCatalog with(Collection<PgType> learned) {
    Map<Integer, PgType> all = new HashMap<>(types);
    learned.forEach(type -> all.put(type.oid(), type));
    return new TypeCatalog(all);
  }

  /**
   * Whether every column has a type whose binary form can be decoded, so that it may be asked for.
   */
  public boolean knowsBinary(Relation relation) {
    return relation.columns().stream()
        .allMatch(column -> ValueDecoder.knowsBinary(type(column.typeOid())));
  }

  /**
   * Whether the text of a column of this type is known in any case, if columns are asked for in
   * binary: it can be told from the binary form, or there is none, so that text comes. Within
   * arrays and the like a type without a binary form makes the server fail.
   */
  public boolean printsBinary(int oid) {
    PgType type = type(oid);
    while (type instanceof DomainType domain) {
      type = domain.base();
    }
    boolean comesAsText = type instanceof ScalarType scalar && !scalar.kind().codec().hasBinary();
    return comesAsText || ValueText.printsBinary(type);
  }

  private static TypeCatalog builtIn() {
    Map<Integer, PgType> types = new HashMap<>();
    for (ScalarKind kind : ScalarKind.values()) {
      if (kind.isBuiltIn()) {
        char delimiter = kind == ScalarKind.BOX ? BOX_DELIMITER : DELIMITER;
        ScalarType scalar = new ScalarType(kind.oid(), kind.typeName(), kind);
        types.put(kind.oid(), scalar);
        types.put(kind.arrayOid(), array(kind.arrayOid(), scalar, delimiter));
      }
    }
    for (BuiltInRange range : BuiltInRange.values()) {
      ScalarKind subtype = range.subtype;
      RangeType type =
          new RangeType(
              range.oid,
              range.rangeName(),
              new ScalarType(subtype.oid(), subtype.typeName(), subtype));
      MultirangeType multirange =
          new MultirangeType(range.multirangeOid, range.multirangeName(), type);
      types.put(type.oid(), type);
      types.put(range.arrayOid, array(range.arrayOid, type, DELIMITER));
      types.put(multirange.oid(), multirange);
      types.put(range.multirangeArrayOid, array(range.multirangeArrayOid, multirange, DELIMITER));
    }
    return new TypeCatalog(types);
  }

  private static ArrayType array(int oid, PgType element, char delimiter) {
    return new ArrayType(oid, element.name() + "[]", element, delimiter);
  }

  /** PostgreSQL's own ranges; the multiranges exist since 14. */
  private enum BuiltInRange {
    INT4(ScalarKind.INT4, 3904, 3905, 4451, 6150),
    NUM(ScalarKind.NUMERIC, 3906, 3907, 4532, 6151),
    TS(ScalarKind.TIMESTAMP, 3908, 3909, 4533, 6152),
    TSTZ(ScalarKind.TIMESTAMPTZ, 3910, 3911, 4534, 6153),
    DATE(ScalarKind.DATE, 3912, 3913, 4535, 6155),
    INT8(ScalarKind.INT8, 3926, 3927, 4536, 6157);

    private final ScalarKind subtype;
    private final int oid;
    private final int arrayOid;
    private final int multirangeOid;
    private final int multirangeArrayOid;

    BuiltInRange(
        ScalarKind subtype, int oid, int arrayOid, int multirangeOid, int multirangeArrayOid) {
      this.subtype = subtype;
      this.oid = oid;
      this.arrayOid = arrayOid;
      this.multirangeOid = multirangeOid;
      this.multirangeArrayOid = multirangeArrayOid;
    }

    String rangeName() {
      return name().toLowerCase(Locale.ROOT) + "range";
    }

    String multirangeName() {
      return name().toLowerCase(Locale.ROOT) + "multirange";
    }
  }
}
