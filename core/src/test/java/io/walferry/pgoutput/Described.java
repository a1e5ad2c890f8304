package io.walferry.pgoutput;

import io.walferry.change.Column;
import io.walferry.change.OldRow;
import io.walferry.change.Relation;
import io.walferry.change.Row;
import io.walferry.change.Value;
import io.walferry.change.Xid;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Messages as short lines without transaction ids and positions, which differ from run to run. */
final class Described {
  private final Map<Integer, Relation> relations = new HashMap<>();
  private final List<Xid> xids = new ArrayList<>();

  static List<String> all(List<PgOutputMessage> messages) {
    Described described = new Described();
    return messages.stream().map(described::line).toList();
  }

  private String line(PgOutputMessage message) {
    return switch (message) {
      case PgOutputMessage.Begin ignored -> "begin";
      case PgOutputMessage.Commit ignored -> "commit";
      case PgOutputMessage.Origin origin -> "origin " + origin.name();
      case PgOutputMessage.Relation announced -> relation(announced);
      case PgOutputMessage.Type type -> "type " + type.schema() + "." + type.name();
      case PgOutputMessage.Insert insert ->
          scope(insert.streamXid()) + "insert " + table(insert) + row(insert.after());
      case PgOutputMessage.Update update ->
          scope(update.streamXid())
              + ("update " + table(update) + old(update.before()) + row(update.after()));
      case PgOutputMessage.Delete delete ->
          scope(delete.streamXid()) + "delete " + table(delete) + old(delete.before());
      case PgOutputMessage.Truncate truncate -> truncate(truncate);
      case PgOutputMessage.LogicalMessage logical ->
          (logical.transactional() ? "message " : "free message ")
              + (logical.prefix() + " " + HexFormat.of().formatHex(logical.content().bytes()));
      case PgOutputMessage.StreamStart start ->
          "stream " + number(start.xid()) + (start.firstSegment() ? " first" : "");
      case PgOutputMessage.StreamStop ignored -> "stop";
      case PgOutputMessage.StreamCommit commit -> "stream commit " + number(commit.xid());
      case PgOutputMessage.StreamAbort abort ->
          "stream abort " + number(abort.xid()) + " " + number(abort.subXid());
      case PgOutputMessage.BeginPrepare begin -> "begin prepare " + begin.gid();
      case PgOutputMessage.Prepare prepare -> "prepare " + prepare.gid();
      case PgOutputMessage.CommitPrepared commit -> "commit prepared " + commit.gid();
      case PgOutputMessage.RollbackPrepared rollback -> "rollback prepared " + rollback.gid();
      case PgOutputMessage.StreamPrepare prepare -> "stream prepare " + prepare.gid();
    };
  }

  private String relation(PgOutputMessage.Relation announced) {
    Relation relation = announced.relation();
    relations.put(relation.oid(), relation);
    StringBuilder line = new StringBuilder(scope(announced.streamXid()));
    line.append("relation ").append(relation).append(' ').append(relation.replicaIdentity());
    for (Column column : relation.columns()) {
      line.append(' ').append(column.name()).append(column.key() ? "*" : "");
    }
    return line.toString();
  }

  private String truncate(PgOutputMessage.Truncate truncate) {
    return "truncate"
        + (truncate.cascade() ? " cascade " : " ")
        + (truncate.restartIdentity() ? "restart identity " : "")
        + truncate.relationOids().stream().map(this::table).sorted().toList();
  }

  private String table(PgOutputMessage.RowMessage message) {
    return table(message.relationOid());
  }

  private String table(int oid) {
    Relation relation = relations.get(oid);
    return relation == null ? "unannounced " + oid : relation.toString();
  }

  /** Transactions are numbered as they come up. */
  private String number(Xid xid) {
    if (!xids.contains(xid)) {
      xids.add(xid);
    }
    return "x" + xids.indexOf(xid);
  }

  private String scope(Optional<Xid> streamXid) {
    return streamXid.map(xid -> number(xid) + ": ").orElse("");
  }

  private static String old(OldRow old) {
    return switch (old) {
      case OldRow.Full full -> " full" + row(full.row());
      case OldRow.Key key -> " key" + row(key.row());
      case OldRow.Absent ignored -> "";
    };
  }

  private static String row(Row row) {
    StringBuilder line = new StringBuilder(" (");
    for (int column = 0; column < row.columnCount(); column++) {
      line.append(column == 0 ? "" : ", ").append(value(row.value(column)));
    }
    return line.append(')').toString();
  }

  private static String value(Value value) {
    return switch (value) {
      case Value.Null ignored -> "NULL";
      case Value.Unchanged ignored -> "unchanged";
      case Value.Text text -> text.string().length() > 40 ? "long" : text.string();
      case Value.Binary binary -> "0x" + HexFormat.of().formatHex(binary.bytes());
    };
  }
}
