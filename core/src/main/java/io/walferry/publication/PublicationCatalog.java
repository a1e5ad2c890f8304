package io.walferry.publication;

import io.walferry.change.ReplicaIdentity;
import io.walferry.change.TableId;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.postgres.CollationSql;
import io.walferry.postgres.PostgresErrors;
import io.walferry.publication.Publication.Operation;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads what publications carry, from the catalog. Only as thread-safe as its connection, whose
 * transaction it uses.
 *
 * <p>Columns that only newer servers have are taken out of the row as JSON, so that one query
 * serves all versions. Not so those of {@code pg_attribute}: the server may do it for each column
 * of the database. Before 12 a name has no collation, so it is sorted as text.
 */
public final class PublicationCatalog {
  private static final String PUBLICATION =
      """
      select p.puballtables, p.pubinsert, p.pubupdate, p.pubdelete,
        coalesce((to_jsonb(p) ->> 'pubtruncate')::boolean, false),
        coalesce((to_jsonb(p) ->> 'pubviaroot')::boolean, false),
        coalesce(to_jsonb(p) ->> 'pubgencols', 'n') = 's'
      from pg_publication p where p.pubname = ?
      """;

  /**
   * One row for each column, tables in order of their names. From 15 on the view says which columns
   * there are, even if the publication lists none; 15 names generated ones among them, which no
   * server before 18 publishes.
   *
   * <p>A constant that a column was added with is in an array of one, in the catalogs of the tables
   * that hold rows; JSON would not keep its text as it is. A relation whose file has another number
   * than itself was rewritten. A column that is older than the table's place in the publication may
   * have been followed by nobody for a while, and so may any if the publication lists columns.
   *
   * <p>What carries a table is its own entry in the publication or that of a table that it is a
   * partition of, its schema's, or the publication itself. An entry that goes and comes back, or
   * whose filter or columns are set anew, has another oid.
   */
  private static final String TABLES =
      """
      with recursive published as (
        select c.oid, n.nspname, c.relname, c.relreplident,
          to_jsonb(t) -> 'attnames' as names, to_jsonb(t) ->> 'rowfilter' as row_filter
        from pg_publication_tables t
        join pg_namespace n on n.nspname = t.schemaname
        join pg_class c on c.relnamespace = n.oid and c.relname = t.tablename
        where t.pubname = ? and c.relpersistence = 'p'
      ), tree(root, oid) as (
        select p.oid, p.oid from published p
        union all
        select tree.root, i.inhrelid from tree
        join pg_inherits i on i.inhparent = tree.oid
        join pg_class child on child.oid = i.inhrelid and child.relispartition
      ), sized as (
        select tree.root, sum(greatest(l.reltuples, 0))::bigint as tuples,
          sum(pg_relation_size(l.oid))::bigint as bytes, bool_and(l.relreplident = 'f') as full_rows
        from tree join pg_class l on l.oid = tree.oid and l.relkind = 'r'
        group by tree.root
      ), former as (
        select tree.root, la.attname,
          case
            when count(missing.value) = count(*)
              and min(missing.value collate "C") = max(missing.value collate "C") then 'c'
            when count(missing.value) > 0 or bool_or(la.atthasdef or la.attidentity <> '')
              or bool_or(l.relfilenode <> l.oid) then 'u'
            else 'n' end as kind,
          min(missing.value collate "C") as value
        from tree
        join pg_class l on l.oid = tree.oid and l.relkind = 'r'
        join pg_attribute la on la.attrelid = l.oid and la.attnum > 0 and not la.attisdropped
        cross join lateral (select MISSING_VALUE as value) missing
        group by tree.root, la.attname
      ), above(oid, ancestor) as (
        select p.oid, p.oid from published p
        union all
        select above.oid, i.inhparent from above join pg_inherits i on i.inhrelid = above.ancestor
      ), member as (
        select above.oid, bool_or(to_jsonb(r) ->> 'prattrs' is not null) as listed,
          min(age(r.xmin)) as age
        from above
        join pg_publication_rel r on r.prrelid = above.ancestor
        join pg_publication b on b.oid = r.prpubid and b.pubname = ?
        group by above.oid
      ), lineage(oid, ancestor) as (
        select p.oid, p.oid from published p
        union all
        select lineage.oid, i.inhparent from lineage
        join pg_inherits i on i.inhrelid = lineage.ancestor
        join pg_class child on child.oid = i.inhrelid and child.relispartition
      ), route(oid, entry) as (
        select lineage.oid, 'table ' || r.oid from lineage
        join pg_publication_rel r on r.prrelid = lineage.ancestor
        join pg_publication b on b.oid = r.prpubid and b.pubname = ?
        UNFILTERED
        SCHEMA_ROUTES
        union all
        select p.oid, 'all ' || b.oid from published p
        join pg_publication b on b.puballtables and b.pubname = ?
      )
      select p.oid, p.nspname, p.relname,
        case when p.relreplident = 'i' and not exists (
            select from pg_index i where i.indrelid = p.oid and i.indisreplident and i.indisvalid)
          then 'n' else p.relreplident end,
        p.row_filter, coalesce(s.tuples, 0), coalesce(s.bytes, 0),
        (select array_agg(ka.attname::text order by k.place)
          from pg_index i
          cross join lateral unnest(i.indkey::int2[]) with ordinality k(attnum, place)
          join pg_attribute ka on ka.attrelid = i.indrelid and ka.attnum = k.attnum
          where i.indrelid = p.oid and i.indisprimary and i.indimmediate and i.indisvalid
            and k.place <= coalesce((to_jsonb(i) ->> 'indnkeyatts')::int, i.indnatts)),
        a.attname, a.atttypid, format_type(a.atttypid, a.atttypmod), a.atttypmod, a.attnotnull,
        case
          when m.listed or m.age < age(a.xmin)
            or (f.kind = 'n' and (a.atthasdef or a.attidentity <> '')) then 'u'
          else coalesce(f.kind, 'u') end,
        f.value,
        array(select route.entry from route where route.oid = p.oid),
        (select array_agg(ka.attname::text order by k.place)
          from pg_index i
          cross join lateral unnest(i.indkey::int2[]) with ordinality k(attnum, place)
          join pg_attribute ka on ka.attrelid = i.indrelid and ka.attnum = k.attnum
          where i.indrelid = p.oid and i.indisreplident and i.indisvalid
            and k.place <= coalesce((to_jsonb(i) ->> 'indnkeyatts')::int, i.indnatts)),
        coalesce(s.full_rows, true),
        LOOSE_COLLATION
      from published p
      left join sized s on s.root = p.oid
      left join pg_attribute a on a.attrelid = p.oid and a.attnum > 0 and not a.attisdropped
        and (coalesce(jsonb_typeof(p.names), '') <> 'array'
          or jsonb_exists(p.names, a.attname::text))
        NOT_GENERATED
      left join former f on f.root = p.oid and f.attname = a.attname
      left join member m on m.oid = p.oid
      order by p.nspname::text collate "C", p.relname::text collate "C", a.attnum
      """;

