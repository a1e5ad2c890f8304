package io.walferry.pipeline;

import io.walferry.change.TableId;
import io.walferry.postgres.PostgresErrors;
import io.walferry.publication.Publication;
import io.walferry.publication.Publication.Operation;
import io.walferry.publication.PublicationCatalog;
import io.walferry.time.Stopwatch;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Warns of what is done to followed tables and is in no stream: to partitions of tables that are
 * published under their own name, to tables and partitions while they are unlogged, and by
 * operations that the publication does not carry any more. The catalog shows that it was done, and
 * not to which rows. Belongs to the pipeline's thread.
 */
final class UnsentChanges {
  private static final Logger LOG = LoggerFactory.getLogger(UnsentChanges.class);
  private static final int NAMES_MAX = 5;

  private static final String GONE =
      "detached or dropped: rows that it had then stay at the destination. If they are not to, %s"
          + " reads the table again";

  private static final String ATTACHED =
      "attached: rows that it had then are not in the stream; %s reads the table again";

  private static final String ANEW =
      "truncated, or its rows were written anew: after a TRUNCATE rows stay at the destination, and"
          + " %s reads the table again";

  private static final String UNLOGGED =
      "unlogged, so that changes of its rows are not in the stream: SET LOGGED, then %s reads the"
          + " table again";

  private static final String LOGGED =
      "was unlogged for a while, and changes of that time are missing: %s reads the table again";

  private static final String FOREIGN =
      "a foreign table, so that changes of its rows are not in the stream; %s reads them as they"
          + " are then";

  /**
   * Finds partitioned and unlogged tables, and where their rows are. Takes no lock. Whoever
   * attaches a partition leaves its system columns as they were; one that was made as a partition
   * has them from the same transaction.
   */
  private static final String QUERY =
      """
      with recursive tree (root, oid, links, attached) as (
        select c.oid, c.oid, '', false from pg_catalog.pg_class c
        where c.oid = any (?::pg_catalog.oid[])
          and (c.relkind = 'p' or c.relpersistence = 'u' or c.oid = any (?::pg_catalog.oid[]))
        union all
        select tree.root, c.oid, tree.links || ' ' || i.xmin::pg_catalog.text,
          tree.attached or i.xmin <> a.xmin
        from tree
        join pg_catalog.pg_inherits i on i.inhparent = tree.oid
        join pg_catalog.pg_class c on c.oid = i.inhrelid and c.relispartition
        join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum = -1
      )
      select tree.root, c.oid, n.nspname, c.relname, c.relfilenode, tree.links, tree.attached,
        case when c.relkind = 'p' then 'NONE' when c.relkind = 'f' then 'FOREIGN'
          when c.relpersistence = 'u' then 'UNLOGGED' else 'LOGGED' end
      from tree
      join pg_catalog.pg_class c on c.oid = tree.oid
      join pg_catalog.pg_namespace n on n.oid = c.relnamespace
      """;

  private final Connection sql;
  private final String publication;
  private final List<TableLines> followed;
  private final Duration interval;
  private Stopwatch sinceLook;
  private boolean begun;

  /** Holds what the last look has found, by the oids of tables. */
  private Map<Integer, Tree> seen = Map.of();

  /** Holds what the publication carried at the last look. */
  private Set<Operation> carried = Set.of();

  /** Says where rows are, if there are any of its own, and so whether changes are in the log. */
  private enum Storage {
    LOGGED,
    UNLOGGED,
    FOREIGN,
    NONE
  }

  /**
   * Tells of a partition of a table, or of the table itself.
   *
   * @param file {@code relfilenode}: another one after TRUNCATE, or if rows were written anew
   * @param links by which it is a partition of the table; others if it was detached in between
   * @param attached whether it was a table of its own before
   */
  private record Part(TableId name, long file, String links, boolean attached, Storage storage) {
    boolean isLogged() {
      return storage == Storage.LOGGED;
    }
  }

  /**
   * Tells where rows of a followed table are.
   *
   * @param table the name by which it is followed
   * @param root the table itself
   * @param leaves partitions that have rows, by their oids
   */
  private record Tree(TableId table, Part root, Map<Integer, Part> leaves) {
    boolean isPartitioned() {
      return root.storage() == Storage.NONE;
    }
  }

  /**
   * Watches tables of all destinations of a feed.
   *
   * @param publication that carries them
   * @param followed what each destination follows
   */
  UnsentChanges(FeedEnds ends, String publication, List<TableLines> followed, Duration interval) {
    this.sql = ends.sql();
    this.publication = publication;
    this.followed = List.copyOf(followed);
    this.interval = interval;
    this.sinceLook = Stopwatch.start(ends.clock());
  }

  /** Looks at the catalog if it is time to, and tells what was done since the last look. */
  void look() {
    if (begun && !sinceLook.hasReached(interval)) {
      return;
    }
    sinceLook = sinceLook.restart();
    begun = true;
    Map<Integer, Tree> now = read();
    tellOfPartitioned(now);
    now.forEach(
        (oid, tree) ->
            Optional.ofNullable(seen.get(oid))
                .ifPresentOrElse(before -> compare(before, tree), () -> tellOfUnlogged(tree)));
    seen = now;
    new PublicationCatalog(sql).find(publication).ifPresent(this::compare);
  }

