package io.walferry.pipeline;

import io.walferry.change.Change;
import io.walferry.change.Lsn;
import io.walferry.change.Relation;
import io.walferry.change.TableId;
import io.walferry.change.TransactionHeader;
import io.walferry.change.Xid;
import io.walferry.ddl.DdlKey;
import io.walferry.ddl.ToldChange;
import io.walferry.ddl.ToldTable;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.publication.AnnouncedColumns;
import io.walferry.publication.PublicationCatalog;
import io.walferry.publication.PublishedColumn;
import io.walferry.publication.PublishedTable;
import io.walferry.sink.ColumnChange;
import io.walferry.sink.TableAlteration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which relations of the stream are followed: those that the feed selects and the destination
 * knows. One that the destination has not met (a new table, or one that the publication has come to
 * carry) is loaded while the feed runs; until then its changes are left out. What was done to the
 * columns of a table is told to the destination before the first change that shows it, and noted
 * with it. Belongs to the pipeline's thread.
 */
final class FollowedTables {
  private static final Logger LOG = LoggerFactory.getLogger(FollowedTables.class);

  private final FeedSettings feed;
  private final FeedEnds ends;
  private final TableSelection selection;
  private final Replay replay;
  private final ReplacedTables replaced;
  private final PublicationWatch watch;
  private final TableLines lines;
  private final TableMoves moves;
  private final UnmetTables unmet;
  private final DdlKey key;

  /** The relations whose columns the destination has, or is known not to need. */
  private final Map<Integer, Relation> followed = new HashMap<>();

  /** Of each table, what was compared last of changes that are older than what the catalog told. */
  private final Map<Integer, Compared> compared = new HashMap<>();

  private record Compared(Relation relation, FollowedTable line, boolean former) {
    @SuppressWarnings("ReferenceEquality") // One object for each announcement, and each note.
    boolean isOf(Relation other, FollowedTable known) {
      return relation == other && line == known;
    }
  }

  /** Where the transaction commits whose changes come. */
  private Lsn commitLsn = Lsn.ZERO;

  FollowedTables(
      FeedSettings feed,
      FeedEnds ends,
      TableSelection selection,
      TableLines lines,
      Replay replay,
      ReplacedTables replaced) {
    this.replaced = replaced;
    this.feed = feed;
    this.ends = ends;
    this.selection = selection;
    this.replay = replay;
    this.lines = lines;
    this.moves = new TableMoves(feed, ends, selection, lines, replay);
    this.unmet = new UnmetTables(feed, ends, selection, lines, replay);
    this.key = new DdlKey(ends.sql());
    this.watch = new PublicationWatch(ends.sql(), feed.publication(), ends.clock());
  }

  /**
   * Looks at the catalog again, since the server has announced a relation: it does so if the
   * publication may have changed. A table that left it and came back is loaded again, before the
   * changes that follow meet rows that are not there. The catalog is ahead of the stream as a rule,
   * so this may be too early, but what is read now has all that was left out before.
   *
   * @param xid of the transaction that the announcement came in
   */
  void announced(Xid xid) {
    unmet.lookAgain();
    if (watch.hasChanged(xid)) {
      compare();
    }
  }

  /**
   * The changes that follow are of another transaction. Looks once more as long as transactions of
   * the announcement's time have not been seen.
   */
  void begin(TransactionHeader header) {
    commitLsn = header.commitLsn();
    if (lines.takeDeparture()) {
      followed.clear();
      unmet.lookAgain();
    }
    if (watch.isDue() && watch.hasChangedMeanwhile()) {
      unmet.lookAgain();
      compare();
    }
  }

  private void compare() {
    for (PublishedTable table : new PublicationCatalog(ends.sql()).tables(feed.publication())) {
      lines
          .nameOf(table.oid())
          .ifPresent(name -> compare(lines.find(name).orElseThrow(), table.named(name)));
    }
  }

  private void compare(FollowedTable line, PublishedTable now) {
    if (!line.wasLeftOut(now)) {
      if (!line.routes().equals(now.routes())) {
        lines.note(now.table(), line.by(now.routes()));
      }
      return;
    }
    if (loadsAgain(feed, now)) {
      lines.know(now.table(), line.by(now.routes()));
      replay.loadSoon(now, true);
    } else {
      lines.note(now.table(), line.by(now.routes()));
    }
  }