  /** In the column's own text output. */
  private static final String MISSING_VALUE =
      "case when la.atthasmissing then (la.attmissingval::text::text[])[1] end";

  private static final int MISSING_VALUES_SINCE = 11;

  /** From 12 on there are generated columns, which no server before 18 publishes. */
  private static final String NOT_GENERATED = "and a.attgenerated = ''";

  private static final int GENERATED_SINCE = 12;
  private static final int GENERATED_PUBLISHED_SINCE = 18;

  private static final String SCHEMA_ROUTES =
      """
      union all
      select lineage.oid, 'schema ' || s.oid from lineage
      join pg_class c on c.oid = lineage.ancestor
      join pg_publication_namespace s on s.pnnspid = c.relnamespace
      join pg_publication b on b.oid = s.pnpubid and b.pubname = ?
      """;

  /** The row filter of a table does not count where its schema is published as well. */
  private static final String UNFILTERED =
      """
      where r.prqual is null or not exists (
        select from pg_publication_namespace s
        join pg_class c on c.relnamespace = s.pnnspid
        where c.oid = lineage.ancestor and s.pnpubid = b.oid)
      """;

  private static final int SCHEMAS_SINCE = 15;

  private static final String LEAVES =
      """
      with recursive tree(oid) as (
        select ?::oid union all
        select i.inhrelid from tree join pg_inherits i on i.inhparent = tree.oid
        join pg_class child on child.oid = i.inhrelid and child.relispartition
      )
      select n.nspname, c.relname
      from tree
      join pg_class c on c.oid = tree.oid and c.relkind = 'r'
      join pg_namespace n on n.oid = c.relnamespace
      order by n.nspname::text collate "C", c.relname::text collate "C"
      """;

