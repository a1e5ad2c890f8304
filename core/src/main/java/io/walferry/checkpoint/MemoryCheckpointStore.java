package io.walferry.checkpoint;

import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.sink.Claim;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Keeps checkpoints for as long as this object lives: for tests, and for consumers whose state goes
 * with the process as well. It outlives retries, and stop and start. The slot outlives the process,
 * though, and a new process finds a slot that it has no position for, which is refused: drop the
 * slot, or load nothing, or use no checkpoint at all.
 */
public final class MemoryCheckpointStore implements CheckpointStore {
  private final Map<String, Checkpoint> saved = new HashMap<>();

  @Override
  public String display() {
    return "memory";
  }

  @Override
  public synchronized Optional<Checkpoint> open(String pipeline) {
    return Optional.ofNullable(saved.get(pipeline));
  }

  @Override
  public synchronized void save(Checkpoint checkpoint, long replaced) {
    String pipeline = checkpoint.feed().pipeline();
    long present =
        Optional.ofNullable(saved.get(pipeline)).map(Checkpoint::epoch).orElse(Claim.NEVER_BEGUN);
    if (present != replaced) {
      throw new WalferryException(
          ErrorCode.DESTINATION_FENCED, "the checkpoint in memory was taken over by another start");
    }
    saved.put(pipeline, checkpoint);
  }

  @Override
  public void close() {}
}
