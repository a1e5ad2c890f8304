package io.walferry.transform;

import io.walferry.change.Change;
import io.walferry.change.OldRow;
import io.walferry.change.Position;
import io.walferry.change.Relation;
import io.walferry.change.Row;
import io.walferry.change.TableId;
import io.walferry.change.TransactionHeader;
import io.walferry.error.WalferryException;
import io.walferry.publication.PublishedColumn;
import io.walferry.publication.PublishedTable;
import io.walferry.publication.SourceIndex;
import io.walferry.publication.Utf8;
import io.walferry.sink.ChunkWriter;
import io.walferry.sink.Claim;
import io.walferry.sink.FeedIdentity;
import io.walferry.sink.LedgerEntry;
import io.walferry.sink.Sink;
import io.walferry.sink.SinkCapabilities;
import io.walferry.sink.SinkState;
import io.walferry.sink.TableAlteration;
import io.walferry.sink.TypeAlteration;
import io.walferry.type.TypeCatalog;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A sink that gives another one tables under other names and rows that are left out or changed.
 * Position and ledger stay in terms of the source, and so does everything above: only here is known
 * what the destination calls it.
 *
 * <p>A row that an update moves into what a filter lets through is an insert there, and one that it
 * moves out is a delete. What could not be told exactly is refused by {@link #prepare} and {@link
 * #resume}, before there is anything to tell.
 */
public final class TransformedSink implements Sink {
  private static final Logger LOG = LoggerFactory.getLogger(TransformedSink.class);

  /** A bound for feeds that announce relations anew again and again. */
  private static final int PLANS_MAX = 256;

  private final Sink sink;
  private final boolean changesRows;
  private final Planner planner;
  private final RuleUse use;
  private boolean told;
  private final Map<TableId, TableId> owners = new HashMap<>();
  private final IdentityHashMap<Relation, TablePlan> plans = new IdentityHashMap<>();

  /** Stands before the other sink, which nobody else calls. */
  public TransformedSink(Sink sink, TransformSettings settings) {
    this.sink = sink;
    this.changesRows = !settings.rules().isEmpty();
    this.planner = new Planner(settings);
    this.use = new RuleUse(settings);
  }

  /** {@inheritDoc} Values are changed as texts. */
  @Override
  public SinkCapabilities capabilities() {
    SinkCapabilities own = sink.capabilities();
    return new SinkCapabilities(
        own.savesPosition(),
        own.replacesRows(),
        own.dropsChunks(),
        own.takesBinary() && !changesRows,
        own.alterations());
  }

  @Override
  public SinkState open(FeedIdentity feed, Claim claim) {
    return sink.open(feed, claim);
  }

  @Override
  public void prepare(List<PublishedTable> tables) {
    tables.forEach(planner::requireColumns);
    sink.prepare(mapped(tables));
  }

  @Override
  public void resume(List<PublishedTable> tables) {
    sink.resume(mapped(tables));
  }

  @Override
  public void emptyToAlter(PublishedTable table) {
    sink.emptyToAlter(mapped(List.of(table)).getFirst());
  }

  @Override
  public void empty(PublishedTable table) {
    sink.empty(mapped(List.of(table)).getFirst());
  }

  @Override
  public boolean index(PublishedTable table, Supplier<List<SourceIndex>> indexes) {
    PublishedPlan plan = PublishedPlan.of(table, planner);
    return sink.index(plan.target(), () -> plan.indexes(indexes.get()));
  }

  private List<PublishedTable> mapped(List<PublishedTable> tables) {
    tables.forEach(
        table ->
            use.met(table.table(), table.columns().stream().map(PublishedColumn::name).toList()));
    return tables.stream()
        .map(table -> PublishedPlan.of(table, planner))
        .map(this::claimed)
        .map(PublishedPlan::target)
        .toList();
  }

  private PublishedPlan claimed(PublishedPlan plan) {
    claim(plan.rows());
    return plan;
  }

  /** Two tables in one would take each other's rows for their own. */
  private void claim(TablePlan plan) {
    claim(plan.source().table(), plan.target().table());
  }

  private void claim(TableId source, TableId target) {
    TableId owner = owners.putIfAbsent(target, source);
    if (owner != null && !owner.equals(source)) {
      throw ColumnRules.refused(
          source,
          "it would be "
              + target
              + " at the destination, as "
              + owner
              + " is; give each a table of its own");
    }
  }

  @Override
  public void note(List<LedgerEntry> entries) {
    sink.note(entries);
  }

  @Override
  public void forget(TableId table, Set<LedgerEntry.Kind> kinds) {
    sink.forget(table, kinds);
  }

  /** Once all tables of a start are known, and before any row goes to the destination. */
  private void tellOfUnusedRules() {
    if (!told) {
      told = true;
      use.unused().forEach(why -> LOG.warn("A transform of this sink changes nothing: {}", why));
    }
  }

  @Override
  public ChunkWriter chunkWriter() {
    tellOfUnusedRules();
    return new TransformedChunkWriter(sink.chunkWriter(), planner);
  }

  @Override
  public void learn(TypeCatalog types) {
    sink.learn(types);
  }

  @Override
  public boolean prefersBinary(List<PublishedTable> tables) {
    return sink.prefersBinary(tables);
  }

  @Override
  public boolean alter(TableAlteration alteration) {
    return AlterationPlan.of(alteration, planner).map(sink::alter).orElse(false);
  }

  /** {@inheritDoc} What rules make of such values may be other values, too. */
  @Override
  public boolean alter(TypeAlteration alteration) {
    PublishedPlan plan = PublishedPlan.of(alteration.table(), planner);
    if (plan.rows().ignores(places(alteration))) {
      return false;
    }
    return sink.alter(
        new TypeAlteration(
            plan.target(), alteration.types(), alteration.before(), alteration.now()));
  }

  private static Set<Integer> places(TypeAlteration alteration) {
    List<PublishedColumn> columns = alteration.table().columns();
    return alteration.columns().stream().map(columns::indexOf).collect(Collectors.toSet());
  }

  @Override
  public boolean admits(PublishedTable table) {
    return sink.admits(PublishedPlan.of(table, planner).target());
  }

  @Override
  public boolean creates(PublishedTable table) {
    planner.requireColumns(table);
    return sink.creates(PublishedPlan.of(table, planner).target());
  }

  @Override
  public boolean completesApart(PublishedTable table) {
    planner.requireColumns(table);
    return sink.completesApart(PublishedPlan.of(table, planner).target());
  }

  @Override
  public void takeBack(Relation made) {
    sink.takeBack(planner.plan(made, Set.of()).target());
  }

  /** {@inheritDoc} Not one that is another one's by now. */
  @Override
  public void drop(TableId table) {
    TableId target = planner.target(table);
    if (owners.getOrDefault(target, table).equals(table)) {
      owners.remove(target);
      plans.clear();
      sink.drop(target);
    }
  }

  /**
   * {@inheritDoc} To what the destination calls it then, if that is another name.
   *
   * @throws io.walferry.error.WalferryException {@code CONFIGURATION_INVALID}, too, if rules mean
   *     one of the two names only, so that rows which are there would have to be others
   */
  @Override
  public void rename(TableId table, TableId to) {
    planner.requireSameRules(table, to);
    TableId from = planner.target(table);
    TableId target = planner.target(to);
    owners.remove(from, table);
    claim(to, target);
    plans.clear();
    if (!from.equals(target)) {
      sink.rename(from, target);
    }
  }

  @Override
  public void begin(TransactionHeader transaction) {
    tellOfUnusedRules();
    sink.begin(transaction);
  }

  @Override
  public void append(Change change) {
    switch (change) {
      case Change.Insert insert -> row(insert, plan(insert.relation()), sink::append);
      case Change.Update update -> row(update, plan(update.relation()), sink::append);
      case Change.Delete delete -> row(delete, plan(delete.relation()), sink::append);
      case Change.Truncate truncate ->
          sink.append(
              new Change.Truncate(
                  truncate.relations().stream().map(it -> plan(it).target()).toList(),
                  truncate.cascade(),
                  truncate.restartIdentity()));
      case Change.Message message -> sink.append(message);
    }
  }

  /** {@inheritDoc} A change of which the destination gets no such text is applied. */
  @Override
  public void setAside(Change change, WalferryException why) {
    switch (change) {
      case Change.Insert insert -> setAside(insert, plan(insert.relation()), why);
      case Change.Update update -> setAside(update, plan(update.relation()), why);
      case Change.Delete delete -> setAside(delete, plan(delete.relation()), why);
      case Change.Truncate truncate -> throw why;
      case Change.Message message -> throw why;
    }
  }

  private void setAside(Change change, TablePlan plan, WalferryException why) {
    Set<Integer> invalid = Utf8.invalidColumns(change);
    if (plan.ignores(invalid)) {
      row(change, plan, sink::append);
    } else {
      row(change, plan.without(invalid), it -> sink.setAside(it, why));
    }
  }

  /** Hands a change of a row on as the plan says, or not. */
  private static void row(Change change, TablePlan plan, Consumer<Change> to) {
    if (plan.keepsAll()) {
      to.accept(change);
      return;
    }
    switch (change) {
      case Change.Insert(Relation relation, Row after) -> insert(plan, after, to);
      case Change.Update(Relation relation, OldRow before, Row after) ->
          update(plan, before, after, to);
      case Change.Delete(Relation relation, OldRow before) -> delete(plan, before, to);
      case Change.Truncate truncate -> throw new IllegalStateException("It has no row");
      case Change.Message message -> throw new IllegalStateException("It has no row");
    }
  }

  private static void insert(TablePlan plan, Row after, Consumer<Change> to) {
    if (plan.passes(after)) {
      to.accept(new Change.Insert(plan.target(), plan.row(after, after)));
    }
  }

  private static void update(TablePlan plan, OldRow before, Row after, Consumer<Change> to) {
    plan.requireOld(before);
    Row known = plan.looksAtRows() ? plan.known(before, after) : after;
    boolean is = plan.passes(known);
    // An update that leaves the replica identity alone leaves alone what the filters look at.
    boolean was = before instanceof OldRow.Absent ? is : plan.passed(before);
    if (was && is) {
      to.accept(new Change.Update(plan.target(), plan.old(before), plan.row(after, known)));
    } else if (is) {
      to.accept(new Change.Insert(plan.target(), plan.row(known, known)));
    } else if (was) {
      to.accept(new Change.Delete(plan.target(), plan.old(before)));
    }
  }

  private static void delete(TablePlan plan, OldRow before, Consumer<Change> to) {
    if (plan.passed(before)) {
      to.accept(new Change.Delete(plan.target(), plan.old(before)));
    }
  }

  private TablePlan plan(Relation relation) {
    TablePlan known = plans.get(relation);
    if (known != null) {
      return known;
    }
    if (plans.size() >= PLANS_MAX) {
      plans.clear();
    }
    TablePlan plan = planner.plan(relation, Set.of());
    claim(plan);
    plans.put(relation, plan);
    return plan;
  }

  @Override
  public void commit(Position position) {
    sink.commit(position);
  }

  @Override
  public Position settle(Position committed) {
    return sink.settle(committed);
  }

  @Override
  public void close() {
    sink.close();
  }
}