  private final Connection connection;

  public PublicationCatalog(Connection connection) {
    this.connection = connection;
  }

  /** The names of all publications of the database, in order. */
  public List<String> names() {
    try (Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery(
                "select pubname from pg_publication order by pubname::text collate \"C\"")) {
      List<String> names = new ArrayList<>();
      while (rows.next()) {
        names.add(rows.getString(1));
      }
      return names;
    } catch (SQLException e) {
      throw PostgresErrors.translate(e, "list the publications");
    }
  }

  public Optional<Publication> find(String name) {
    try (PreparedStatement query = connection.prepareStatement(PUBLICATION)) {
      query.setString(1, name);
      try (ResultSet row = query.executeQuery()) {
        if (!row.next()) {
          return Optional.empty();
        }
        return Optional.of(
            new Publication(
                name, row.getBoolean(1), operations(row), row.getBoolean(6), row.getBoolean(7)));
      }
    } catch (SQLException e) {
      throw PostgresErrors.translate(e, "read publication " + name);
    }
  }

  private static Set<Operation> operations(ResultSet row) throws SQLException {
    Set<Operation> operations = EnumSet.noneOf(Operation.class);
    int column = 2;
    for (Operation operation : Operation.values()) {
      if (row.getBoolean(column++)) {
        operations.add(operation);
      }
    }
    return operations;
  }

  /**
   * The tables that the stream will announce for the publication, in order of their names: with
   * {@link Publication#viaPartitionRoot()} partitioned tables, else their partitions.
   *
   * @throws WalferryException {@code PUBLICATION_MISSING}
   */
  public List<PublishedTable> tables(String publication) {
    if (find(publication).isEmpty()) {
      throw new WalferryException(
          ErrorCode.PUBLICATION_MISSING, "publication " + publication + " does not exist");
    }
    try (PreparedStatement query = connection.prepareStatement(tablesQuery())) {
      for (int name = 1; name <= query.getParameterMetaData().getParameterCount(); name++) {
        query.setString(name, publication);
      }
      try (ResultSet rows = query.executeQuery()) {
        return tables(rows);
      }
    } catch (SQLException e) {
      throw PostgresErrors.translate(e, "read the tables of publication " + publication);
    }
  }

  private String tablesQuery() throws SQLException {
    int major = connection.getMetaData().getDatabaseMajorVersion();
    String value = major >= MISSING_VALUES_SINCE ? MISSING_VALUE : "null::text";
    boolean leavesOut = major >= GENERATED_SINCE && major < GENERATED_PUBLISHED_SINCE;
    return TABLES
        .replace("MISSING_VALUE", value)
        .replace("NOT_GENERATED", leavesOut ? NOT_GENERATED : "")
        .replace("LOOSE_COLLATION", CollationSql.nondeterministic("a.attcollation"))
        .replace("UNFILTERED", major >= SCHEMAS_SINCE ? UNFILTERED : "")
        .replace("SCHEMA_ROUTES", major >= SCHEMAS_SINCE ? SCHEMA_ROUTES : "");
  }

