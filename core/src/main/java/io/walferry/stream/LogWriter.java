package io.walferry.stream;

import io.walferry.change.Change;
import io.walferry.change.Lsn;
import io.walferry.change.Relation;
import io.walferry.change.TransactionHeader;
import io.walferry.pgoutput.PgOutputEncoder;
import io.walferry.spool.DurableLog;
import io.walferry.spool.LogIdentity;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Keeps what a stream brings in a {@link DurableLog}, as the server would send it in protocol 1:
 * committed transactions only, in the order of their commits, without what was rolled back to
 * savepoints. Rows stay as they came. Relations are announced anew in each segment, so that it can
 * be read without those before it. For the thread that reads the stream; one for each connection.
 */
public final class LogWriter {
  private static final int BLOCK_BYTES = 256 << 10;
  private static final int FRAME_HEADER_BYTES = 5;
  private static final int WAL_DATA_HEADER_BYTES = 25;
  private static final int KEEP_ALIVE_BYTES = 18;

  private final DurableLog log;
  private final LogIdentity identity;
  private final ChangeStream stream;

  /** What the segment's readers know. */
  private final Map<Integer, Relation> announced = new HashMap<>();

  private long announcements;
  private final ByteBuffer block = ByteBuffer.allocate(BLOCK_BYTES);

  /** Where in the block the open transaction begins. */
  private int begun;

  private Lsn end;

  /**
   * Goes on where the log ends.
   *
   * @param log that was cut
   * @param identity of the server that the stream is from
   */
  public LogWriter(DurableLog log, LogIdentity identity, ChangeStream stream) {
    this.log = log;
    this.identity = identity;
    this.stream = stream;
    this.end = log.extent().orElseThrow().to();
    if (log.isSegmentFull() || !log.extent().orElseThrow().identity().equals(identity)) {
      log.startSegment(identity);
    }
  }

  /** Where what was taken ends. */
  public Lsn end() {
    return end;
  }

  /**
   * Reads a transaction to its end and takes all of it. Waits for room in the log.
   *
   * @param begun of the stream
   */
  public void take(StreamEvent.Begun begun) {
    if (!(begun.transaction() instanceof DecodedTransaction transaction)) {
      throw new IllegalArgumentException("The transaction is of no stream");
    }
    startSegmentIfFull();
    this.begun = block.position();
    TransactionHeader header = transaction.header();
    add(header.commitLsn(), PgOutputEncoder.begin(header));
    while (transaction.advance()) {
      for (Relation relation : relations(transaction.change())) {
        announce(relation, header);
      }
      add(transaction.message());
    }
    add(header.commitLsn(), PgOutputEncoder.commit(header, transaction.endLsn()));
    end = transaction.endLsn();
  }

  /** Takes it as a place that was reached. */
  public void take(StreamEvent.KeepAlive keepAlive) {
    if (!keepAlive.walEnd().isAfter(end)) {
      return;
    }
    startSegmentIfFull();
    begun = block.position();
    reserve(FRAME_HEADER_BYTES + KEEP_ALIVE_BYTES);
    block.put((byte) 'd').putInt(4 + KEEP_ALIVE_BYTES);
    block.put((byte) 'k').putLong(keepAlive.walEnd().value()).putLong(0).put((byte) 0);
    end = keepAlive.walEnd();
  }

  private void startSegmentIfFull() {
    if (log.isSegmentFull()) {
      flush();
      log.startSegment(identity);
      announced.clear();
    }
  }

  private static List<Relation> relations(Change change) {
    return switch (change) {
      case Change.Insert insert -> List.of(insert.relation());
      case Change.Update update -> List.of(update.relation());
      case Change.Delete delete -> List.of(delete.relation());
      case Change.Truncate truncate -> truncate.relations();
      case Change.Message message -> List.of();
    };
  }

  private void announce(Relation relation, TransactionHeader header) {
    if (stream.announcements() != announcements) {
      // Also without a difference: it says that the publication may be another one.
      announcements = stream.announcements();
      announced.clear();
    }
    if (!relation.equals(announced.put(relation.oid(), relation))) {
      add(header.commitLsn(), PgOutputEncoder.relation(relation));
    }
  }

  private void add(Lsn lsn, ByteBuffer message) {
    ByteBuffer head = ByteBuffer.allocate(WAL_DATA_HEADER_BYTES);
    head.put((byte) 'w').putLong(lsn.value()).putLong(lsn.value()).putLong(0).flip();
    add(head, message);
  }

  private void add(ByteBuffer... parts) {
    int length = 0;
    for (ByteBuffer part : parts) {
      length += part.remaining();
    }
    if (FRAME_HEADER_BYTES + length <= BLOCK_BYTES) {
      reserve(FRAME_HEADER_BYTES + length);
      block.put((byte) 'd').putInt(4 + length);
      for (ByteBuffer part : parts) {
        block.put(part);
      }
    } else {
      spill();
      append(length, parts);
    }
  }

  /** One that is larger than a block is a block of its own. */
  private void append(int length, ByteBuffer... parts) {
    ByteBuffer[] frame = new ByteBuffer[parts.length + 1];
    frame[0] = ByteBuffer.allocate(FRAME_HEADER_BYTES).put((byte) 'd').putInt(4 + length).flip();
    System.arraycopy(parts, 0, frame, 1, parts.length);
    log.append(end, false, frame);
  }

  private void reserve(int length) {
    if (block.remaining() < length) {
      spill();
    }
  }

  /**
   * Hands on what the block holds, in two parts: whole transactions, so that the log can be cut
   * behind them, and what there is of an open one.
   */
  private void spill() {
    block.flip();
    if (begun > 0) {
      log.append(end, true, block.slice(0, begun));
      block.position(begun);
    }
    if (block.hasRemaining()) {
      log.append(end, false, block.slice());
    }
    block.clear();
    begun = 0;
  }

  /** Hands on everything that was taken. No transaction is open. */
  public void flush() {
    if (block.position() > 0) {
      log.append(end, true, block.flip());
    }
    block.clear();
    begun = 0;
  }
}
