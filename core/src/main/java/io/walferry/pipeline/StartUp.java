package io.walferry.pipeline;

import io.walferry.change.Lsn;
import io.walferry.change.Position;
import io.walferry.change.Xid;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.publication.PublishedTable;
import io.walferry.sink.SinkState;
import io.walferry.slot.Slot;
import io.walferry.slot.SlotCatalog;
import java.util.List;
import java.util.Optional;

/**
 * Where a feed starts, decided by what the destination remembers and by the slot:
 *
 * <pre>
 *              no slot                    slot
 * fresh        make it and load           refuse, or start from it without a load
 * loading      make it and load again     drop it (its snapshot is gone), load again
 * following    refuse: changes are lost   go on, if it is ours and not ahead
 * </pre>
 *
 * Nothing falls back to a load by itself.
 */
final class StartUp {
  private static final String PLUGIN = "pgoutput";

  private final PipelineSettings settings;
  private final FeedSettings feed;
  private final FeedEnds ends;
  private final PipelineListener listener;
  private final StopSignal stop;

  StartUp(PipelineSettings settings, FeedEnds ends, PipelineListener listener, StopSignal stop) {
    this.settings = settings;
    this.feed = settings.feed();
    this.ends = ends;
    this.listener = listener;
    this.stop = stop;
  }

  /** Brings the destination to a position from which the stream can go on. */
  Position reachPosition(Optional<Slot> slot, SinkState state) {
    slot.ifPresent(this::requireUsable);
    return switch (state) {
      case SinkState.Following following -> resume(following.position(), slot);
      case SinkState.Loading loading -> {
        slot.ifPresent(unfinished -> new SlotCatalog(ends.sql()).drop(unfinished.name()));
        yield load();
      }
      case SinkState.Fresh fresh -> feed.load() == LoadMode.NONE ? attach(slot) : begin(slot);
    };
  }

  private void requireUsable(Slot slot) {
    if (!slot.plugin().equals(Optional.of(PLUGIN))) {
      throw unusable(
          ErrorCode.SLOT_FOREIGN,
          slot,
          "expected the plug-in pgoutput, got " + slot.plugin().orElse("none"));
    }
    String database = ends.source().settings().database();
    if (!slot.database().equals(Optional.of(database))) {
      throw unusable(
          ErrorCode.SLOT_FOREIGN,
          slot,
          "expected the database " + database + ", got " + slot.database().orElse("none"));
    }
    if (!slot.isUsable()) {
      throw unusable(
          ErrorCode.SLOT_UNUSABLE,
          slot,
          "the server has given it up: " + slot.invalidation().orElse("no reason given"));
    }
  }

  private static WalferryException unusable(ErrorCode code, Slot slot, String why) {
    return new WalferryException(code, "cannot use the slot " + slot.name() + ": " + why);
  }

  private Position resume(Position position, Optional<Slot> found) {
    Slot slot =
        found.orElseThrow(
            () ->
                new WalferryException(
                    ErrorCode.SLOT_LOST,
                    "the destination stands at "
                        + position.endLsn()
                        + ", but the slot "
                        + feed.slot()
                        + " does not exist"));
    Lsn confirmed = slot.wal().confirmedFlushLsn().orElse(Lsn.ZERO);
    if (confirmed.isAfter(position.endLsn())) {
      throw new WalferryException(
          ErrorCode.SLOT_AHEAD,
          "the destination stands at "
              + position.endLsn()
              + ", but the slot "
              + slot.name()
              + " was confirmed up to "
              + confirmed);
    }
    ends.sink().resume(new PublishedTables(feed, ends.sql()).followed(position));
    return position;
  }

  private Position begin(Optional<Slot> slot) {
    slot.ifPresent(
        existing -> {
          throw new WalferryException(
              ErrorCode.SLOT_EXISTS,
              "the slot "
                  + existing.name()
                  + " exists, but the destination has no position for it; its snapshot is gone, so"
                  + " existing rows cannot be loaded to match it");
        });
    return load();
  }

  private Position load() {
    requireCreation();
    return new FirstLoad(settings, ends, listener, stop).run();
  }

  /** Starts from the slot as it stands; the destination has what came before. */
  private Position attach(Optional<Slot> slot) {
    PublishedTables published = new PublishedTables(feed, ends.sql());
    Position position = new Position(published.use(tables -> start(slot, tables)), Xid.NONE);
    ends.sink().commit(position);
    return position;
  }

  /** The destination is asked first, so that a refusal leaves no slot. */
  private Lsn start(Optional<Slot> slot, List<PublishedTable> tables) {
    ends.sink().resume(tables);
    return slot.flatMap(existing -> existing.wal().confirmedFlushLsn()).orElseGet(this::newSlot);
  }

  private Lsn newSlot() {
    requireCreation();
    boolean temporary = !ends.sink().capabilities().savesPosition();
    return ends.replication().createSlot(feed.slot(), temporary).consistentPoint();
  }

  private void requireCreation() {
    if (!feed.create()) {
      throw new WalferryException(
          ErrorCode.SLOT_MISSING,
          "the slot " + feed.slot() + " does not exist and 'source.create' is false");
    }
  }
}
