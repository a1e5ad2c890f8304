package io.walferry.pgoutput;

import io.walferry.change.Column;
import io.walferry.change.Lsn;
import io.walferry.change.OldRow;
import io.walferry.change.ReplicaIdentity;
import io.walferry.change.Row;
import io.walferry.change.TableId;
import io.walferry.change.Xid;
import io.walferry.pgoutput.PgOutputMessage.AbortPoint;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Decodes the messages of one replication connection, in their order. For one thread; a new
 * connection needs a new decoder.
 *
 * <p>It remembers one thing: whether it is inside a stream block, and of which transaction. The
 * bytes need it, since messages carry a transaction id there and nowhere else, and do not say so
 * themselves. Relations are not resolved and the order of messages is not judged beyond that.
 *
 * <p>A message that cannot be decoded gives a {@link ProtocolException}, whatever its bytes, and
 * leaves the decoder as it was.
 */
public final class PgOutputDecoder {
  /** The newest protocol that this decoder understands. */
  public static final int MAX_PROTOCOL_VERSION = 4;

  private final int protocolVersion;

  /** The transaction of the open stream block; empty outside. */
  private Optional<Xid> openStream = Optional.empty();

  /**
   * A decoder for a new connection.
   *
   * @param protocolVersion as asked for in {@code START_REPLICATION}
   * @throws IllegalArgumentException if it is not 1 to {@link #MAX_PROTOCOL_VERSION}
   */
  public PgOutputDecoder(int protocolVersion) {
    if (protocolVersion < 1 || protocolVersion > MAX_PROTOCOL_VERSION) {
      throw new IllegalArgumentException("No pgoutput protocol " + protocolVersion);
    }
    this.protocolVersion = protocolVersion;
  }

  /** The moment so many microseconds after the beginning of 2000, UTC, as the protocol counts. */
  public static Instant time(long micros) {
    return MessageReader.instant(micros);
  }

  /**
   * Decodes the message in {@code length} bytes of {@code buffer}. Rows keep the buffer and look
   * into it: the caller writes to it no more.
   *
   * @throws ProtocolException if the bytes are not exactly one message that may stand here
   */
  public PgOutputMessage decode(byte[] buffer, int offset, int length) {
    Objects.checkFromIndexSize(offset, length, buffer.length);
    if (length == 0) {
      throw new ProtocolException("pgoutput", 0, "a message type", "no bytes");
    }
    MessageType type =
        MessageType.of(buffer[offset] & 0xFF, protocolVersion, openStream.isPresent());
    MessageReader reader = new MessageReader(type, buffer, offset, offset + length);
    PgOutputMessage message = decode(type, reader);
    reader.expectEnd();
    if (message instanceof PgOutputMessage.StreamStart stream) {
      openStream = Optional.of(stream.xid());
    } else if (type == MessageType.STREAM_STOP) {
      openStream = Optional.empty();
    }
    return message;
  }

  /** Finds the value within which a message was cut off that may stand here. */
  public Optional<LongValue> longValue(ByteBuffer message) {
    return LongValue.find(message, openStream.isPresent());
  }

  private PgOutputMessage decode(MessageType type, MessageReader reader) {
    return switch (type) {
      case BEGIN -> new PgOutputMessage.Begin(reader.lsn(), reader.time(), reader.xid());
      case COMMIT -> commit(reader);
      case ORIGIN -> new PgOutputMessage.Origin(reader.lsn(), reader.name());
      case RELATION -> relation(reader);
      case TYPE -> type(reader);
      case INSERT -> insert(reader);
      case UPDATE -> update(reader);
      case DELETE -> delete(reader);
      case TRUNCATE -> truncate(reader);
      case LOGICAL_MESSAGE -> logicalMessage(reader);
      case STREAM_START -> new PgOutputMessage.StreamStart(reader.xid(), reader.flags(1) == 1);
      case STREAM_STOP -> PgOutputMessage.StreamStop.STREAM_STOP;
      case STREAM_COMMIT -> streamCommit(reader);
      case STREAM_ABORT -> streamAbort(reader);
      case BEGIN_PREPARE -> beginPrepare(reader);
      case PREPARE -> prepare(reader);
      case COMMIT_PREPARED -> commitPrepared(reader);
      case ROLLBACK_PREPARED -> rollbackPrepared(reader);
      case STREAM_PREPARE -> streamPrepare(reader);
    };
  }

  private PgOutputMessage insert(MessageReader reader) {
    Optional<Xid> xid = streamXid(reader);
    int oid = reader.int32();
    int kind = reader.int8();
    if (kind != 'N') {
      throw reader.violation(1, "N for the new row", MessageReader.hex(kind));
    }
    return new PgOutputMessage.Insert(xid, oid, reader.row());
  }

  private PgOutputMessage update(MessageReader reader) {
    Optional<Xid> xid = streamXid(reader);
    int oid = reader.int32();
    int kind = reader.int8();
    OldRow before = OldRow.Absent.ABSENT;
    if (kind == 'K' || kind == 'O') {
      before = oldRow(reader, kind);
      kind = reader.int8();
    }
    if (kind != 'N') {
      throw reader.violation(1, "N for the new row", MessageReader.hex(kind));
    }
    Row after = reader.row();
    return new PgOutputMessage.Update(xid, oid, before, after);
  }

  private PgOutputMessage delete(MessageReader reader) {
    Optional<Xid> xid = streamXid(reader);
    int oid = reader.int32();
    return new PgOutputMessage.Delete(xid, oid, oldRow(reader, reader.int8()));
  }

