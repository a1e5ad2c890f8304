package io.walferry.publication;

import io.walferry.change.Relation;
import io.walferry.postgres.PostgresErrors;
import io.walferry.type.PgType;
import io.walferry.type.ScalarKind;
import io.walferry.type.TypeCatalog;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Looks up in the source's catalog what the types are that a {@link TypeCatalog} does not know yet:
 * enums, domains, composites, ranges and arrays of users, and types of extensions.
 */
public final class SourceTypes {
  /**
   * The types and all that they are made of. A type is made of others without circles, as the
   * server sees to. {@code to_jsonb}, since the column is missing before 14.
   */
  private static final String QUERY =
      """
      with recursive needed as (
        select unnest(?::oid[]) as oid
        union
        select part.oid
        from needed
        join pg_type t on t.oid = needed.oid
        cross join lateral (
          select t.typelem where t.typtype = 'b' and t.typoutput = 'array_out'::regproc
          union all select t.typbasetype where t.typtype = 'd'
          union all select r.rngsubtype from pg_range r where r.rngtypid = t.oid
          union all select r.rngtypid from pg_range r
            where to_jsonb(r) ->> 'rngmultitypid' = t.oid::text
          union all select a.atttypid from pg_attribute a
            where t.typtype = 'c' and a.attrelid = t.typrelid and a.attnum > 0
              and not a.attisdropped
        ) part (oid)
      )
      select t.oid, format_type(t.oid, null),
        case when t.typtype = 'b' and t.typoutput = 'array_out'::regproc then 'a' else t.typtype::text end,
        t.typname,
        (select x.extname from pg_depend d join pg_extension x on x.oid = d.refobjid
          where d.classid = 'pg_type'::regclass and d.objid = t.oid
            and d.refclassid = 'pg_extension'::regclass and d.deptype = 'e'),
        coalesce(
          case t.typtype when 'd' then t.typbasetype end,
          (select r.rngsubtype from pg_range r where r.rngtypid = t.oid),
          (select r.rngtypid from pg_range r where to_jsonb(r) ->> 'rngmultitypid' = t.oid::text),
          t.typelem),
        (select e.typdelim from pg_type e where e.oid = t.typelem),
        array(select l.enumlabel::text from pg_enum l where l.enumtypid = t.oid
          order by l.enumsortorder),
        array(select a.attname::text from pg_attribute a where t.typtype = 'c'
          and a.attrelid = t.typrelid and a.attnum > 0 and not a.attisdropped order by a.attnum),
        array(select a.atttypid::int8 from pg_attribute a where t.typtype = 'c'
          and a.attrelid = t.typrelid and a.attnum > 0 and not a.attisdropped order by a.attnum)
      from needed join pg_type t on t.oid = needed.oid
      """;

  private SourceTypes() {}

  /**
   * The catalog with every type of the relation; the same one if nothing is missing. A type that is
   * in no catalog any more stays unknown, and is looked up only once.
   */
  public static TypeCatalog learn(TypeCatalog known, Relation relation, Connection connection) {
    return learn(known, known.unknown(relation), connection);
  }

  /** The same for types by their oids. Types that are known already are read again. */
  public static TypeCatalog learn(TypeCatalog known, Set<Integer> oids, Connection connection) {
    if (oids.isEmpty()) {
      return known;
    }
    return new Assembly(known, read(connection, oids)).learned(oids);
  }

  private static Map<Integer, Entry> read(Connection connection, Collection<Integer> oids) {
    try (PreparedStatement statement = connection.prepareStatement(QUERY)) {
      Object[] numbers = oids.stream().map(Integer::toUnsignedLong).toArray();
      statement.setArray(1, connection.createArrayOf("int8", numbers));
      Map<Integer, Entry> entries = new HashMap<>();
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          Entry entry = entry(rows);
          entries.put(entry.oid(), entry);
        }
      }
      return entries;
    } catch (SQLException e) {
      throw PostgresErrors.translate(e, "look up the types of columns");
    }
  }

  private static Entry entry(ResultSet row) throws SQLException {
    return new Entry(
        (int) row.getLong(1),
        row.getString(2),
        row.getString(3).charAt(0),
        row.getString(4),
        Optional.ofNullable(row.getString(5)),
        (int) row.getLong(6),
        Optional.ofNullable(row.getString(7)).map(delimiter -> delimiter.charAt(0)).orElse(','),
        list(row.getArray(8), String.class),
        list(row.getArray(9), String.class),
        list(row.getArray(10), Long.class));
  }

  private static <T> List<T> list(Array array, Class<T> type) throws SQLException {
    List<T> list = new ArrayList<>();
    for (Object element : (Object[]) array.getArray()) {
      list.add(type.cast(element));
    }
    return list;
  }

  /** A line of the query. */
  private record Entry(
      int oid,
      String name,
      char kind,
      String catalogName,
      Optional<String> extension,
      int part,
      char delimiter,
      List<String> labels,
      List<String> fieldNames,
      List<Long> fieldTypes) {}

  /** Puts types together from their entries, parts first. For one use. */
  private static final class Assembly {
    private final TypeCatalog known;
    private final Map<Integer, Entry> entries;
    private final Map<Integer, PgType> done = new HashMap<>();

    Assembly(TypeCatalog known, Map<Integer, Entry> entries) {
      this.known = known;
      this.entries = entries;
    }

    TypeCatalog learned(Set<Integer> oids) {
      oids.forEach(this::type);
      return known.with(done.values());
    }

    private PgType type(int oid) {
      PgType already = done.get(oid);
      if (already != null) {
        return already;
      }
      PgType type = TypeCatalog.BUILT_IN.knows(oid) ? TypeCatalog.BUILT_IN.type(oid) : made(oid);
      done.put(oid, type);
      return type;
    }

    private PgType made(int oid) {
      Entry entry = entries.get(oid);
      if (entry == null) {
        return known.type(oid);
      }
      String name = entry.name();
      return switch (entry.kind()) {
        case 'a' -> new PgType.ArrayType(oid, name, type(entry.part()), entry.delimiter());
        case 'c' -> new PgType.CompositeType(oid, name, fields(entry));
        case 'd' -> new PgType.DomainType(oid, name, type(entry.part()));
        case 'e' -> new PgType.EnumType(oid, name, entry.labels());
        case 'r' -> new PgType.RangeType(oid, name, type(entry.part()));
        case 'm' -> multirange(entry);
        default -> scalar(entry);
      };
    }

    private PgType multirange(Entry entry) {
      return type(entry.part()) instanceof PgType.RangeType range
          ? new PgType.MultirangeType(entry.oid(), entry.name(), range)
          : new PgType.UnknownType(entry.oid(), entry.name());
    }

    private List<PgType.Field> fields(Entry entry) {
      List<PgType.Field> fields = new ArrayList<>();
      for (int i = 0; i < entry.fieldNames().size(); i++) {
        int typeOid = entry.fieldTypes().get(i).intValue();
        fields.add(new PgType.Field(entry.fieldNames().get(i), type(typeOid)));
      }
      return fields;
    }

    /** A type of that name that somebody else made is another one. */
    private static PgType scalar(Entry entry) {
      for (ScalarKind kind : ScalarKind.values()) {
        if (entry.extension().equals(kind.extension())
            && kind.typeName().equals(entry.catalogName())) {
          return new PgType.ScalarType(entry.oid(), entry.name(), kind);
        }
      }
      return new PgType.UnknownType(entry.oid(), entry.name());
    }
  }
}