  private static List<PublishedTable> tables(ResultSet rows) throws SQLException {
    List<PublishedTable> tables = new ArrayList<>();
    boolean more = rows.next();
    while (more) {
      TableRow table = TableRow.of(rows);
      List<PublishedColumn> columns = new ArrayList<>();
      while (more && (int) rows.getLong(1) == table.oid()) {
        if (rows.getString(9) != null) {
          columns.add(column(rows));
        }
        more = rows.next();
      }
      tables.add(table.withColumns(columns));
    }
    return tables;
  }

  private static PublishedColumn column(ResultSet row) throws SQLException {
    return new PublishedColumn(
        row.getString(9),
        (int) row.getLong(10),
        row.getString(11),
        row.getInt(12),
        row.getBoolean(13),
        formerValue(row),
        Optional.ofNullable(row.getString(19)));
  }

  private static FormerValue formerValue(ResultSet row) throws SQLException {
    return switch (row.getString(14)) {
      case "n" -> FormerValue.Null.NULL;
      case "c" -> new FormerValue.Constant(row.getString(15));
      default -> FormerValue.Unknown.UNKNOWN;
    };
  }

  /**
   * The ordinary tables that hold a table's rows: its partitions at all depths, or the table
   * itself. Partitions that are foreign tables are not published and not listed.
   */
  public List<TableId> leaves(PublishedTable table) {
    try (PreparedStatement query = connection.prepareStatement(LEAVES)) {
      query.setLong(1, Integer.toUnsignedLong(table.oid()));
      try (ResultSet rows = query.executeQuery()) {
        List<TableId> leaves = new ArrayList<>();
        while (rows.next()) {
          leaves.add(new TableId(rows.getString(1), rows.getString(2)));
        }
        return leaves;
      }
    } catch (SQLException e) {
      throw PostgresErrors.translate(e, "list the partitions of " + table);
    }
  }

  /** The part of a row that belongs to the table. */
  private record TableRow(
      int oid,
      TableId table,
      ReplicaIdentity identity,
      Optional<String> rowFilter,
      long estimatedRows,
      long byteSize,
      List<String> primaryKey,
      List<String> routes,
      List<String> identityIndex,
      boolean fullRows) {
    static TableRow of(ResultSet row) throws SQLException {
      return new TableRow(
          (int) row.getLong(1),
          new TableId(row.getString(2), row.getString(3)),
          ReplicaIdentity.of(row.getString(4).charAt(0)),
          Optional.ofNullable(row.getString(5)),
          row.getLong(6),
          row.getLong(7),
          strings(row.getArray(8)),
          strings(row.getArray(16)),
          strings(row.getArray(17)),
          row.getBoolean(18));
    }

    private static List<String> strings(@Nullable Array array) throws SQLException {
      return array == null ? List.of() : List.of((String[]) array.getArray());
    }

    PublishedTable withColumns(List<PublishedColumn> columns) {
      List<String> names = columns.stream().map(PublishedColumn::name).toList();
      List<String> key = names.containsAll(primaryKey) ? primaryKey : List.of();
      return new PublishedTable(
          oid,
          table,
          identity,
          columns,
          key,
          told(names),
          rowFilter,
          estimatedRows,
          byteSize,
          Set.copyOf(routes));
    }

    /** Rows of partitions are logged by the identities of these, whatever their root's is. */
    private List<String> told(List<String> columns) {
      return switch (identity) {
        case DEFAULT -> primaryKey;
        case INDEX -> identityIndex;
        case FULL -> fullRows ? columns : primaryKey;
        case NOTHING -> List.of();
      };
    }
  }
}
