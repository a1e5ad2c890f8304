package io.walferry.stream;

import io.walferry.change.Lsn;
import io.walferry.change.Relation;
import io.walferry.change.Xid;
import io.walferry.error.ErrorCode;
import io.walferry.error.HeapNeed;
import io.walferry.error.WalferryException;
import io.walferry.pgoutput.LongValue;
import io.walferry.pgoutput.PgOutputDecoder;
import io.walferry.pgoutput.PgOutputMessage;
import io.walferry.pgoutput.ProtocolException;
import io.walferry.spool.SpooledTransaction;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.IntFunction;

/**
 * Cuts blocks into messages: what the server says about itself (keep-alives) and what the output
 * plug-in says. Belongs to the pipeline's thread.
 */
final class MessageSource {
  private static final int FRAME_HEADER_BYTES = 5;
  private static final int WAL_DATA_HEADER_BYTES = 25;
  private static final Duration WITHOUT_END = Duration.ofDays(1);
  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

  private final BlockSource blocks;
  private final PgOutputDecoder decoder;
  private final IntFunction<Optional<Relation>> relations;
  private final String where;

  private ByteBuffer block = NOTHING;
  private int next;
  private int start;
  private int length;
  private Lsn lastLsn = Lsn.ZERO;

  /**
   * Cuts blocks of one connection, or of one transaction that was stored.
   *
   * @param relations that hold for a message, for what is said of its rows
   */
  MessageSource(
      BlockSource blocks, int protocolVersion, IntFunction<Optional<Relation>> relations) {
    this.blocks = blocks;
    this.relations = relations;
    this.decoder = new PgOutputDecoder(protocolVersion);
    this.where = blocks.where();
  }

  /**
   * Moves to the next data message.
   *
   * @return false if none came within the time, or if the stream was interrupted
   * @throws WalferryException when the stream has ended
   */
  boolean advance(Duration atMost) {
    while (!advanceWithinBlock()) {
      // A block is not held while the next one comes: it may be large.
      block = NOTHING;
      next = 0;
      Optional<ByteBuffer> following = blocks.next(atMost);
      if (following.isEmpty()) {
        return false;
      }
      block = following.get();
    }
    return true;
  }

  /** Moves to the next data message of this block, if it has one. */
  private boolean advanceWithinBlock() {
    while (next < block.limit()) {
      byte type = block.get(next);
      start = next + FRAME_HEADER_BYTES;
      length = block.getInt(next + 1) - 4;
      next = start + length;
      if (type == 'd') {
        return true;
      }
    }
    return false;
  }

  /**
   * Moves to the next data message, however long it takes.
   *
   * @throws WalferryException {@code INTERRUPTED} if the stream was interrupted
   */
  void advanceWithinTransaction() {
    if (!advance(WITHOUT_END)) {
      throw new WalferryException(
          ErrorCode.INTERRUPTED, "stopped within a transaction of " + where);
    }
  }

  boolean isKeepAlive() {
    return length > 0 && block.get(start) == 'k';
  }

  StreamEvent.KeepAlive keepAlive() {
    if (length != 18) {
      throw StreamFailures.violation(where, "a keep-alive of " + length + " bytes");
    }
    return new StreamEvent.KeepAlive(new Lsn(block.getLong(start + 1)), block.get(start + 17) == 1);
  }

  PgOutputMessage message() {
    requireWhole(relations);
    if (length <= WAL_DATA_HEADER_BYTES || block.get(start) != 'w') {
      throw StreamFailures.violation(where, "data of an unknown kind, " + length + " bytes");
    }
    long lsn = block.getLong(start + 1);
    if (lsn != 0) {
      lastLsn = new Lsn(lsn);
    }
    try {
      return decoder.decode(
          block.array(),
          block.arrayOffset() + start + WAL_DATA_HEADER_BYTES,
          length - WAL_DATA_HEADER_BYTES);
    } catch (ProtocolException e) {
      throw new WalferryException(
          ErrorCode.PROTOCOL_VIOLATION,
          "could not decode " + where + " near " + lastLsn + ": " + e.getMessage(),
          e);
    }
  }