  /** Decides and says what becomes of a table that was left out for a while. */
  static boolean loadsAgain(FeedSettings feed, PublishedTable table) {
    boolean again = feed.load() != LoadMode.NONE;
    LOG.warn(
        "Table {} has left publication {} and come back, or is carried with other rows or columns"
            + " now: {}",
        table,
        feed.publication(),
        again
            ? "it is loaded again"
            : "changes made meanwhile are missing, since 'pipeline.load' is none; 'walferry reload'"
                + " reads it again");
    return again;
  }

  /** Whether changes of the relation are to be applied. */
  boolean includes(Relation relation) {
    return isFollowed(relation)
        || (isToFollow(relation) && lines.find(relation.table()).isPresent());
  }

  private boolean isToFollow(Relation relation) {
    return isSame(relation) && selection.includes(relation);
  }

  /**
   * A table that is to be followed from here on, since a relation is that is not included: it is to
   * be {@link UnmetTables#meet met}.
   */
  Optional<PublishedTable> newcomer(Relation relation) {
    return isToFollow(relation) && lines.find(relation.table()).isEmpty()
        ? unmet.find(relation)
        : Optional.empty();
  }

  /**
   * Whether the destination has rows under a name of a table that is gone. It may have been read
   * under that name before the stream has come to it, and go before that: then another table may
   * come to the name first.
   */
  boolean isOfOneThatIsGone(TableId name) {
    return lines.isDeparted(name);
  }

  /** Tables that the destination has not met. */
  UnmetTables unmet() {
    return unmet;
  }

  /**
   * Whether a table stays the same one: after a rename, a swap or a new table of an old name, the
   * destination's rows are not those of the source any more, and rows do not say what was done.
   *
   * @return false if the change is older than what is followed, or is left out since it is not
   * @throws WalferryException {@code SOURCE_TABLE_REPLACED}
   */
  private boolean isSame(Relation relation) {
    if (lines.isLeft(relation.oid(), relation.table())) {
      return false;
    }
    Optional<TableId> name = lines.nameOf(relation.oid());
    Optional<FollowedTable> line = lines.find(name.orElse(relation.table()));
    if (line.isEmpty() || name.filter(relation.table()::equals).isPresent()) {
      return true;
    }
    if (feed.load() != LoadMode.NONE && commitLsn.isBefore(line.get().since())) {
      // A load has seen what has become of it.
      return false;
    }
    if (name.filter(replay::isToPlan).isPresent()) {
      // A load will see it, whatever the name is by then.
      return false;
    }
    if (name.isEmpty() && unmet.awaits(relation.table())) {
      return false;
    }
    replaced.suspend(
        name.orElse(relation.table()),
        name.map(former -> former + " is called " + relation.table() + " in the stream")
            .orElse(relation.table() + " is another table of the same name in the stream"));
    return false;
  }

  @SuppressWarnings("ReferenceEquality") // One object for each announcement; asked for each row.
  private boolean isFollowed(Relation relation) {
    return followed.get(relation.oid()) == relation;
  }

  /** Whether the destination has the rows of a relation that is included under other columns. */
  boolean isAltered(Relation relation) {
    if (isFollowed(relation)) {
      return false;
    }
    FollowedTable line = lines.find(relation.table()).orElseThrow();
    if (commitLsn.isBefore(line.since())) {
      // Written before the catalog was read, which has told the columns; a load has seen it.
      return replay.ledger(relation.table()).isEmpty() && isFormer(relation, line);
    }
    if (!line.hasColumnsOf(relation)) {
      return true;
    }
    followed.put(relation.oid(), relation);
    return false;
  }

  /**
   * Whether rows of the relation were written before the table that is followed was rewritten.
   * Asked for nearly every row of a feed that catches up.
   */
  private boolean isFormer(Relation relation, FollowedTable line) {
    Compared last = compared.get(relation.oid());
    if (last == null || !last.isOf(relation, line)) {
      boolean former = ColumnDifference.rewritten(relation.columns(), line.columns()).isPresent();
      last = new Compared(relation, line, former);
      compared.put(relation.oid(), last);
    }
    return last.former();
  }

