package io.walferry.pipeline;

import io.walferry.change.Lsn;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.stream.ChangeStream;
import io.walferry.stream.StreamSettings;

/**
 * The way of the slot's changes to whoever follows them: straight, or over a durable spool. It
 * outlives an attempt. For the pipeline's thread.
 */
interface Reception extends AutoCloseable {
  /** Gets ready for an attempt, whether or not its destinations can be reached. */
  void open();

  /**
   * Whether a destination can go on.
   *
   * @param from where it stands
   * @param confirmed up to where the server has let go of the changes
   */
  boolean bridges(Lsn from, Lsn confirmed);

  /**
   * Sees that nothing of the server that this one was made of waits here for a destination.
   *
   * @param reached where the destination stands in that server's log
   * @throws io.walferry.error.WalferryException {@code SPOOL_FOREIGN}
   */
  void requireDelivered(Lsn reached, Predecessor server);

  /** What it is called when a destination cannot go on. */
  ErrorCode lossCode();

  /** What is held, in words that follow "and"; for whoever asks why it is not enough. */
  String holding();

  /** Gives up what is held and cannot be read, if tables may be loaded again for that. */
  boolean recoversFrom(WalferryException failure);

  /** Whether the slot is in use here. */
  boolean isReceiving();

  /** Lets go of the slot, which is to be dropped or was lost. */
  void leaveSlot();

  /**
   * Receives from now on, if that can be before the destinations have what came before.
   *
   * @param from where the least of the destinations stands
   */
  void receive(Lineage lineage, FeedEnds ends, Lsn from);

  /** What ends after {@code from}. */
  ChangeStream follow(Lineage lineage, FeedEnds ends, Lsn from, StreamSettings how);

  @Override
  void close();
}
