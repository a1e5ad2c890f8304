package io.walferry.pipeline;

import io.walferry.change.Change;
import io.walferry.change.Column;
import io.walferry.change.OldRow;
import io.walferry.change.Relation;
import io.walferry.change.ReplicaIdentity;
import io.walferry.change.Row;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.publication.PublishedColumn;
import io.walferry.publication.PublishedTable;
import io.walferry.publication.SourceText;
import io.walferry.publication.SourceTypes;
import io.walferry.sink.Sink;
import io.walferry.stream.OutputOptions.Form;
import io.walferry.type.MalformedValueException;
import io.walferry.type.RowType;
import io.walferry.type.TypeCatalog;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * In which form the stream is asked for columns, and what becomes of those that come in binary.
 * Keys are judged by their text, and equal means equal text, so binary is asked for only as long as
 * every text can be told from it, and the source's text is known to be UTF-8: text that is not is
 * seen here. Rows are then printed here, once, if a sink takes text only; else they pass as they
 * are. Belongs to the pipeline's thread.
 *
 * <p>A column of a type that binary does not tell all of may come later, or a type be altered: then
 * the feed begins again from its position, with text.
 */
final class RowForms {
  private static final Logger LOG = LoggerFactory.getLogger(RowForms.class);

  /** What the server has for a type within an array that has no send function. */
  private static final String UNDEFINED_FUNCTION = "42883";

  private final Connection sql;
  private final SourceText text;
  private final TableSelection selection;
  private final List<Sink> learners;
  private final boolean prints;
  private final boolean binary;
  private final IdentityHashMap<Relation, Met> met = new IdentityHashMap<>();
  private TypeCatalog types = TypeCatalog.BUILT_IN;

  /**
   * A relation of the stream.
   *
   * @param untold the columns whose text the binary form does not tell
   * @param keys the columns that tell its rows apart
   */
  private record Met(RowType type, List<Integer> untold, Set<String> keys) {}

  /**
   * Looks up the types of the tables, as far as anybody asks for them.
   *
   * @param form that the feed was told to ask for
   * @param sinks of the feed, all of which are open
   * @param resumes whether the feed can begin again from its position
   */
  RowForms(FeedEnds ends, TableSelection selection, Form form, List<Sink> sinks, boolean resumes) {
    this.sql = ends.sql();
    this.text = ends.text();
    this.selection = selection;
    this.learners = sinks.stream().filter(sink -> sink.capabilities().takesBinary()).toList();
    this.prints = learners.size() < sinks.size();
    if (!learners.isEmpty() || (resumes && form == Form.BINARY)) {
      learn(selection.tables());
    }
    this.binary = resumes && !text.isChecked() && wants(form) && suits(selection.tables());
  }

  private boolean wants(Form form) {
    return switch (form) {
      case AUTO ->
          !prints && learners.stream().allMatch(sink -> sink.prefersBinary(selection.tables()));
      case TEXT -> false;
      case BINARY -> true;
    };
  }

  /** What the server is asked for. */
  Form form() {
    return binary ? Form.BINARY : Form.TEXT;
  }

  private void learn(List<PublishedTable> tables) {
    Set<Integer> unknown = new LinkedHashSet<>();
    for (PublishedTable table : tables) {
      for (PublishedColumn column : table.columns()) {
        if (!types.knows(column.typeOid())) {
          unknown.add(column.typeOid());
        }
      }
    }
    types = SourceTypes.learn(types, unknown, sql);
    learners.forEach(sink -> sink.learn(types));
  }

  private boolean suits(List<PublishedTable> tables) {
    for (PublishedTable table : tables) {
      for (PublishedColumn column : table.columns()) {
        if (!types.printsBinary(column.typeOid())) {
          LOG.info(
              "Values come as text: only the server can print what column {} of {}, {}, has in"
                  + " binary",
              column.name(),
              table,
              column.typeName());
          return false;
        }
      }
    }
    return true;
  }

  /** Relations may be others from here on. */
  void announced() {
    met.clear();
  }

  /** The columns of a relation with their types, as far as the catalog has them. */
  RowType type(Relation relation) {
    return met(relation).type();
  }

  private Met met(Relation relation) {
    return met.computeIfAbsent(relation, this::meet);
  }