  private static OldRow oldRow(MessageReader reader, int kind) {
    if (kind == 'K') {
      return new OldRow.Key(reader.row());
    }
    if (kind == 'O') {
      return new OldRow.Full(reader.row());
    }
    throw reader.violation(1, "K or O for the old row", MessageReader.hex(kind));
  }

  private PgOutputMessage relation(MessageReader reader) {
    Optional<Xid> xid = streamXid(reader);
    int oid = reader.int32();
    TableId table = new TableId(schema(reader), reader.name());
    ReplicaIdentity identity = replicaIdentity(reader);
    int count = reader.columnCount();
    List<Column> columns = new ArrayList<>(count);
    for (int column = 0; column < count; column++) {
      boolean key = reader.flags(1) == 1;
      columns.add(new Column(reader.name(), reader.int32(), reader.int32(), key));
    }
    return new PgOutputMessage.Relation(
        xid, new io.walferry.change.Relation(oid, table, identity, columns));
  }

  private static ReplicaIdentity replicaIdentity(MessageReader reader) {
    int code = reader.int8();
    try {
      return ReplicaIdentity.of((char) code);
    } catch (IllegalArgumentException e) {
      throw reader.violation(1, "a replica identity d, n, f or i", MessageReader.hex(code));
    }
  }

  /** The stream leaves the name of {@code pg_catalog} out. */
  private static String schema(MessageReader reader) {
    String schema = reader.name();
    return schema.isEmpty() ? "pg_catalog" : schema;
  }

  private PgOutputMessage type(MessageReader reader) {
    return new PgOutputMessage.Type(
        streamXid(reader), reader.int32(), schema(reader), reader.name());
  }

  private PgOutputMessage truncate(MessageReader reader) {
    Optional<Xid> xid = streamXid(reader);
    int count = reader.int32();
    int flags = reader.flags(3);
    if (count < 1 || 4L * count != reader.remaining()) {
      throw reader.violation(
          5, "as many relations as " + reader.remaining() + " bytes hold", Integer.toString(count));
    }
    List<Integer> oids = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      oids.add(reader.int32());
    }
    return new PgOutputMessage.Truncate(xid, oids, (flags & 1) != 0, (flags & 2) != 0);
  }

  private PgOutputMessage logicalMessage(MessageReader reader) {
    Optional<Xid> xid = streamXid(reader);
    boolean transactional = reader.flags(1) == 1;
    Lsn lsn = reader.lsn();
    if (lsn.equals(Lsn.ZERO)) {
      throw reader.violation(8, "the end of a record", lsn.toString());
    }
    return new PgOutputMessage.LogicalMessage(
        xid, transactional, lsn, reader.text(), reader.content());
  }

  private static PgOutputMessage commit(MessageReader reader) {
    reader.flags(0);
    return new PgOutputMessage.Commit(reader.lsn(), reader.lsn(), reader.time());
  }

  private static PgOutputMessage streamCommit(MessageReader reader) {
    Xid xid = reader.xid();
    reader.flags(0);
    return new PgOutputMessage.StreamCommit(xid, reader.lsn(), reader.lsn(), reader.time());
  }

  /** The abort point comes with {@code streaming = parallel} only, which the bytes do not say. */
  private PgOutputMessage streamAbort(MessageReader reader) {
    Xid xid = reader.xid();
    Xid subXid = reader.xid();
    Optional<AbortPoint> abort = Optional.empty();
    if (protocolVersion >= 4 && reader.remaining() > 0) {
      abort = Optional.of(new AbortPoint(reader.lsn(), reader.time()));
    }
    return new PgOutputMessage.StreamAbort(xid, subXid, abort);
  }

  private static PgOutputMessage beginPrepare(MessageReader reader) {
    return new PgOutputMessage.BeginPrepare(
        reader.lsn(), reader.lsn(), reader.time(), reader.xid(), reader.name());
  }

  private static PgOutputMessage prepare(MessageReader reader) {
    reader.flags(0);
    return new PgOutputMessage.Prepare(
        reader.lsn(), reader.lsn(), reader.time(), reader.xid(), reader.name());
  }

  private static PgOutputMessage commitPrepared(MessageReader reader) {
    reader.flags(0);
    return new PgOutputMessage.CommitPrepared(
        reader.lsn(), reader.lsn(), reader.time(), reader.xid(), reader.name());
  }

  private static PgOutputMessage rollbackPrepared(MessageReader reader) {
    reader.flags(0);
    Lsn prepareEnd = reader.lsn();
    Lsn rollbackEnd = reader.lsn();
    Instant prepareTime = reader.time();
    Instant rollbackTime = reader.time();
    return new PgOutputMessage.RollbackPrepared(
        prepareEnd, rollbackEnd, prepareTime, rollbackTime, reader.xid(), reader.name());
  }

  private static PgOutputMessage streamPrepare(MessageReader reader) {
    reader.flags(0);
    return new PgOutputMessage.StreamPrepare(
        reader.lsn(), reader.lsn(), reader.time(), reader.xid(), reader.name());
  }

  /**
   * The transaction id that messages carry inside a stream block. Mostly it is the block's own, and
   * then no object is made.
   */
  private Optional<Xid> streamXid(MessageReader reader) {
    if (openStream.isEmpty()) {
      return openStream;
    }
    int xid = reader.int32();
    return openStream.orElseThrow().value() == xid ? openStream : Optional.of(new Xid(xid));
  }
}
