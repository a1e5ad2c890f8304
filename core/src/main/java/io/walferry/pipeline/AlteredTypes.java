package io.walferry.pipeline;

import io.walferry.change.TableId;
import io.walferry.publication.PrintedType;
import io.walferry.publication.PublicationCatalog;
import io.walferry.publication.PublishedTable;
import io.walferry.sink.TypeAlteration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds types of followed columns that were altered in place: {@code ALTER TYPE … RENAME VALUE} has
 * every row print another label, and no row, nor any relation, comes in the stream for it. Belongs
 * to the pipeline's thread.
 *
 * <p>A change in the stream prints as the type was where it was made, which may be before the
 * alteration. So tables are read again under snapshots that see every transaction which has begun
 * by now: changes of these do not count then.
 */
final class AlteredTypes {
  private static final Logger LOG = LoggerFactory.getLogger(AlteredTypes.class);

  private final FeedSettings feed;
  private final FeedEnds ends;
  private final TableLines lines;

  /**
   * Tells of a type that prints otherwise now.
   *
   * @param roots types of columns that are it, or are made of it
   */
  private record Altered(PrintedType before, PrintedType now, Set<Integer> roots) {}

  /** Holds the types that are not as the ledger says. */
  private final Set<PrintedType> unnoted = new HashSet<>();

  /** Tells whether what the ledger says of tables to be loaded again is not durable yet. */
  private boolean pending;

  AlteredTypes(FeedSettings feed, FeedEnds ends, TableLines lines) {
    this.feed = feed;
    this.ends = ends;
    this.lines = lines;
  }

  /**
   * Compares the catalog with what the ledger says.
   *
   * @param unsettled tells of a table whether it is being loaded: what was noted of that may hold
   *     keys that are no values of their type any more, so it begins anew whatever the sink says
   * @return tables to be loaded again, under the names by which they are followed
   * @throws io.walferry.error.WalferryException {@code DESTINATION_DDL_HALTED} if somebody has to
   *     do something first
   */
  List<PublishedTable> judge(Predicate<TableId> unsettled) {
    unnoted.clear();
    Collection<Altered> altered = altered();
    pending |= !altered.isEmpty();
    return altered.isEmpty() ? List.of() : again(altered, unsettled);
  }

  /**
   * Has the ledger say what {@link #judge} has found: with the next commit, with which the tables
   * that it has named have to be cut into chunks, too.
   *
   * @return whether anything was noted
   */
  boolean note() {
    boolean noted = !unnoted.isEmpty();
    unnoted.forEach(lines.types()::note);
    unnoted.clear();
    return noted;
  }

  /** Takes what was noted for durable. */
  void committed() {
    pending = false;
  }

  /** Tells whether the catalog has a type that prints otherwise than rows at the destination do. */
  boolean isAny() {
    return pending || !altered().isEmpty();
  }

  /** Finds types that print otherwise now, and all that are not as the ledger says. */
  private Collection<Altered> altered() {
    Set<Integer> roots = new HashSet<>();
    lines.followed().values().forEach(line -> roots.addAll(TypeLines.alterable(line.columns())));
    Map<Integer, List<PrintedType>> read = PrintedType.read(ends.sql(), roots);
    lines
        .types()
        .retain(
            roots,
            read.values().stream()
                .flatMap(List::stream)
                .map(PrintedType::oid)
                .collect(Collectors.toSet()));
    Map<Integer, Altered> altered = new HashMap<>();
    read.forEach((root, parts) -> parts.forEach(now -> compare(root, now, altered)));
    return altered.values();
  }

  private void compare(int root, PrintedType now, Map<Integer, Altered> altered) {
    Optional<PrintedType> before = lines.types().find(now.oid());
    if (before.filter(type -> type.isReprinted(now)).isPresent()) {
      altered
          .computeIfAbsent(now.oid(), oid -> new Altered(before.get(), now, new HashSet<>()))
          .roots()
          .add(root);
    }
    if (!before.equals(Optional.of(now))) {
      unnoted.add(now);
    }
  }

  private List<PublishedTable> again(Collection<Altered> altered, Predicate<TableId> unsettled) {
    List<PublishedTable> again = new ArrayList<>();
    for (PublishedTable now : new PublicationCatalog(ends.sql()).tables(feed.publication())) {
      lines
          .nameOf(now.oid())
          .map(now::named)
          .filter(table -> isLoadedAgain(table, altered, unsettled))
          .ifPresent(again::add);
    }
    return again;
  }

  private boolean isLoadedAgain(
      PublishedTable table, Collection<Altered> altered, Predicate<TableId> unsettled) {
    Set<Integer> types = TypeLines.alterable(lines.find(table.table()).orElseThrow().columns());
    boolean again = false;
    for (Altered type : altered) {
      if (!Collections.disjoint(types, type.roots())) {
        boolean wanted =
            ends.sink().alter(new TypeAlteration(table, type.roots(), type.before(), type.now()));
        if (wanted) {
          warn(table, type.now());
        }
        again |= unsettled.test(table.table()) || (wanted && feed.load() != LoadMode.NONE);
      }
    }
    return again;
  }

  private void warn(PublishedTable table, PrintedType type) {
    LOG.warn(
        "Rows of table {} print otherwise at the source, since type {} was altered: {}",
        table,
        type.name(),
        feed.load() == LoadMode.NONE
            ? "values may differ here, since 'pipeline.load' is none; 'walferry reload' reads it"
                + " again"
            : "it is loaded again");
  }
}
