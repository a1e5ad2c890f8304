package io.walferry.library;

import io.walferry.checkpoint.Checkpoint;
import io.walferry.checkpoint.CheckpointStore;
import java.util.Optional;

/** Remembers nothing: each start begins anew, by a slot that goes with its connection. */
final class NoCheckpointStore implements CheckpointStore {
  @Override
  public String display() {
    return "no place";
  }

  @Override
  public Optional<Checkpoint> open(String pipeline) {
    return Optional.empty();
  }

  @Override
  public void save(Checkpoint checkpoint, long replaced) {}

  @Override
  public void close() {}
}
