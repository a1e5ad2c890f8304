package io.walferry.pipeline;

import io.walferry.change.Lsn;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.stream.ChangeStream;
import io.walferry.stream.StreamSettings;

/** What the server sends comes from the server, and is confirmed when every destination has it. */
record StraightReception(FeedSettings settings) implements Reception {
  @Override
  public void open() {}

  @Override
  public boolean bridges(Lsn from, Lsn confirmed) {
    return !confirmed.isAfter(from);
  }

  @Override
  public void requireDelivered(Lsn reached, Predecessor server) {}

  @Override
  public ErrorCode lossCode() {
    return ErrorCode.SLOT_AHEAD;
  }

  @Override
  public String holding() {
    return "there is no durable spool";
  }

  @Override
  public boolean recoversFrom(WalferryException failure) {
    return false;
  }

  @Override
  public boolean isReceiving() {
    return false;
  }

  @Override
  public void leaveSlot() {}

  @Override
  public void receive(Lineage lineage, FeedEnds ends, Lsn from) {}

  @Override
  public ChangeStream follow(Lineage lineage, FeedEnds ends, Lsn from, StreamSettings how) {
    return ends.replication().stream(settings.slot(), settings.publication(), from, how);
  }

  @Override
  public void close() {}
}