  /**
   * What was done to the table until it had the columns of a relation. Empty if rows do not print
   * as before, or may not: then the table is loaded again, or left out if it is gone by now.
   */
  Optional<TableAlteration> alteration(Relation relation) {
    FollowedTable line = lines.find(relation.table()).orElseThrow();
    Optional<String> rewrite =
        commitLsn.isBefore(line.since())
            ? ColumnDifference.rewritten(relation.columns(), line.columns())
            : ColumnDifference.rewrite(line, relation.columns());
    if (rewrite.isPresent()) {
      loadRewritten(relation, rewrite.get());
      return Optional.empty();
    }
    AnnouncedColumns columns =
        new AnnouncedColumns(ends.sql(), catalog(line, relation), relation.columns());
    List<ColumnChange> changes = ColumnDifference.between(line, relation, columns::published);
    Optional<String> unclear = unrepeatable(line, changes);
    unclear.ifPresent(why -> loadRewritten(relation, why));
    return unclear.isPresent()
        ? Optional.empty()
        : Optional.of(new TableAlteration(line.relation(relation), relation, changes, false));
  }

  private void loadRewritten(Relation relation, String why) {
    Optional<PublishedTable> table = published(relation);
    if (table.isPresent()) {
      requireReload(feed, table.get(), why);
      replay.loadSoon(table.get(), true);
    } else if (DroppedTables.among(ends.sql(), List.of(relation.oid())).isEmpty()) {
      replaced.suspend(relation.table(), relation + " is not published any more, and " + why);
    } else {
      depart(relation.table());
    }
  }

  /** Nobody can read any more what has become of its rows, and the stream will drop them. */
  private void depart(TableId table) {
    FollowedTable line = lines.find(table).orElseThrow();
    unmet.lookAgain();
    replay.forget(table);
    ends.sink().forget(table, TableLoads.UNSETTLED);
    lines.depart(table, line);
  }

  /**
   * What the catalog has of the relation's columns, under their names as far as these can be told.
   */
  private List<PublishedColumn> catalog(FollowedTable line, Relation relation) {
    if (!line.numbers().tellApart(relation.columns())) {
      return published(relation).map(PublishedTable::columns).orElseGet(List::of);
    }
    Map<String, Integer> numbers = ColumnNumbers.catalog(ends.sql(), relation.oid());
    List<PublishedColumn> now =
        published(relation).map(PublishedTable::columns).orElseGet(List::of);
    // If names have moved meanwhile, nobody knows what is in a new column, and it is read again.
    return numbers.equals(ColumnNumbers.catalog(ends.sql(), relation.oid()))
        ? line.numbers().named(now, relation.columns(), numbers)
        : List.of();
  }

  /**
   * Where an alteration is on its own, for DDL commits or somebody makes it by hand, its steps may
   * be asked for again; that a column has the name of another one already could not be seen then,
   * and either would be taken for the other.
   */
  private Optional<String> unrepeatable(FollowedTable line, List<ColumnChange> changes) {
    if (!ends.sink().capabilities().altersOnItsOwn()) {
      return Optional.empty();
    }
    return ColumnDifference.reusedName(line, changes)
        .map(name -> "the name " + name + " is that of another column now");
  }

  /**
   * Decides and says that a table is loaded again whose rows print otherwise since it was altered,
   * or may do so.
   *
   * @throws WalferryException {@code SOURCE_TABLE_REWRITTEN} if nothing is to be loaded
   */
  static void requireReload(FeedSettings feed, PublishedTable table, String why) {
    if (feed.load() == LoadMode.NONE) {
      throw replaced(table, why + ", and 'pipeline.load' is none");
    }
    LOG.warn("Table {} was rewritten at the source: {}; it is loaded again", table, why);
  }

  static WalferryException replaced(Object table, String why) {
    return new WalferryException(
        ErrorCode.SOURCE_TABLE_REWRITTEN,
        "table " + table + " was rewritten at the source: " + why);
  }

  /** Notes what is about to be done, for an attempt that finds a part of it. */
  void begin(TableAlteration alteration) {
    FollowedTable line = lines.find(alteration.table()).orElseThrow();
    lines.begin(alteration.table(), line.as(alteration.after()));
  }

  /** Has the destination have the columns. Nothing of former ones waits. */
  void alter(TableAlteration alteration) {
    Relation relation = alteration.after();
    boolean reload = ends.sink().capabilities().altersTables() && ends.sink().alter(alteration);
    FollowedTable line = lines.find(relation.table()).orElseThrow();
    lines.altered(relation.table(), line.as(relation));
    if (reload) {
      loadAgain(relation);
    }
  }

