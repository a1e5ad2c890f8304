package io.walferry.ddl;

import io.walferry.change.Change;
import io.walferry.change.TableId;
import io.walferry.snapshot.LedgerText;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What was done to a table at one place of the log, as the source's event triggers tell. */
public sealed interface ToldChange permits ToldTable, ToldChange.Dropped, ToldChange.Rewritten {
  int oid();

  /** The name that it has there, or had last. */
  TableId table();

  /** The table is gone. */
  record Dropped(int oid, TableId table) implements ToldChange {}

  /**
   * The table's rows are written anew behind this place.
   *
   * @param reason the bits of {@code pg_event_trigger_table_rewrite_reason()}
   */
  record Rewritten(int oid, TableId table, int reason) implements ToldChange {
    private static final int DEFAULT_VALUES = 2;
    private static final int COLUMNS = 4;

    /** Whether values may be others; else it is how they are stored. */
    public boolean changesValues() {
      return (reason & (DEFAULT_VALUES | COLUMNS)) != 0;
    }
  }

  /** Whether a message of the stream claims to come from the installation. */
  static boolean isOne(Change.Message message) {
    return message.transactional() && message.prefix().equals("walferry.ddl");
  }

  /**
   * What a message tells.
   *
   * @param key asked for what the installation of the source signs with, if there is one to read
   * @return empty if it tells of something else, in another format, or comes from somebody else
   */
  static Optional<ToldChange> of(Change.Message message, DdlKey key) {
    List<String> fields =
        LedgerText.fields(new String(message.content().bytes(), StandardCharsets.UTF_8));
    try {
      return fields.size() > 1 && fields.getFirst().equals("1")
          ? parse(fields.subList(2, fields.size())).filter(told -> key.is(fields.get(1)))
          : Optional.empty();
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  /** Of the kind, the command, oid, schema and name, and what the kind has besides. */
  private static Optional<ToldChange> parse(List<String> fields) {
    int head = 5;
    if (fields.size() < head) {
      return Optional.empty();
    }
    int oid = Integer.parseUnsignedInt(fields.get(2));
    TableId table = new TableId(fields.get(3), fields.get(4));
    List<String> rest = fields.subList(head, fields.size());
    return switch (fields.getFirst()) {
      case "table" -> columns(rest).map(columns -> new ToldTable(oid, table, columns));
      case "drop" -> rest.isEmpty() ? Optional.of(new Dropped(oid, table)) : Optional.empty();
      case "rewrite" ->
          rest.size() == 1
              ? Optional.of(new Rewritten(oid, table, Integer.parseInt(rest.getFirst())))
              : Optional.empty();
      default -> Optional.empty();
    };
  }

  private static Optional<List<NumberedColumn>> columns(List<String> fields) {
    int each = 5;
    if (fields.size() % each != 0) {
      return Optional.empty();
    }
    List<NumberedColumn> columns = new ArrayList<>();
    for (int at = 0; at < fields.size(); at += each) {
      columns.add(
          new NumberedColumn(
              Integer.parseInt(fields.get(at)),
              fields.get(at + 1),
              Integer.parseUnsignedInt(fields.get(at + 2)),
              Integer.parseInt(fields.get(at + 3))));
    }
    return Optional.of(columns);
  }
}
