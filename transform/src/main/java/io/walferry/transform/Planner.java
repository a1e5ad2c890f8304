package io.walferry.transform;

import io.walferry.change.Column;
import io.walferry.change.Relation;
import io.walferry.change.ReplicaIdentity;
import io.walferry.change.TableId;
import io.walferry.change.Value;
import io.walferry.publication.PublishedTable;
import io.walferry.transform.expression.Result;
import io.walferry.transform.expression.RowExpression;
import io.walferry.transform.value.ValueTransform;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/** Works out plans of relations, and refuses what could not be exact. For any threads. */
final class Planner {
  static final int TEXT_OID = 25;

  /** Types of a fixed length, which are never stored apart from their row and so always sent. */
  private static final Set<Integer> ALWAYS_SENT =
      Set.of(
          16, 18, 19, 20, 21, 23, 26, 28, 600, 601, 603, 628, 700, 701, 718, 774, 790, 829, 1082,
          1083, 1114, 1184, 1186, 1266, 2950, 3220, 5069);

  private final TransformSettings settings;

  Planner(TransformSettings settings) {
    this.settings = settings;
  }

  /**
   * The plan of a relation.
   *
   * @param keys names of columns by which rows are found, beside those of the replica identity
   * @throws io.walferry.error.WalferryException {@code CONFIGURATION_INVALID}
   */
  TablePlan plan(Relation source, Collection<String> keys) {
    TableId table = source.table();
    List<TableRule> rules = settings.rules().stream().filter(it -> it.means(table)).toList();
    List<String> names = source.columns().stream().map(Column::name).toList();
    ColumnRules columns = new ColumnRules(table, names, rules);
    columns.requireKept(keys);
    if (source.replicaIdentity() != ReplicaIdentity.FULL) {
      columns.requireKept(source.columns().stream().filter(Column::key).map(Column::name).toList());
    }
    List<RowExpression> filters =
        rules.stream().flatMap(it -> it.where().stream()).map(it -> filter(it, source)).toList();
    TablePlan plan = columns(source, columns, filters);
    requireExact(plan, columns);
    return plan;
  }

  /**
   * Sees that rules which name a table name columns that it has.
   *
   * @throws io.walferry.error.WalferryException {@code CONFIGURATION_INVALID}
   */
  void requireColumns(PublishedTable table) {
    List<TableRule> rules =
        settings.rules().stream().filter(it -> it.means(table.table())).toList();
    new ColumnRules(table.table(), table.columnNames(), rules).requireColumns(rules);
  }

  /**
   * Sees that rules mean a table under both of its names.
   *
   * @throws io.walferry.error.WalferryException {@code CONFIGURATION_INVALID}
   */
  void requireSameRules(TableId table, TableId to) {
    for (TableRule rule : settings.rules()) {
      if (rule.means(table) != rule.means(to)) {
        throw ColumnRules.refused(
            table,
            "it is called "
                + to
                + " at the source, and a rule for "
                + rule.tables()
                + " means one of the two names only; name both, and start again");
      }
    }
  }

  /** What the destination calls a table. */
  TableId target(TableId table) {
    return settings.mapping().of(table);
  }

  private static RowExpression filter(String text, Relation source) {
    RowExpression filter = RowExpression.compile(text, source);
    if (filter.result() != Result.BOOLEAN) {
      throw ColumnRules.refused(
          source.table(),
          "where \"" + text + "\" is neither true nor false but a " + filter.result().typeName());
    }
    return filter;
  }