  /** Since nobody knows what the rows that are there have in a new column. */
  private void loadAgain(Relation relation) {
    if (feed.load() == LoadMode.NONE) {
      throw new WalferryException(
          ErrorCode.DESTINATION_SHAPE,
          "a column was added to "
              + relation
              + ", the source's catalog does not say what its rows have in it, and 'pipeline.load'"
              + " is none; add it at the destination, with what the source has in it");
    }
    LOG.info(
        "Table {} is loaded again: it has a new column, and the source's catalog does not say what"
            + " its rows have in it",
        relation);
    published(relation).ifPresent(table -> replay.loadSoon(table, true));
  }

  /** As the catalog has it now, under the name that it has at this place of the stream. */
  private Optional<PublishedTable> published(Relation relation) {
    return published(relation.oid()).map(table -> table.named(relation.table()));
  }

  private Optional<PublishedTable> published(int oid) {
    return new PublicationCatalog(ends.sql())
        .tables(feed.publication()).stream().filter(table -> table.oid() == oid).findFirst();
  }

  /** What the source tells by a message, if it is the source that does. */
  Optional<ToldChange> heard(Change.Message message) {
    return ToldChange.of(message, key);
  }

  /** What becomes of whole tables by it, in this order, before it is {@link #told}. */
  List<TableMove> moves(ToldChange told) {
    return moves.of(told, commitLsn);
  }

  /** A table that has waited for a name which is free now; nothing of it waits. */
  Optional<TableMove.Renamed> freed() {
    return moves.freed();
  }

  /** Lets tables move; nothing is known of relations then. */
  TableMoves moving() {
    moved();
    return moves;
  }

  /** Tables have moved, or are left out, or no more. */
  void moved() {
    followed.clear();
    unmet.lookAgain();
  }

  /**
   * Follows what the source tells of a table's columns and rows. Of columns, the first change that
   * shows others, or the same of other numbers, then says exactly what was done.
   *
   * @param xid of the transaction that tells it
   */
  void told(ToldChange told, Xid xid) {
    switch (told) {
      case ToldTable table -> told(table);
      case ToldChange.Rewritten rewritten -> rewritten(rewritten, xid);
      case ToldChange.Dropped dropped -> {}
    }
  }

  private void told(ToldTable told) {
    known(told)
        .ifPresent(
            line -> {
              FollowedTable now = line.with(line.numbers().with(told.columns(), line.columns()));
              if (!now.equals(line)) {
                lines.note(told.table(), now);
                followed.remove(told.oid());
              }
            });
  }

  /**
   * A table that the source tells of and that is to be {@link UnmetTables#meet met}.
   *
   * @param xid of the transaction that tells it
   */
  Optional<PublishedTable> newcomer(ToldChange told, Xid xid) {
    if (!(told instanceof ToldTable table)) {
      return Optional.empty();
    }
    if (!isNew(table)) {
      boolean unused = lines.nameOf(table.oid()).isEmpty() && unmet.awaits(table.table());
      return Optional.empty();
    }
    announced(xid);
    return unmet.find(table.oid(), table.table());
  }

  /** Without a load, what was in it before its first change here would be missing. */
  private boolean isNew(ToldTable told) {
    return feed.load() != LoadMode.NONE
        && selection.includes(told.table())
        && !lines.isLeft(told.oid(), told.table())
        && lines.find(told.table()).isEmpty()
        && lines.nameOf(told.oid()).isEmpty();
  }

  /** The table, if it is followed and was not read behind this place. */
  private Optional<FollowedTable> known(ToldChange told) {
    return lines
        .find(told.table())
        .filter(line -> line.oid() == told.oid() && !commitLsn.isBefore(line.since()));
  }

  private void rewritten(ToldChange.Rewritten told, Xid xid) {
    if (!told.changesValues() || known(told).isEmpty()) {
      return;
    }
    announced(xid);
    published(told.oid())
        .map(table -> table.named(told.table()))
        .filter(table -> rewrittenIsLoaded(feed, table))
        .ifPresent(table -> replay.loadSoon(table, true));
  }

  private static boolean rewrittenIsLoaded(FeedSettings feed, PublishedTable table) {
    boolean again = feed.load() != LoadMode.NONE;
    LOG.warn(
        "The rows of table {} were written anew at the source: {}",
        table,
        again
            ? "it is loaded again"
            : "values may differ here, since 'pipeline.load' is none; 'walferry reload' reads it"
                + " again");
    return again;
  }
}
