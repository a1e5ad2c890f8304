package io.walferry.transform;

import io.walferry.change.Column;
import io.walferry.change.Relation;
import io.walferry.publication.FormerValue;
import io.walferry.publication.PublishedColumn;
import io.walferry.publication.PublishedTable;
import io.walferry.publication.SourceIndex;
import io.walferry.sink.RowKeys;
import io.walferry.transform.expression.RowExpression;
import io.walferry.transform.value.ValueTransform;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What becomes of a table as the catalog knows it.
 *
 * @param target the same table as the destination is to have it
 * @param keys what becomes of the columns that it gets, by their names at the source
 */
record PublishedPlan(TablePlan rows, PublishedTable target, Map<String, KeyPlan> keys) {
  private static final String TEXT = "text";

  /** One column of a key. */
  record KeyPlan(String name, ColumnPlan column) {
    String of(String value) {
      return column instanceof ColumnPlan.Changed changed
          ? changed.transform().apply(value)
          : value;
    }

    boolean isChanged() {
      return column instanceof ColumnPlan.Changed;
    }
  }

  static PublishedPlan of(PublishedTable source, Planner planner) {
    Set<String> keys = new HashSet<>(source.primaryKey());
    TablePlan plan = planner.plan(relation(source), keys);
    Map<String, KeyPlan> named = new HashMap<>();
    List<PublishedColumn> columns = new ArrayList<>();
    for (int i = 0; i < plan.columns().size(); i++) {
      Column target = plan.target().columns().get(i);
      ColumnPlan column = plan.columns().get(i);
      columns.add(column(source, column, target));
      int from =
          switch (column) {
            case ColumnPlan.Copied(int at) -> at;
            case ColumnPlan.Changed(int at, ValueTransform transform) -> at;
            case ColumnPlan.Constant constant -> -1;
            case ColumnPlan.Computed computed -> -1;
          };
      if (from >= 0) {
        named.put(source.columns().get(from).name(), new KeyPlan(target.name(), column));
      }
    }
    PublishedTable target =
        new PublishedTable(
            source.oid(),
            plan.target().table(),
            source.replicaIdentity(),
            columns,
            source.primaryKey().stream().map(name -> nameOf(named, name)).toList(),
            plan.target().columns().stream().filter(Column::key).map(Column::name).toList(),
            source.rowFilter(),
            source.estimatedRows(),
            source.byteSize(),
            source.routes());
    return new PublishedPlan(plan, target, named);
  }

  /** What becomes of the table's indexes; of what a definition says nothing may be another. */
  List<SourceIndex> indexes(List<SourceIndex> source) {
    return source.stream().map(this::index).toList();
  }

  private SourceIndex index(SourceIndex source) {
    boolean same = source.columns().stream().allMatch(this::isSame);
    boolean there = keys.keySet().containsAll(source.keyColumns());
    return new SourceIndex(
        source.name(),
        there ? names(source.keyColumns()) : List.of(),
        source.columns(),
        same ? source.definition() : Optional.empty());
  }

  private boolean isSame(String column) {
    KeyPlan plan = keys.get(column);
    return plan != null && plan.name().equals(column) && !plan.isChanged();
  }

  private static String nameOf(Map<String, KeyPlan> columns, String name) {
    KeyPlan column = columns.get(name);
    return column == null ? name : column.name();
  }

  /** As the stream will announce it. */
  private static Relation relation(PublishedTable source) {
    List<Column> columns =
        source.columns().stream()
            .map(
                it ->
                    new Column(
                        it.name(),
                        it.typeOid(),
                        it.typeModifier(),
                        source.identityColumns().contains(it.name())))
            .toList();
    return new Relation(source.oid(), source.table(), source.replicaIdentity(), columns);
  }

  private static PublishedColumn column(PublishedTable source, ColumnPlan plan, Column target) {
    return switch (plan) {
      case ColumnPlan.Copied(int at) -> source.columns().get(at).renamed(target.name());
      case ColumnPlan.Changed(int at, ValueTransform transform) -> {
        PublishedColumn from = source.columns().get(at);
        FormerValue former =
            from.formerValue() instanceof FormerValue.Constant(String text)
                ? new FormerValue.Constant(transform.apply(text))
                : from.formerValue();
        yield made(target, TEXT, from.notNull(), former);
      }
      case ColumnPlan.Constant constant ->
          made(target, TEXT, false, new FormerValue.Constant(constant.value().string()));
      case ColumnPlan.Computed(RowExpression expression) ->
          made(target, expression.result().typeName(), false, FormerValue.Unknown.UNKNOWN);
    };
  }

  private static PublishedColumn made(
      Column target, String typeName, boolean notNull, FormerValue former) {
    return new PublishedColumn(target.name(), target.typeOid(), typeName, -1, notNull, former);
  }

  /** Whether keys at the destination are other texts than those at the source. */
  boolean changes(List<String> key) {
    return key.stream().anyMatch(name -> keys.containsKey(name) && keys.get(name).isChanged());
  }

  List<String> names(List<String> key) {
    return key.stream().map(name -> nameOf(keys, name)).toList();
  }

  RowKeys keys(RowKeys source) {
    List<List<String>> values = new ArrayList<>(source.keys().size());
    for (List<String> key : source.keys()) {
      List<String> changed = new ArrayList<>(key.size());
      for (int i = 0; i < key.size(); i++) {
        KeyPlan plan = keys.get(source.columns().get(i));
        changed.add(plan == null ? key.get(i) : plan.of(key.get(i)));
      }
      values.add(changed);
    }
    return new RowKeys(names(source.columns()), values);
  }
}