  private TablePlan columns(Relation source, ColumnRules rules, List<RowExpression> filters) {
    List<Column> targets = new ArrayList<>();
    List<ColumnPlan> plans = new ArrayList<>();
    boolean full = source.replicaIdentity() == ReplicaIdentity.FULL;
    for (int i = 0; i < source.columns().size(); i++) {
      Column column = source.columns().get(i);
      String name = rules.nameOf(column.name());
      Optional<ValueTransform> change = rules.changeOf(column.name());
      if (rules.isDropped(column.name()) || rules.set().containsKey(column.name())) {
        continue;
      }
      if (change.isPresent()) {
        plans.add(new ColumnPlan.Changed(i, change.get()));
        targets.add(new Column(name, TEXT_OID, -1, column.key()));
      } else {
        plans.add(new ColumnPlan.Copied(i));
        targets.add(new Column(name, column.typeOid(), column.typeModifier(), column.key()));
      }
    }
    rules
        .set()
        .forEach(
            (name, value) -> {
              switch (value) {
                case NewColumn.Constant(String text) -> {
                  plans.add(new ColumnPlan.Constant(new Value.Text(text)));
                  targets.add(new Column(name, TEXT_OID, -1, full));
                }
                case NewColumn.Computed(String text) -> {
                  RowExpression expression = RowExpression.compile(text, source);
                  plans.add(new ColumnPlan.Computed(expression));
                  targets.add(new Column(name, expression.result().typeOid(), -1, full));
                }
              }
            });
    TableId target = settings.mapping().of(source.table());
    Relation relation = new Relation(source.oid(), target, source.replicaIdentity(), targets);
    return new TablePlan(source, relation, plans, filters);
  }

  private static void requireExact(TablePlan plan, ColumnRules rules) {
    Set<String> seen = new HashSet<>();
    for (Column column : plan.target().columns()) {
      if (!seen.add(column.name())) {
        throw rules.invalid("two columns would be called " + column.name());
      }
    }
    if (seen.isEmpty()) {
      throw rules.invalid("no column is left");
    }
    boolean onlyInserted = plan.source().columns().stream().noneMatch(Column::key);
    boolean wholeRows =
        plan.source().replicaIdentity() == ReplicaIdentity.FULL
            && plan.source().columns().stream().allMatch(Column::key);
    if (onlyInserted || wholeRows) {
      return;
    }
    requireKnownInputs(plan, rules);
    if (!plan.filters().isEmpty()) {
      requireWholeRows(plan, rules);
    }
  }

  /** What filters look at is told of old rows; what is computed can be computed at each update. */
  private static void requireKnownInputs(TablePlan plan, ColumnRules rules) {
    List<Column> columns = plan.source().columns();
    Predicate<Integer> told = input -> columns.get(input).key();
    for (RowExpression filter : plan.filters()) {
      for (int input : filter.inputs()) {
        if (!told.test(input)) {
          throw rules.invalid(
              "where looks at column "
                  + columns.get(input).name()
                  + ", which is not in the replica identity, so that the stream would not tell"
                  + " whether an old row was at the destination; "
                  + advice(plan)
                  + ", or a condition on its key only");
        }
      }
    }
    for (ColumnPlan column : plan.columns()) {
      if (column instanceof ColumnPlan.Computed(RowExpression expression)
          && expression.inputs().size() > 1) {
        for (int input : expression.inputs()) {
          requireSent(columns.get(input), "a column is computed of it and others", plan, rules);
        }
      }
    }
  }

  /** An update may bring a row that was not there, and with it all that is to be there. */
  private static void requireWholeRows(TablePlan plan, ColumnRules rules) {
    for (ColumnPlan column : plan.columns()) {
      List<Integer> inputs =
          switch (column) {
            case ColumnPlan.Copied(int source) -> List.of(source);
            case ColumnPlan.Changed(int source, ValueTransform transform) -> List.of(source);
            case ColumnPlan.Constant constant -> List.of();
            case ColumnPlan.Computed(RowExpression expression) -> expression.inputs();
          };
      for (int input : inputs) {
        requireSent(
            plan.source().columns().get(input),
            "an update may bring the row to the destination",
            plan,
            rules);
      }
    }
  }

  private static void requireSent(Column column, String why, TablePlan plan, ColumnRules rules) {
    if (!column.key() && !ALWAYS_SENT.contains(column.typeOid())) {
      throw rules.invalid(
          "an update that leaves column "
              + column.name()
              + " alone may not carry it (TOAST), but "
              + why
              + "; "
              + advice(plan));
    }
  }

  private static String advice(TablePlan plan) {
    return "run: ALTER TABLE "
        + plan.source().table().quoted()
        + " REPLICA IDENTITY FULL; (of a partitioned table: for each partition too)"
        + (plan.filters().isEmpty() ? "" : " or put the condition into the publication (WHERE)");
  }
}
