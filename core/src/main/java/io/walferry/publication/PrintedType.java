package io.walferry.publication;

import io.walferry.change.TableId;
import io.walferry.postgres.PostgresErrors;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Holds what the source's catalog says of how values of a type print that can be altered while rows
 * have it: the labels of an enum, or the attributes of a composite type. Whoever renames a label
 * has every row print another one, without a change of any row.
 *
 * @param name {@code format_type}
 * @param labels whether it is an enum; else it is a composite type
 * @param parts labels by their oids in {@code pg_enum}, or attributes by their numbers
 */
public record PrintedType(int oid, String name, boolean labels, SortedMap<Long, Part> parts) {
  /** Begins the oids that users' types get: {@code FirstNormalObjectId}. */
  private static final int FIRST_OF_USERS = 16384;

  /**
   * Finds all enums and composite types that some types are made of. {@code to_jsonb}, since the
   * column is missing before 14.
   */
  private static final String QUERY =
      """
      with recursive made_of (root, oid) as (
        select u.oid, u.oid from pg_catalog.unnest(?::pg_catalog.oid[]) u (oid)
        union
        select made_of.root, part.oid
        from made_of
        join pg_catalog.pg_type t on t.oid = made_of.oid
        cross join lateral (
          select t.typelem where t.typelem <> 0
          union all select t.typbasetype where t.typtype = 'd'
          union all select r.rngsubtype from pg_catalog.pg_range r where r.rngtypid = t.oid
          union all select r.rngtypid from pg_catalog.pg_range r
            where pg_catalog.to_jsonb(r) ->> 'rngmultitypid' = t.oid::pg_catalog.text
          union all select a.atttypid from pg_catalog.pg_attribute a
            where t.typtype = 'c' and a.attrelid = t.typrelid and a.attnum > 0
              and not a.attisdropped
        ) part (oid)
        where part.oid >= 16384
      )
      select made_of.root, t.oid, pg_catalog.format_type(t.oid, null), t.typtype = 'e',
        p.numbers, p.names, p.types
      from made_of
      join pg_catalog.pg_type t on t.oid = made_of.oid and t.typtype in ('c', 'e')
      cross join lateral (
        select
          coalesce(pg_catalog.array_agg(number order by number), '{}'),
          coalesce(pg_catalog.array_agg(name::pg_catalog.text order by number), '{}'),
          coalesce(pg_catalog.array_agg(type order by number), '{}')
        from (
          select l.oid::pg_catalog.int8, l.enumlabel, ''
          from pg_catalog.pg_enum l where t.typtype = 'e' and l.enumtypid = t.oid
          union all
          select a.attnum, a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod)
          from pg_catalog.pg_attribute a
          where t.typtype = 'c' and a.attrelid = t.typrelid and a.attnum > 0
            and not a.attisdropped
        ) part (number, name, type)
      ) p (numbers, names, types)
      order by made_of.root, t.oid
      """;

  /**
   * Holds a label, or an attribute.
   *
   * @param type of an attribute; empty for a label
   */
  public record Part(String name, String type) {}

  public PrintedType {
    parts = Collections.unmodifiableSortedMap(new TreeMap<>(parts));
  }

  /** Tells whether a type is one that somebody has made, so that it may be altered. */
  public static boolean isOfUsers(int oid) {
    return Integer.compareUnsigned(oid, FIRST_OF_USERS) >= 0;
  }

  /**
   * Reads what types of columns print by.
   *
   * @param oids of types that {@linkplain #isOfUsers users} have made
   * @return by each of these oids the enums and composite types that its values are made of; none
   *     for a type that has no such parts, or is gone
   */
  public static Map<Integer, List<PrintedType>> read(Connection connection, Set<Integer> oids) {
    if (oids.isEmpty()) {
      return Map.of();
    }
    Map<Integer, List<PrintedType>> read = new HashMap<>();
    try (PreparedStatement statement = connection.prepareStatement(QUERY)) {
      Object[] numbers = oids.stream().map(Integer::toUnsignedLong).toArray();
      statement.setArray(1, connection.createArrayOf("int8", numbers));
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          read.computeIfAbsent((int) rows.getLong(1), root -> new ArrayList<>()).add(type(rows));
        }
      }
    } catch (SQLException e) {
      throw PostgresErrors.translate(e, "look up how types of columns print");
    }
    return read;
  }

  private static PrintedType type(ResultSet row) throws SQLException {
    Object[] numbers = (Object[]) row.getArray(5).getArray();
    Object[] names = (Object[]) row.getArray(6).getArray();
    Object[] types = (Object[]) row.getArray(7).getArray();
    SortedMap<Long, Part> parts = new TreeMap<>();
    for (int i = 0; i < numbers.length; i++) {
      parts.put((Long) numbers[i], new Part((String) names[i], (String) types[i]));
    }
    return new PrintedType((int) row.getLong(2), row.getString(3), row.getBoolean(4), parts);
  }

  /**
   * Tells whether values that were there when the type was like this may print otherwise now. A
   * label that is new changes none of them, and the name of an attribute is not printed.
   */
  public boolean isReprinted(PrintedType now) {
    return labels
        ? !now.parts.entrySet().containsAll(parts.entrySet())
        : !now.parts.keySet().equals(parts.keySet());
  }

  /** Returns what values have printed that none prints now: labels, or attributes. */
  public Set<Part> lost(PrintedType now) {
    Set<Part> lost = new HashSet<>(parts.values());
    lost.removeAll(now.parts.values());
    return lost;
  }

  /** Returns what values that were there print now and have not: labels, or attributes. */
  public Set<Part> gained(PrintedType now) {
    Set<Part> gained = new HashSet<>();
    now.parts.forEach(
        (number, part) -> {
          if (!labels || parts.containsKey(number)) {
            gained.add(part);
          }
        });
    gained.removeAll(parts.values());
    return gained;
  }

  /** Returns the statements that make of this type what it is now, for a person to run in order. */
  public List<String> statementsTo(PrintedType now) {
    List<String> actions = labels ? renames(now) : attributes(now);
    return actions.stream().map(action -> "ALTER TYPE " + name + " " + action + ";").toList();
  }

  /** Each when its new label is free; those that swap their labels have no such order. */
  private List<String> renames(PrintedType now) {
    Map<Part, Part> left = new LinkedHashMap<>();
    parts.forEach(
        (number, was) -> {
          Part later = now.parts.get(number);
          if (later != null && !later.equals(was)) {
            left.put(was, later);
          }
        });
    List<String> actions = new ArrayList<>();
    boolean moved = true;
    while (moved) {
      Map<Part, Part> free = new LinkedHashMap<>(left);
      free.values().removeIf(left::containsKey);
      free.forEach(
          (was, later) ->
              actions.add("RENAME VALUE " + literal(was.name()) + " TO " + literal(later.name())));
      moved = left.keySet().removeAll(free.keySet());
    }
    return actions;
  }

  private List<String> attributes(PrintedType now) {
    List<String> actions = new ArrayList<>();
    parts.forEach(
        (number, part) -> {
          if (!now.parts.containsKey(number)) {
            actions.add("DROP ATTRIBUTE " + TableId.quote(part.name()));
          }
        });
    now.parts.forEach(
        (number, part) -> {
          if (!parts.containsKey(number)) {
            actions.add("ADD ATTRIBUTE " + TableId.quote(part.name()) + " " + part.type());
          }
        });
    return actions;
  }

  private static String literal(String text) {
    return "'" + text.replace("'", "''") + "'";
  }
}