  private Map<Integer, Tree> read() {
    Map<Integer, TableId> names = new HashMap<>();
    followed.forEach(
        lines -> lines.followed().forEach((name, line) -> names.put(line.oid(), name)));
    Map<Integer, Part> roots = new TreeMap<>();
    Map<Integer, Map<Integer, Part>> leaves = new HashMap<>();
    try (PreparedStatement query = sql.prepareStatement(QUERY)) {
      query.setArray(1, oids(names.keySet()));
      query.setArray(2, oids(seen.keySet()));
      try (ResultSet rows = query.executeQuery()) {
        while (rows.next()) {
          int root = (int) rows.getLong(1);
          int oid = (int) rows.getLong(2);
          Part part = part(rows);
          if (oid == root) {
            roots.put(root, part);
          } else if (part.storage() != Storage.NONE) {
            leaves.computeIfAbsent(root, table -> new TreeMap<>()).put(oid, part);
          }
        }
      }
    } catch (SQLException e) {
      throw PostgresErrors.translate(e, "see what was done to partitions of followed tables");
    }
    Map<Integer, Tree> read = new TreeMap<>();
    roots.forEach(
        (oid, root) ->
            read.put(
                oid,
                new Tree(
                    names.getOrDefault(oid, root.name()),
                    root,
                    leaves.getOrDefault(oid, Map.of()))));
    return read;
  }

  private Array oids(Set<Integer> numbers) throws SQLException {
    return sql.createArrayOf("int8", numbers.stream().map(Integer::toUnsignedLong).toArray());
  }

  private static Part part(ResultSet row) throws SQLException {
    return new Part(
        new TableId(row.getString(3), row.getString(4)),
        row.getLong(5),
        row.getString(6),
        row.getBoolean(7),
        Storage.valueOf(row.getString(8)));
  }

  /** Tells of tables with partitions that no look has seen before. */
  private void tellOfPartitioned(Map<Integer, Tree> now) {
    List<TableId> tables =
        now.entrySet().stream()
            .filter(entry -> entry.getValue().isPartitioned() && !seen.containsKey(entry.getKey()))
            .map(entry -> entry.getValue().table())
            .sorted()
            .toList();
    if (!tables.isEmpty()) {
      LOG.warn(
          "TRUNCATE, DROP, ATTACH and DETACH of single partitions are not in the stream: DELETE the"
              + " rows first, or have the table read again by 'walferry reload'. Followed with"
              + " partitions: {}",
          names(tables));
    }
  }

  private static void tellOfUnlogged(Tree tree) {
    tellOf(tree, List.of(tree.root()), Storage.UNLOGGED, UNLOGGED);
    tellOf(tree, tree.leaves().values(), Storage.UNLOGGED, UNLOGGED);
    tellOf(tree, tree.leaves().values(), Storage.FOREIGN, FOREIGN);
  }

  private static void tellOf(Tree tree, Collection<Part> parts, Storage storage, String what) {
    warn(tree, parts.stream().filter(part -> part.storage() == storage).toList(), what);
  }

  private static void compare(Tree before, Tree now) {
    if (before.root().storage() != now.root().storage()) {
      warn(now, List.of(now.root()), now.root().isLogged() ? LOGGED : UNLOGGED);
    }
    List<Part> gone = new ArrayList<>();
    List<Part> attached = new ArrayList<>();
    List<Part> changed = new ArrayList<>();
    List<Part> anew = new ArrayList<>();
    int stayed = 0;
    for (Map.Entry<Integer, Part> leaf : now.leaves().entrySet()) {
      Part part = leaf.getValue();
      Part was = before.leaves().get(leaf.getKey());
      if (was == null ? part.attached() : !was.links().equals(part.links())) {
        attached.add(part);
      }
      if (was == null ? !part.isLogged() : was.storage() != part.storage()) {
        changed.add(part);
      } else if (was != null && part.isLogged()) {
        stayed++;
        if (was.file() != part.file()) {
          anew.add(part);
        }
      }
    }
    before
        .leaves()
        .forEach(
            (oid, part) -> {
              if (!now.leaves().containsKey(oid)) {
                gone.add(part);
              }
            });
    warn(now, gone, GONE);
    warn(now, attached, ATTACHED);
    tellOf(now, changed, Storage.LOGGED, LOGGED);
    tellOf(now, changed, Storage.UNLOGGED, UNLOGGED);
    tellOf(now, changed, Storage.FOREIGN, FOREIGN);
    // What is done to all of them is done to the table as a rule, and its TRUNCATE is sent.
    if (anew.size() < stayed) {
      warn(now, anew, ANEW);
    }
  }

  private void compare(Publication now) {
    Set<Operation> lost = new TreeSet<>(carried);
    lost.removeAll(now.operations());
    if (!lost.isEmpty()) {
      LOG.warn(
          "Publication {} does not carry {} any more: what these do does not reach the destination."
              + " Once it does again, by ALTER PUBLICATION {} SET (publish = …), 'walferry reload'"
              + " reads its tables again",
          publication,
          lost.stream().map(Operation::name).collect(Collectors.joining(", ")),
          TableId.quote(publication));
    }
    carried = now.operations();
  }

  private static void warn(Tree tree, Collection<Part> parts, String what) {
    if (parts.isEmpty()) {
      return;
    }
    List<TableId> names = parts.stream().map(Part::name).sorted().toList();
    LOG.warn(
        "{}: {}",
        parts.contains(tree.root())
            ? "Table " + tree.table()
            : "Table " + tree.table() + ", partition " + names(names),
        what.formatted("'walferry reload " + tree.table() + "'"));
  }

  private static String names(List<TableId> names) {
    return names.stream().limit(NAMES_MAX).map(TableId::toString).collect(Collectors.joining(", "))
        + (names.size() > NAMES_MAX ? " and %d more".formatted(names.size() - NAMES_MAX) : "");
  }
}
