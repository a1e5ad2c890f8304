package io.walferry.type;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.walferry.SharedServers;
import io.walferry.testkit.postgres.Database;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** The oids that are written down here are those of real servers, and none is forgotten. */
final class BuiltInTypeTest {
  static final List<Integer> MAJORS = SharedServers.OLDEST_AND_NEWEST;

  /** Types of the catalog's own columns, which nobody can use or which only hold its secrets. */
  private static final Set<String> OF_THE_CATALOG =
      Set.of(
          "gtsvector",
          "pg_brin_bloom_summary",
          "pg_brin_minmax_multi_summary",
          "pg_dependencies",
          "pg_mcv_list",
          "pg_ndistinct",
          "pg_node_tree");

  @ParameterizedTest
  @FieldSource("MAJORS")
  void scalarsAndTheirArrays(int major) throws SQLException {
    Set<String> ours = new TreeSet<>();
    for (ScalarKind kind : ScalarKind.values()) {
      if (kind.isBuiltIn()) {
        ours.add(
            "%s %d %d %s"
                .formatted(kind.typeName(), kind.oid(), kind.arrayOid(), kind.codec().hasBinary()));
      }
    }

    Set<String> servers =
        lines(
            major,
            """
            select typname || ' ' || oid || ' ' || typarray || ' ' || (typsend <> 0)
            from pg_type
            where typnamespace = 'pg_catalog'::regnamespace and typtype = 'b'
              and typoutput <> 'array_out'::regproc
              and typname <> all ('{%s}')
            """
                .formatted(String.join(",", OF_THE_CATALOG)));

    assertEquals(servers, ours);
  }

  @ParameterizedTest
  @FieldSource("MAJORS")
  void delimitersOfArrays(int major) throws SQLException {
    Set<String> servers =
        lines(
            major,
            """
            select a.oid || ' ' || e.typdelim::text
            from pg_type a join pg_type e on e.typarray = a.oid
            where a.typnamespace = 'pg_catalog'::regnamespace and e.typtype in ('b', 'r', 'm')
              and e.typname <> all ('{%s}')
            """
                .formatted(String.join(",", OF_THE_CATALOG)));

    Set<String> ours = new TreeSet<>();
    for (String line : servers) {
      int oid = Integer.parseInt(line.split(" ")[0]);
      if (TypeCatalog.BUILT_IN.type(oid) instanceof PgType.ArrayType array) {
        ours.add(oid + " " + array.delimiter());
      }
    }
    assertEquals(servers, ours);
  }

  @ParameterizedTest
  @FieldSource("MAJORS")
  void rangesAndMultiranges(int major) throws SQLException {
    Set<String> servers =
        lines(
            major,
            """
            select t.typname || ' ' || t.oid || ' ' || t.typarray || ' ' || r.rngsubtype || ' '
              || m.typname || ' ' || m.oid || ' ' || m.typarray
            from pg_range r join pg_type t on t.oid = r.rngtypid join pg_type m on m.oid = r.rngmultitypid
            where t.typnamespace = 'pg_catalog'::regnamespace
            """);

    Set<String> ours = new TreeSet<>();
    for (String line : servers) {
      String[] parts = line.split(" ");
      List<String> described = new ArrayList<>();
      described.add(described(Integer.parseInt(parts[1]), Integer.parseInt(parts[2])));
      PgType range = TypeCatalog.BUILT_IN.type(Integer.parseInt(parts[1]));
      described.add(
          range instanceof PgType.RangeType it ? Integer.toString(it.subtype().oid()) : "none");
      described.add(described(Integer.parseInt(parts[5]), Integer.parseInt(parts[6])));
      ours.add(String.join(" ", described));
    }
    assertEquals(servers, ours);
    assertEquals(6, servers.size());
  }

  private static String described(int oid, int arrayOid) {
    PgType type = TypeCatalog.BUILT_IN.type(oid);
    boolean isElement =
        TypeCatalog.BUILT_IN.type(arrayOid) instanceof PgType.ArrayType array
            && array.element().equals(type);
    return type.name() + " " + type.oid() + " " + (isElement ? arrayOid : 0);
  }

  private static Set<String> lines(int major, String query) throws SQLException {
    Set<String> lines = new TreeSet<>();
    try (Database database = SharedServers.database(major);
        Connection connection = database.connect();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(query)) {
      while (rows.next()) {
        lines.add(rows.getString(1));
      }
    }
    return lines;
  }
}
