package io.walferry.sinks.jsonlines;

import io.walferry.change.Position;
import io.walferry.sink.Claim;
import io.walferry.sink.FeedIdentity;
import io.walferry.sink.LedgerEntry;
import io.walferry.sink.SinkState;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;

/** Lines into a stream that remembers nothing. */
final class LineStream implements LineOutput {
  private final OutputStream stream;
  private final String name;

  LineStream(OutputStream stream, String name) {
    this.stream = stream;
    this.name = name;
  }

  @Override
  public boolean savesPosition() {
    return false;
  }

  @Override
  public SinkState open(FeedIdentity feed, Claim claim) {
    return SinkState.Fresh.FRESH;
  }

  @Override
  public void write(byte[] bytes, int length) {
    try {
      stream.write(bytes, 0, length);
    } catch (IOException e) {
      throw LineErrors.translate(name, e);
    }
  }

  @Override
  public long end() {
    return 0;
  }

  /** Does nothing: what was written has gone. */
  @Override
  public void cutOff(long place) {}

  @Override
  public void commit(Position position, List<LedgerEntry> ledger) {
    try {
      stream.flush();
    } catch (IOException e) {
      throw LineErrors.translate(name, e);
    }
  }

  /** Leaves the stream open: whoever made it closes it. */
  @Override
  public void close() {}
}