  /**
   * Sees that the message was not cut off since there was no memory for all of it.
   *
   * @throws WalferryException {@code MEMORY_EXHAUSTED}, with the table and the column
   */
  private void requireWhole(IntFunction<Optional<Relation>> known) {
    if (next > block.limit()) {
      int from = start + WAL_DATA_HEADER_BYTES;
      Optional<LongValue> found = decoder.longValue(block.slice(from, block.limit() - from));
      Optional<Relation> relation = found.flatMap(value -> known.apply(value.relationOid()));
      // The message may have others that are as long.
      Optional<LongValue> most = found.filter(value -> 2 * value.bytes() > length);
      throw HeapNeed.exceeded(
          relation.map(it -> named(it, most)).orElse("a message of " + where),
          most.map(LongValue::bytes).orElse((long) length),
          new OutOfMemoryError("for a message of " + where));
    }
  }

  private static String named(Relation relation, Optional<LongValue> value) {
    return value
            .filter(it -> it.column() < relation.columns().size())
            .map(it -> "column " + relation.columns().get(it.column()).name())
            .orElse("a row")
        + " of table "
        + relation.table();
  }

  /** When the server sent this message, by its clock. */
  Instant sentAt() {
    return PgOutputDecoder.time(block.getLong(start + 17));
  }

  /**
   * This message as it would come in protocol 1, for whoever keeps it: what the server says of its
   * place, then what the output plug-in says, which within a block of a transaction in progress has
   * a transaction id behind its type.
   */
  ByteBuffer[] plain(boolean withXid) {
    int head = WAL_DATA_HEADER_BYTES + 1;
    int skipped = withXid ? Integer.BYTES : 0;
    return new ByteBuffer[] {
      block.slice(start, head), block.slice(start + head + skipped, length - head - skipped)
    };
  }

  /**
   * Stores this message and all that follow, as they are, up to the end of the block that it
   * starts, at which it stands then.
   */
  void store(PgOutputMessage.StreamStart block, PendingTransaction pending) {
    storeThrough('E', block.xid().value(), pending);
  }

  /** The same up to the end of a prepared transaction, whose messages carry no transaction id. */
  void storePrepared(PendingTransaction pending) {
    storeThrough('P', Xid.NONE.value(), pending);
  }

  private void storeThrough(char last, int xid, PendingTransaction pending) {
    SpooledTransaction target = pending.blocks();
    int from = start - FRAME_HEADER_BYTES;
    while (type() != last) {
      requireWhole(pending::find);
      note(xid, pending);
      int end = next;
      if (!advanceWithinBlock()) {
        target.append(block.slice(from, end - from));
        advanceWithinTransaction();
        from = start - FRAME_HEADER_BYTES;
      }
    }
    target.append(block.slice(from, next - from));
  }

  private void note(int xid, PendingTransaction pending) {
    boolean streamed = xid != Xid.NONE.value();
    switch (type()) {
      case 'R' -> pending.announced((PgOutputMessage.Relation) message());
      case 'M' -> {
        if (streamed && ((PgOutputMessage.LogicalMessage) message()).transactional()) {
          pending.message();
        }
      }
      case 'I', 'U', 'D', 'T' -> {
        if (streamed && length >= WAL_DATA_HEADER_BYTES + 5) {
          int of = block.getInt(start + WAL_DATA_HEADER_BYTES + 1);
          if (of != xid) {
            pending.subTransaction(of);
          }
        }
      }
      default -> {}
    }
  }

  /** What the output plug-in calls the message; 0 for what is none of its. */
  private int type() {
    return length > WAL_DATA_HEADER_BYTES && block.get(start) == 'w'
        ? block.get(start + WAL_DATA_HEADER_BYTES)
        : 0;
  }

  /** For an output plug-in that says what it must not say here. */
  WalferryException unexpected(String expected, PgOutputMessage got) {
    return new WalferryException(
        ErrorCode.PROTOCOL_VIOLATION,
        "expected "
            + expected
            + " on "
            + where
            + " near "
            + lastLsn
            + ", got "
            + got.getClass().getSimpleName());
  }
}