  private Met meet(Relation relation) {
    if (isWatching()) {
      TypeCatalog known = types;
      types = SourceTypes.learn(known, relation, sql);
      if (!known.unknown(relation).isEmpty()) {
        learners.forEach(sink -> sink.learn(types));
      }
    }
    List<Integer> untold = new ArrayList<>();
    for (int column = 0; column < relation.columns().size(); column++) {
      if (!types.printsBinary(relation.columns().get(column).typeOid())) {
        untold.add(column);
      }
    }
    return new Met(
        new RowType(relation, types), untold, text.isChecked() ? keys(relation) : Set.of());
  }

  /** Returns what the catalog had at the start and has now, and what the stream tells. */
  private Set<String> keys(Relation relation) {
    Set<String> keys = new LinkedHashSet<>(SourceText.keys(sql, relation));
    selection.tables().stream()
        .filter(table -> table.oid() == relation.oid())
        .forEach(table -> keys.addAll(SourceText.keys(table)));
    if (relation.replicaIdentity() != ReplicaIdentity.FULL) {
      relation.columns().stream().filter(Column::key).map(Column::name).forEach(keys::add);
    }
    return keys;
  }

  /** Whether anybody wants to know what types there are. */
  private boolean isWatching() {
    return binary || !learners.isEmpty();
  }

  /**
   * The change as every sink can take it.
   *
   * @throws WalferryException {@code BINARY_UNSUITABLE} or {@code SOURCE_TEXT_INVALID}
   */
  Change readable(Change change) {
    if (!isWatching() && !text.isChecked()) {
      return change;
    }
    return switch (change) {
      case Change.Insert insert -> passes(insert.relation()) ? insert : readable(insert);
      case Change.Update update -> passes(update.relation()) ? update : readable(update);
      case Change.Delete delete -> passes(delete.relation()) ? delete : readable(delete);
      case Change.Truncate truncate -> truncate;
      case Change.Message message -> message;
    };
  }

  /** Whether nobody has to look at the rows of the relation here. */
  private boolean passes(Relation relation) {
    return !selection.includes(relation)
        || (met(relation).untold().isEmpty() && !prints && !text.isChecked());
  }

  private Change readable(Change.Insert insert) {
    Met met = met(insert.relation());
    return new Change.Insert(insert.relation(), readable(met, insert.after()));
  }

  private Change readable(Change.Update update) {
    Met met = met(update.relation());
    return new Change.Update(
        update.relation(), readable(met, update.before()), readable(met, update.after()));
  }

  private Change readable(Change.Delete delete) {
    Met met = met(delete.relation());
    return new Change.Delete(delete.relation(), readable(met, delete.before()));
  }

  private OldRow readable(Met met, OldRow old) {
    return switch (old) {
      case OldRow.Full(var row) -> new OldRow.Full(readable(met, row));
      case OldRow.Key(var row) -> new OldRow.Key(readable(met, row));
      case OldRow.Absent absent -> absent;
    };
  }

  private Row readable(Met met, Row row) {
    for (int column : met.untold()) {
      if (row.kind(column) == Row.Kind.BINARY) {
        Relation relation = met.type().relation();
        throw new WalferryException(
            ErrorCode.BINARY_UNSUITABLE,
            "only the server can print what column %s of %s, a %s, has in binary"
                .formatted(
                    relation.columns().get(column).name(),
                    relation,
                    met.type().type(column).name()));
      }
    }
    Row valid = text.valid(met.type().relation(), met.keys(), row);
    return prints && isWatching() ? met.type().over(valid).printed().orElseThrow() : valid;
  }

  /**
   * What a failure is if binary is to blame: a type was altered since its value was written, or it
   * has come to hold one without a send function.
   */
  RuntimeException seen(RuntimeException failure) {
    boolean altered = failure instanceof MalformedValueException;
    boolean withoutSend =
        failure.getCause() instanceof SQLException cause
            && UNDEFINED_FUNCTION.equals(cause.getSQLState());
    return binary && (altered || withoutSend)
        ? new WalferryException(
            ErrorCode.BINARY_UNSUITABLE, String.valueOf(failure.getMessage()), failure)
        : failure;
  }
}
